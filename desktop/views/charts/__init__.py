"""Live charts: what a run has reported, drawn at a steady rate and exported whole.

`history`, `series`, `smoothing`, `ranges`, `reservoir`, `ridges` and `summary` hold the numbers and
know nothing of Qt; the other modules draw them.
"""
