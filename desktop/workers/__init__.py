"""Qt threads between the engine and the window. Knows the engine and QtCore, but no widgets."""
