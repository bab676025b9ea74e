"""The section *Regularization* of the page *Learn*: kinds of it, trained side by side."""
