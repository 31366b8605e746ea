"""The public API: it passes reviews to the endpoint and returns the model's verdicts."""
