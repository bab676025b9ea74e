"""Tables in text files: how they are written, what their columns hold, and their rows."""
