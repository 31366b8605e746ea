"""Tests of the deployed page in chromium."""
