"""What a change of the templates means, for whoever has to approve it: `make diff`."""
