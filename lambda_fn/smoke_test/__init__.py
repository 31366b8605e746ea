"""Handler of the SmokeTest custom resource."""
