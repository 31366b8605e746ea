"""Tests of the evaluation: metrics, calibration and report."""
