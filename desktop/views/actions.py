"""Every command of the window in one table: menus, toolbar, shortcuts and tests derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from desktop.views.theme import Theme

Key = QKeySequence.StandardKey | str


class Menu(StrEnum):
    FILE = "&File"
    EDIT = "&Edit"
    RUN = "&Run"
    VIEW = "&View"
    HELP = "&Help"


@dataclass(frozen=True)
class ActionSpec:
    """One command. `id` is the QAction's objectName and names the window's method for it."""

    id: str
    menu: Menu
    text: str
    tip: str
    icon: str = ""
    key: Key | None = None
    separator: bool = False  # a line above it in its menu
    token: str = "text"  # colour of the icon


_KEY = QKeySequence.StandardKey

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new", Menu.FILE, "&New", "Start a new project", "mdi6.file-outline", _KEY.New),
    ActionSpec(
        "open", Menu.FILE, "&Open…", "Open a project file", "mdi6.folder-open-outline", _KEY.Open
    ),
    ActionSpec(
        "save", Menu.FILE, "&Save", "Save the project", "mdi6.content-save-outline", _KEY.Save, True
    ),
    ActionSpec("save_as", Menu.FILE, "Save &As…", "Save under another name", "", _KEY.SaveAs),
    ActionSpec(
        "save_model",
        Menu.FILE,
        "Save Trained &Model…",
        "Save the trained network as a .keras file, for any Keras program",
        "",
        "Ctrl+Shift+M",
    ),
    ActionSpec("quit", Menu.FILE, "&Quit", "Close the window", "", _KEY.Quit, True),
    ActionSpec(
        "train",
        Menu.RUN,
        "&Train",
        "Train the network; if it is trained already, train it further",
        "mdi6.play",
        "F5",
        token="on_accent",
    ),
    ActionSpec("pause", Menu.RUN, "&Pause", "Hold the training", "mdi6.pause", "F6"),
    ActionSpec("stop", Menu.RUN, "&Stop", "End the training, keep the weights", "mdi6.stop", "F7"),
    ActionSpec(
        "reset",
        Menu.RUN,
        "&Reset",
        "Forget what the network learnt; the next training starts from new weights",
        "mdi6.restart",
        "F8",
    ),
    ActionSpec(
        "evaluate",
        Menu.RUN,
        "&Evaluate",
        "See how well the network does, and which rows it gets wrong",
        "mdi6.clipboard-check-outline",
        "F9",
        True,
    ),
    ActionSpec("reset_layout", Menu.VIEW, "Reset &Layout", "Put all panels back where they belong"),
    ActionSpec("about", Menu.HELP, "&About Layerwise", "Version and libraries"),
    ActionSpec(
        "keys", Menu.HELP, "&Keyboard Shortcuts", "Everything the keyboard can do", "", "F1"
    ),
)


def make_actions(parent: QObject) -> Mapping[str, QAction]:
    """A QAction for each entry of the table, connected to the method `on_<id>` of `parent`."""
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.id)
        action.triggered.connect(getattr(parent, f"on_{spec.id}"))
        if spec.key is not None:
            action.setShortcut(QKeySequence(spec.key))
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{spec.tip} ({shortcut})" if shortcut else spec.tip)
        action.setStatusTip(spec.tip)
        actions[spec.id] = action
    return actions


def set_icons(actions: Mapping[str, QAction], theme: Theme) -> None:
    """Draw the icons in the theme's colours."""
    for spec in ACTIONS:
        if spec.icon:
            actions[spec.id].setIcon(theme.icon(spec.icon, spec.token))
