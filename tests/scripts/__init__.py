"""Tests of scripts/: the programs behind the make targets."""
