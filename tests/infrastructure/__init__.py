"""Tests: infrastructure."""
