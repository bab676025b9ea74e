"""Live charts: what runs have reported, drawn at a steady rate and exported whole.

`curves` draws loss and metrics, `weights` the distributions of the weights. What both need lies
here: the runs that are shown, their values in words, and the export.
"""
