"""Removes a stack that nobody has deployed to for a while."""
