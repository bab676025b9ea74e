"""The row of controls over the table: which runs and columns it shows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.document.text import counted
from desktop.views.pages.runs.table import RunsTable
from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.controls import LineEdit

TEST_TIP = (
    "Results on the test rows. Choosing a network by them makes them look better than they are: "
    "choose by validation, and look at them once, at the end."
)


class FilterBar(QWidget):
    """Which runs and which columns of `table` are shown; other runs are opened with `open_logs`."""

    def __init__(
        self,
        table: RunsTable,
        open_logs: QAction,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._table, self._theme = table, theme
        self.box = LineEdit()
        self.box.setPlaceholderText("Filter, e.g. relu lesson")
        self.box.setToolTip(
            "Words in the name, notes, tags, data or network of a run: those that have all of them "
            "are shown (Ctrl+F)"
        )
        self.box.setAccessibleName("Filter runs")
        self.box.setClearButtonEnabled(True)
        self.box.setMinimumWidth(80)
        self.box.textChanged.connect(self._filter)
        self.find_action = QAction("Filter Runs", self)
        self.find_action.setShortcut(QKeySequence.StandardKey.Find)
        self.find_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.find_action.triggered.connect(self._focus)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.test_box = QCheckBox("Show &test results")
        self.test_box.setToolTip(TEST_TIP)
        self.columns_button = QToolButton()
        self.columns_button.setAccessibleName("Columns")
        self.columns_button.setToolTip("Choose the columns of the table")
        self.columns_button.clicked.connect(self._open_columns)
        self.room_button = QToolButton()
        self.room_button.setCheckable(True)
        self.room_button.setToolTip("Hide the panels beside the table while it is shown")
        self.room_button.setAccessibleName("Use the whole window")
        self.logs_button = QToolButton()
        self.logs_button.setDefaultAction(open_logs)
        self.logs_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.logs_button.setAccessibleName("Open log folder")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.box, 1)
        buttons = self.logs_button, self.columns_button, self.room_button
        for widget in (self.count, self.test_box, *buttons):
            row.addWidget(widget)
        theme.changed.connect(self._redraw)
        self._redraw()

    def say_count(self) -> None:
        """Say how many runs are shown."""
        shown, there = len(self._table.runs.shown), len(self._table.runs.all)
        count = counted(there, "run")
        self.count.setText(count if shown == there else f"{shown:,} of {count}")

    def _filter(self, text: str) -> None:
        self._table.runs.filter(text)
        self.say_count()

    def _focus(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def _open_columns(self) -> None:
        menu = self._table.columns_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.columns_button.mapToGlobal(self.columns_button.rect().bottomLeft()))

    def _redraw(self) -> None:
        self.columns_button.setIcon(self._theme.icon("mdi6.view-column-outline"))
        self.room_button.setIcon(self._theme.icon("mdi6.arrow-expand-horizontal"))
