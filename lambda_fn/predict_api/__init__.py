"""The public API: one review in, the endpoint's verdict out."""
