"""The trained artifact outside the embedded AWS: in AWS's own server, and without a network."""
