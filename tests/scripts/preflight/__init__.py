"""Tests of `make preflight`."""
