"""Tests: unit of stacks."""
