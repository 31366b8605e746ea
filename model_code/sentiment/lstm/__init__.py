"""The notebook's model, an LSTM over words, with changes that made it more accurate."""
