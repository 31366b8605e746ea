"""What the application survives: `make test` runs the part that takes seconds, `make proof` all."""
