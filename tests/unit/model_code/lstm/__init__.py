"""Tests of the LSTM."""
