"""How well the layers train: lights for their cards, and what was measured, in a dialog."""
