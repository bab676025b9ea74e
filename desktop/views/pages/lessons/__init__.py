"""The section *Lessons* of the page *Learn*."""
