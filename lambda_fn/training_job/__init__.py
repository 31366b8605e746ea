"""Handlers of the TrainingJob custom resource."""
