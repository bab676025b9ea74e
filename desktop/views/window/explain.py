"""Explains the words of a control: those in its text, its name, or what it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QTabBar,
    QWhatsThis,
    QWidget,
)

from desktop import paths
from desktop.document.glossary import Entry, Glossary, load_glossary
from desktop.views.theme import Theme

MOST = 3  # terms that are explained at a time
_ROLE = Qt.ItemDataRole.DisplayRole


@cache
def glossary() -> Glossary:
    """The glossary that comes with the program, read when it is first asked for."""
    return load_glossary(paths.resources() / "glossary.json")


class Explain(QObject):
    """Shows what the glossary says of the terms at a control, in a small window beside it.

    `start` lets the user click at something to have it explained.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def show_for(self, widget: QWidget, at: QPoint | None = None) -> bool:
        """Explain the terms at `widget`, at the point `at` in it; False if there are none."""
        entries = self.entries(widget, at)
        if entries:
            place = at if at is not None else QPoint(0, widget.height())
            QWhatsThis.showText(widget.mapToGlobal(place), self._html(entries), widget)
        return bool(entries)

    def entries(self, widget: QWidget, at: QPoint | None = None) -> tuple[Entry, ...]:
        """The terms at `widget`: of the first of its texts, and of what it is in, that has any."""
        for text in _texts(widget, at):
            if found := glossary().mentioned(text.replace("&", "")):
                return found[:MOST]
        return ()

    def start(self) -> None:
        """Explain what is clicked at next."""
        if not QWhatsThis.inWhatsThisMode():
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
            QWhatsThis.enterWhatsThisMode()

    def _html(self, entries: tuple[Entry, ...]) -> str:
        muted = self._theme.tokens.muted
        parts = [f"<p><b>{escape(each.term)}</b><br>{escape(each.text)}</p>" for each in entries]
        return "".join([*parts, f'<p style="color: {muted}">More in Learn, Glossary</p>'])

    # --- Qt ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer for every widget while the user chooses what to have explained."""
        kind = event.type()
        if kind is QEvent.Type.LeaveWhatsThisMode:
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        elif (
            kind in (QEvent.Type.QueryWhatsThis, QEvent.Type.WhatsThis)
            and isinstance(watched, QWidget)
            and isinstance(event, QHelpEvent)
        ):
            if kind is QEvent.Type.QueryWhatsThis:
                event.setAccepted(bool(self.entries(watched, event.pos())))
                return True
            return self.show_for(watched, event.pos())
        return False


def _texts(widget: QWidget, at: QPoint | None) -> Iterator[str]:
    """What can be read at `widget`, then in what it is in: the nearest first."""
    here: QWidget | None = widget
    while here is not None and not here.isWindow():
        yield from _own_texts(here, at)
        if here.isVisible() and at is not None:
            at = here.mapToParent(at)
        here = here.parentWidget()


def _own_texts(widget: QWidget, at: QPoint | None) -> Iterator[str]:
    if isinstance(widget, QHeaderView):
        section = widget.logicalIndexAt(at) if at is not None else widget.currentIndex().column()
        if section >= 0:
            yield str(widget.model().headerData(section, widget.orientation(), _ROLE) or "")
    elif isinstance(widget, QTabBar):
        tab = widget.tabAt(at) if at is not None else widget.currentIndex()
        yield widget.tabText(tab)
    elif isinstance(widget, QAbstractItemView):
        index = widget.currentIndex()
        if at is not None:
            index = widget.indexAt(widget.viewport().mapFrom(widget, at))
        if index.isValid():
            yield str(index.data(_ROLE) or "")
            column, across = index.column(), Qt.Orientation.Horizontal
            yield str(widget.model().headerData(column, across, _ROLE) or "")
    elif isinstance(widget, QComboBox):
        yield f"{widget.currentText()}, {widget.accessibleName()}"
    elif isinstance(widget, QGroupBox):
        yield widget.title()
    elif isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    yield widget.accessibleName()
    yield widget.toolTip()
