"""Lets widgets be less wide than what is in them needs, in a narrow window."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget


def may_be_narrow(widget: QWidget) -> None:
    """Let `widget` take the room that its layout has, however little that is."""
    widget.setSizePolicy(QSizePolicy.Policy.Ignored, widget.sizePolicy().verticalPolicy())
