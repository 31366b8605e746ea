"""Tests of `make evaluate` that need no deployment."""
