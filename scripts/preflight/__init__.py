"""Checks of an AWS account before a deployment; they read and change nothing."""
