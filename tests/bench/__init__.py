"""Tests of the benchmarks that take seconds."""
