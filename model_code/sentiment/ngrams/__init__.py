"""The default model: logistic regression on log-count ratios of word n-grams."""
