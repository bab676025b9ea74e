"""Every widget of the window. Knows the document, the workers and Qt; never the engine or Keras."""
