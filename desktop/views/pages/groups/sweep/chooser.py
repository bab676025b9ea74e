"""The settings there are to vary, under their headings."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.document.space import Variable, value_text
from desktop.views.theme import SPACE_XS, scaled
from desktop.views.widgets.controls import LineEdit
from desktop.views.widgets.text import plain

_WIDEST = 250  # pixels of the titles
_LEAST = 310  # pixels of the tree
_PATH = Qt.ItemDataRole.UserRole


class SettingChooser(QWidget):
    """A tree of `variables` with boxes; `toggled(path, on)` when the user checks one or not."""

    toggled = Signal(str, bool)

    def __init__(self, variables: Sequence[Variable], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = LineEdit()
        self.filter.setPlaceholderText("Filter settings")
        self.filter.setAccessibleName("Filter settings")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setObjectName("settings_to_vary")
        self.tree.setAccessibleName("Settings that can be varied")
        self.tree.setHeaderLabels(["Setting", "Now"])
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setUniformRowHeights(True)
        self.items: dict[str, QTreeWidgetItem] = {}
        self._headings: dict[str, QTreeWidgetItem] = {}
        self._groups: dict[str, list[QTreeWidgetItem]] = {}  # what is below the headings
        for variable in variables:
            self._add(variable)
        for place, heading in enumerate(self._headings.values()):
            heading.setFirstColumnSpanned(True)
            heading.setExpanded(place < 2)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setMinimumWidth(scaled(_LEAST))
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.tree.resizeColumnToContents(0)
        self.tree.setColumnWidth(0, min(self.tree.columnWidth(0), scaled(_WIDEST)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.filter)
        column.addWidget(self.tree, 1)
        self.tree.itemChanged.connect(self._on_changed)
        self.tree.itemActivated.connect(self._on_activated)

    def check(self, paths: Container[str]) -> None:
        """Check the settings at `paths`, and no others, without a signal."""
        self.tree.blockSignals(True)
        for path, item in self.items.items():
            on = path in paths
            item.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.tree.blockSignals(False)
        self.tree.viewport().update()

    def _add(self, variable: Variable) -> None:
        heading = self._headings.get(variable.group)
        if heading is None:
            heading = QTreeWidgetItem(self.tree, [variable.group])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._headings[variable.group] = heading
        item = QTreeWidgetItem(heading, [variable.title, value_text(variable.value)])
        item.setData(0, _PATH, variable.path)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(0, Qt.CheckState.Unchecked)
        for place in (0, 1):
            item.setToolTip(place, plain(variable.field.help or variable.title))
        self.items[variable.path] = item
        self._groups.setdefault(variable.group, []).append(item)

    def _on_changed(self, item: QTreeWidgetItem, column: int) -> None:
        path = item.data(0, _PATH)
        if path and column == 0:
            self.toggled.emit(path, item.checkState(0) is Qt.CheckState.Checked)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        """Return, or a double click, checks an item, or opens a heading."""
        if item.data(0, _PATH):
            on = item.checkState(0) is Qt.CheckState.Checked
            item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for name, heading in self._headings.items():
            shown = False
            for item in self._groups[name]:
                searched = f"{name} {item.text(0)} {item.data(0, _PATH)}".casefold()
                found = all(word in searched for word in words)
                item.setHidden(not found)
                shown = shown or found
            heading.setHidden(not shown)
            if words and shown:
                heading.setExpanded(True)
