"""How good a trained model is, and how far its probabilities can be trusted."""
