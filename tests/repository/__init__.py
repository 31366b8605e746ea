"""Tests of the repository itself: documents, imports, workflows, settings of tools."""
