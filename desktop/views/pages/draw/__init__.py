"""The Draw page: a drawing canvas and what the network recognizes on it."""
