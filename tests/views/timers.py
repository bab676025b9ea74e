"""Waiting for what a widget does after a while."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def wait_until_idle(qtbot: QtBot, widget: QWidget) -> None:
    """Wait until `widget` and what is in it has done all that it had put off."""
    timers = widget.findChildren(QTimer)
    assert timers
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers))
