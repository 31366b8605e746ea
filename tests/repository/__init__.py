"""Tests of the repository: documents, imports, workflows and tool settings."""
