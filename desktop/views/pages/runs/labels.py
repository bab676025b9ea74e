"""What people say of runs: notes, tags and a color, in one small dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.document.text import counted
from desktop.views.charts.compared import COLORS, run_look
from desktop.views.pages.runs.columns import name_of
from desktop.views.pages.runs.swatches import swatch
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.controls import ComboBox, LineEdit
from desktop.workers.records import RUN_COLORS
from desktop.workers.summaries import RunSummary

TOKENS = dict(zip(RUN_COLORS, COLORS, strict=True))  # how each color of a run looks


class LabelsDialog(QDialog):
    """Notes, tags and color of `runs`; of several, only what is changed is given to all.

    `labeled(changes)`: what they are to have, by the names of RunLabels.
    """

    labeled = Signal(dict)

    def __init__(self, runs: Sequence[RunSummary], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("run_labels_dialog")
        several = len(runs) > 1
        self.setWindowTitle(counted(len(runs), "run") if several else name_of(runs[0]))
        self._before = {
            name: _shared([getattr(run, name) for run in runs], empty)
            for name, empty in (("notes", ""), ("tags", ()), ("color", ""))
        }
        self.notes = QPlainTextEdit(self._before["notes"])
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName("Notes")
        self.tags = LineEdit(", ".join(self._before["tags"]))
        self.tags.setPlaceholderText("Words, with commas between them")
        self.color = ComboBox()
        self.color.setIconSize(QSize(scaled(22), scaled(12)))
        self.color.addItem("By its place in the table", "")
        for name, token in TOKENS.items():
            icon = swatch(run_look(0, color=token), theme.tokens, self.devicePixelRatioF())
            self.color.addItem(icon, name.capitalize(), name)
        self.color.setCurrentIndex(max(self.color.findData(self._before["color"]), 0))
        form = QFormLayout()
        form.addRow("&Notes", self.notes)
        form.addRow("&Tags", self.tags)
        form.addRow("&Color of curves", self.color)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)
        self.resize(scaled(420), scaled(280))
        self.accepted.connect(self._tell)

    def _tell(self) -> None:
        words = (word.strip() for word in self.tags.text().split(","))
        now: dict[str, Any] = {
            "notes": self.notes.toPlainText().strip(),
            "tags": tuple(dict.fromkeys(word for word in words if word)),
            "color": self.color.currentData(),
        }
        changes = {name: value for name, value in now.items() if value != self._before[name]}
        if changes:
            self.labeled.emit(changes)


def _shared(values: Sequence[Any], empty: Any) -> Any:
    """What all of `values` are, or `empty`."""
    return values[0] if all(value == values[0] for value in values) else empty
