"""Tests of `make evaluate` without a deployment."""
