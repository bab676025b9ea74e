"""What the keyboard can do, in one list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.views.editor.stack.commands import COMMANDS, keys_text

# What widgets do by themselves with keys and mouse, without an action of the window.
WIDGET_KEYS = (
    ("Layers: add the selected layer", "Return"),
    ("Properties: back to the model", "Esc"),
    ("Draw: move the pen", "Arrow keys"),
    ("Draw: lower or lift the pen", "Space"),
    ("Draw: undo the last stroke", "Backspace, Ctrl+Z"),
    ("Draw: clear", "Del"),
    ("Points: move the mark", "Arrow keys"),
    ("Points: choose a class, or the eraser", "1 to 5, E"),
    ("Points: add, or erase with the eraser", "Space, Return"),
    ("Points: erase", "Del"),
    ("Charts: move the crosshair", "Left, Right"),
    ("Charts: first or last epoch", "Home, End"),
    ("Charts: zoom in or out", "+, -, Ctrl+wheel"),
    ("Charts: show all epochs", "0, double-click"),
)


class ShortcutsDialog(QDialog):
    """A table of commands and keys, made from the window's own actions."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(460, 560)
        rows = [
            (
                action.text().replace("&", "").rstrip("…"),
                keys_text(action.shortcuts()),
            )
            for action in parent.findChildren(QAction)
            if not action.shortcut().isEmpty()
        ]
        rows += [(f"Model: {command.text}", command.keys_text) for command in COMMANDS]
        rows += WIDGET_KEYS
        table = QTableWidget(len(rows), 2)
        table.setAccessibleName("Commands and their keys")
        table.setHorizontalHeaderLabels(["Command", "Key"])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, QTableWidgetItem(text))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(table)
        column_layout.addWidget(buttons)
