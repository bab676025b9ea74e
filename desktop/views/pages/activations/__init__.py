"""The section *Activations* of the page *Learn*: what activation functions are and do."""
