"""Estimate of the monthly cost of an environment: `make cost`."""
