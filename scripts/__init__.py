"""Commands that a user runs through make."""
