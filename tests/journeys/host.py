"""The program in a real window, with a line to the test that drives it from outside.

The window is made by the same code as `main.py` makes it. Mouse and keyboard events come from the X
server. Over standard input the test asks where things are and what they show: a line of JSON
{"ask": EXPRESSION} or {"wait": EXPRESSION, "seconds": N} is answered by {"value": ...} on standard
output. Expressions see `window`, `app` and the helpers below.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QAction, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDockWidget,
    QLabel,
    QMenu,
    QMenuBar,
    QMessageBox,
    QScrollArea,
    QTableView,
    QToolBar,
    QTreeView,
    QWidget,
)

from desktop.window import catch_errors, make_window, run_window


def box(widget: QWidget, rect: QRect | None = None) -> list[int]:
    """[x, y, width, height] on the screen of a widget, or of a part of it."""
    rect = rect if rect is not None else widget.rect()
    corner = widget.mapToGlobal(rect.topLeft())
    return [corner.x(), corner.y(), rect.width(), rect.height()]


def inside(widget: QWidget, x: float, y: float) -> list[int]:
    """The screen position of a point given as parts (0 to 1) of a widget's width and height."""
    point = widget.mapToGlobal(QPoint(round(x * widget.width()), round(y * widget.height())))
    return [point.x(), point.y()]


def texts(widget: QWidget) -> list[str]:
    """What the visible labels and buttons in `widget` say."""
    return [
        child.text()
        for child in widget.findChildren(QWidget)
        if isinstance(child, QLabel | QAbstractButton) and child.isVisible() and child.text()
    ]


def picture(widget: QWidget) -> int:
    """A number that changes with what the widget shows."""
    image = widget.grab().toImage()
    return hash(bytes(image.constBits()))


def item(view: QAbstractItemView, text: str) -> list[int]:
    """The box on the screen of the item of a list or tree that says `text`."""
    model = view.model()
    found = model.match(
        model.index(0, 0), Qt.ItemDataRole.DisplayRole, text, 1, Qt.MatchFlag.MatchRecursive
    )
    view.scrollTo(found[0])
    return box(view.viewport(), view.visualRect(found[0]))


def cell(view: QTableView, row: int, column: int) -> list[int]:
    """The box on the screen of a cell of a table."""
    return box(view.viewport(), view.visualRect(view.model().index(row, column)))


def menu_item(menu: QMenu | QMenuBar, text: str) -> list[int]:
    """The box on the screen of an item of a menu that is open, or of the menu bar."""
    found = next(each for each in menu.actions() if each.text().replace("&", "") == text)
    return box(menu, menu.actionGeometry(found))


def card(view: QAbstractItemView, layer: int) -> list[int]:
    """The box on the screen of the card of a layer; -1 is the input's."""
    return box(view.viewport(), view.visualRect(view.model().index(layer + 1, 0)))


def tool(bar: QToolBar, action: str) -> list[int]:
    """The box on the screen of the toolbar's button for an action."""
    found = next(each for each in bar.actions() if each.objectName() == action)
    return box(bar.widgetForAction(found))


def field(panel: QWidget, name: str) -> list[int]:
    """The box on the screen of the editor with this accessible name."""
    found = [
        child
        for child in panel.findChildren(QWidget)
        if child.accessibleName() == name and child.isVisible()
    ]
    area = found[0].parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None:
        area.ensureWidgetVisible(found[0])  # a person would turn the wheel
    return box(found[0])


class Line(QObject):
    """Answers one question after another."""

    def __init__(self, scope: dict[str, Any]) -> None:
        super().__init__()
        self._scope = scope
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_line)
        self._timer = QTimer(self, interval=20)
        self._timer.timeout.connect(self._look_again)
        self._waiting: tuple[str, int] = ("", 0)

    def _on_line(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._notifier.setEnabled(False)
            QApplication.exit(3)
            return
        question = json.loads(line)
        if "wait" in question:
            self._waiting = question["wait"], int(question["seconds"] * 50)
            self._timer.start()
        else:
            self._answer(self._value(question["ask"]))

    def _look_again(self) -> None:
        expression, left = self._waiting
        value = self._value(expression)
        if left <= 0 or (value and not (isinstance(value, dict) and "error" in value)):
            self._timer.stop()
            self._answer(value)
        self._waiting = expression, left - 1

    def _value(self, expression: str) -> Any:
        try:
            return eval(expression, self._scope)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _answer(self, value: Any) -> None:
        sys.stdout.write(json.dumps({"value": value}, default=str) + "\n")
        sys.stdout.flush()


def main() -> int:
    app = QApplication([sys.argv[0]])
    window = make_window()
    catch_errors(window)
    if sys.argv[1]:  # WIDTHxHEIGHT; "" for the window's own
        width, height = map(int, sys.argv[1].split("x"))
        window.setGeometry(0, 0, width, height)
    window.show()
    window.activateWindow()
    if len(sys.argv) > 2:
        window.files.open_path(Path(sys.argv[2]))
    scope: dict[str, Any] = {
        "window": window,
        "app": app,
        "QAction": QAction,
        "QDockWidget": QDockWidget,
        "QMessageBox": QMessageBox,
        "QTextDocumentFragment": QTextDocumentFragment,
        "QTreeView": QTreeView,
        "bar": window.findChild(QToolBar),
    }
    helpers = box, inside, texts, item, cell, menu_item, card, tool, field, picture
    scope |= {helper.__name__: helper for helper in helpers}
    line = Line(scope)
    code = run_window(app, window)
    del line
    return code


if __name__ == "__main__":
    sys.exit(main())
