"""The list of all layers, by family: searched, dragged from, or picked from with the keyboard."""

from desktop.views.editor.palette.panel import Palette

__all__ = ["Palette"]
