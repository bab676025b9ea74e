"""The section *Perceptron*: a small network, trained step by step."""
