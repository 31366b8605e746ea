"""`make evaluate` without a deployment."""
