"""Grids and searches: what is varied is chosen in a dialog, and what came of it is shown."""
