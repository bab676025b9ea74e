"""The commands of the stack as entries of a menu."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from desktop.views.editor.stack.commands import COMMANDS, Command
from desktop.views.theme import Theme


class Commandable(Protocol):
    """What carries out the commands: it has a method named after each."""

    def can(self, command: Command) -> bool:
        """Whether `command` would do something now."""


class CommandActions(QObject):
    """An action for each command, enabled while it would do something.

    The keys are only shown: they belong to the stack, and to text fields where they are.
    """

    def __init__(self, stack: Commandable, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._theme = theme
        self._actions: list[QAction] = []
        for command in COMMANDS:
            action = QAction(f"{command.text}\t{command.key_text}", self)
            action.setObjectName(command.id)
            action.triggered.connect(getattr(stack, command.id))
            self._actions.append(action)
        self.update()

    def add_to(self, menu: QMenu) -> None:
        """Put all of them at the end of `menu`, and keep up with the stack."""
        for command, action in zip(COMMANDS, self._actions, strict=True):
            if command.separator:
                menu.addSeparator()
            menu.addAction(action)
        menu.aboutToShow.connect(self.update)

    def update(self) -> None:
        """Follow the selection and the theme."""
        for command, action in zip(COMMANDS, self._actions, strict=True):
            action.setEnabled(self._stack.can(command))
            action.setIcon(self._theme.icon(command.icon))
