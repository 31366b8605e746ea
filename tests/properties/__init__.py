"""Properties of every parser, on generated input; `make proof` generates far more cases."""
