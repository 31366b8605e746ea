"""Tests of the whole application, deployed to the embedded AWS."""
