"""Layerwise: stack Keras layers by hand, watch the network learn, and try it on drawn digits."""

__version__ = "0.1.0"
