"""Tests of the n-gram model."""
