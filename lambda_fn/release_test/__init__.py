"""Handler of the ReleaseTest custom resource."""
