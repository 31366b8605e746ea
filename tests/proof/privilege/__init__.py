"""Least privilege, tried on an embedded AWS that enforces IAM; what it cannot enforce, simulated."""
