"""Deployments, emulators and reviews that tests of several packages use."""
