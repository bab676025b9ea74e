"""What the keyboard and the context menu of the stack can do, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence


@dataclass(frozen=True)
class Command:
    """One command: `id` is also the name of the view's method. `keys` work while it has focus."""

    id: str
    text: str
    icon: str
    keys: tuple[QKeySequence.StandardKey | str, ...]
    needs_selection: bool = True
    separator: bool = False  # above it, in the menu

    def matches(self, pressed: QKeySequence) -> bool:
        """Whether `pressed` is one of the keys."""
        return any(
            pressed in QKeySequence.keyBindings(key)
            if isinstance(key, QKeySequence.StandardKey)
            else pressed == QKeySequence(key)
            for key in self.keys
        )

    @property
    def keys_text(self) -> str:
        """All of the keys, as a list of keys shows them."""
        return keys_text([QKeySequence(key) for key in self.keys])

    @property
    def key_text(self) -> str:
        """The first key, as a menu shows it."""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)


def keys_text(keys: Sequence[QKeySequence]) -> str:
    """ "Del, Backspace": the different ones among `keys`."""
    texts = (key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
    return ", ".join(dict.fromkeys(texts))


_KEY = QKeySequence.StandardKey

COMMANDS: tuple[Command, ...] = (
    Command("edit_selected", "Edit Properties", "mdi6.tune", ("Return", "Enter")),
    Command("show_health", "Show Health", "mdi6.heart-pulse", ("Alt+Return", "Alt+Enter")),
    Command("move_up", "Move Up", "mdi6.arrow-up", ("Alt+Up",), separator=True),
    Command("move_down", "Move Down", "mdi6.arrow-down", ("Alt+Down",)),
    Command("duplicate_selected", "Duplicate", "mdi6.content-duplicate", ("Ctrl+D",)),
    Command("cut_selected", "Cut", "mdi6.content-cut", (_KEY.Cut,), separator=True),
    Command("copy_selected", "Copy", "mdi6.content-copy", (_KEY.Copy,)),
    Command("paste", "Paste", "mdi6.content-paste", (_KEY.Paste,), needs_selection=False),
    Command(
        "remove_selected",
        "Remove",
        "mdi6.delete-outline",
        ("Del", "Backspace"),
        separator=True,
    ),
)


def command_for(pressed: QKeySequence) -> Command | None:
    """The command that `pressed` calls."""
    return next((command for command in COMMANDS if command.matches(pressed)), None)
