"""The settings of the training."""
