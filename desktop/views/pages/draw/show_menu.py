"""The button whose menu says what is shown of a drawing beside the prediction."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


class Part(StrEnum):
    """What can be shown."""

    STEPS = "steps"
    PIXELS = "pixels"
    ACTIVATIONS = "activations"
    NEAREST = "nearest"


TEXTS = {
    Part.STEPS: "&Steps of the preparation",
    Part.PIXELS: "&Pixels that mattered",
    Part.ACTIVATIONS: "&Activations of the layers",
    Part.NEAREST: "&Nearest training images",
}


class ShowMenu(QToolButton):
    """A menu with a check mark for each part that is shown.

    Signals:
        partToggled: the part that is shown now, or no longer.
    """

    partToggled = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("Show")
        self.setObjectName("show-parts")
        self.setAccessibleName("Show more of the drawing")
        self.setToolTip("Show how the network input is made, and what the network makes of it")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        self.parts: dict[Part, QAction] = {}
        for part, text in TEXTS.items():
            action = menu.addAction(text)
            action.setObjectName(f"show-{part}")
            action.setCheckable(True)
            action.toggled.connect(lambda checked, part=part: self.partToggled.emit(part, checked))
            self.parts[part] = action
        self.setMenu(menu)

    def shows(self, part: Part) -> bool:
        """Whether `part` is shown."""
        return self.parts[part].isChecked()
