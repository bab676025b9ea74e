"""The distribution of the weights of every layer, as ridgelines by epoch."""
