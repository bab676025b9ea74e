"""Grids and searches: what is varied is chosen in a dialog, and the results are shown."""
