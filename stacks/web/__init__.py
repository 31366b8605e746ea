"""The web stack: API and page."""
