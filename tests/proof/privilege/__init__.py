"""Least privilege, executed on an embedded AWS that enforces IAM and simulated elsewhere."""
