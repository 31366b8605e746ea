"""What a month of an environment costs: `make cost`."""
