"""What the project depends on is locked, listed, licensed, and free of secrets."""
