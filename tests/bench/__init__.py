"""Fast tests of the benchmarks."""
