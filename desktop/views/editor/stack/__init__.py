"""The stack of layers: a list of cards that are dropped, dragged, moved and edited."""

from desktop.views.editor.stack.view import StackView

__all__ = ["StackView"]
