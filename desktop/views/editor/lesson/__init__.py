"""The panel with the step of the lesson."""
