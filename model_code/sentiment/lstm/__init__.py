"""The notebook's model, an LSTM over stemmed words, with what made it more accurate."""
