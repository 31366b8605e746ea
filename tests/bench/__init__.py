"""The benchmark: what it measures, compares and prints."""
