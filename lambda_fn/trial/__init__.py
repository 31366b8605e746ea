"""Handlers of the custom resources that test a model, and of the probe during an update."""
