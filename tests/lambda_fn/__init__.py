"""Tests: unit of lambda_fn."""
