"""What can be done with the rows of a table: one list, from which bar, menu and keys derive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.text import plain

D = TypeVar("D")  # who does it
R = TypeVar("R")  # the rows that are selected


@dataclass(frozen=True)
class TableAction(Generic[D, R]):
    """One of them. `rule` says why it cannot be done now, "" if it can. `id` is the objectName."""

    id: str
    text: str
    tip: str
    icon: str
    run: Callable[[D], object]
    rule: Callable[[D, R], str]
    key: str = ""
    in_bar: bool = False
    separator: bool = False


class TableActions(QObject):
    """A QAction for each of `specs`, with the keys while `table` has the focus."""

    def __init__(
        self, specs: Sequence[TableAction[Any, Any]], doing: Any, table: QWidget, theme: Theme
    ) -> None:
        super().__init__(table)
        self._specs, self._doing, self._theme = specs, doing, theme
        self._actions = {spec.id: self._make(spec, table) for spec in specs}
        theme.changed.connect(self._redraw)
        self._redraw()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, spec: TableAction[Any, Any], table: QWidget) -> QAction:
        action = QAction(spec.text, table)
        action.setObjectName(spec.id)
        if spec.key:
            action.setShortcut(QKeySequence(spec.key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: spec.run(self._doing))
        table.addAction(action)
        return action

    def update(self, rows: Any) -> None:
        """Apply the rules to the rows that are selected."""
        for spec in self._specs:
            action, why_not = self._actions[spec.id], spec.rule(self._doing, rows)
            action.setEnabled(not why_not)
            tip = f"{spec.tip} ({spec.key})" if spec.key else spec.tip
            action.setToolTip(plain(f"{tip}\n{why_not}" if why_not else tip))
            action.setStatusTip(why_not or spec.tip)

    def in_bar(self) -> list[tuple[QAction, bool]]:
        """Those that have a button, and whether there is a gap before it."""
        return [(self._actions[spec.id], spec.separator) for spec in self._specs if spec.in_bar]

    def fill(self, menu: QMenu) -> None:
        """Put all of them into `menu`."""
        for spec in self._specs:
            if spec.separator:
                menu.addSeparator()
            menu.addAction(self._actions[spec.id])

    def _redraw(self) -> None:
        for spec in self._specs:
            self._actions[spec.id].setIcon(self._theme.icon(spec.icon))
