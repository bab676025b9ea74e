"""The commands of the window: what they are called, when they are enabled and what they do."""
