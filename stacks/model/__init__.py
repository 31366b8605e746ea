"""The model stack: training, endpoint, trial and rollout."""
