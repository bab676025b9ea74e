"""Widgets and text that several features use."""
