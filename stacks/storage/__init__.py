"""The storage stack: buckets, keys and datasets."""
