"""The pages of the window: what the model does, from its data to a drawn digit."""
