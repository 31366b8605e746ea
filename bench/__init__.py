"""Benchmarks: this model, the notebook's algorithm and two peers, compared in one run."""
