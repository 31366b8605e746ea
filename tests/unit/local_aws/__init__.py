"""Tests: the embedded AWS."""
