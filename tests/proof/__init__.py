"""Tests of the application under failure and load; `make proof` includes those that take minutes."""
