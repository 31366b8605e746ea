"""Tests: the public API."""
