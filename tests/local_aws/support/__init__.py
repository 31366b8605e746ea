"""Stacks, jobs, endpoints and scripts that the tests give to the emulator."""
