"""Sentiment of movie reviews: from raw text to a served probability."""
