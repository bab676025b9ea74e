"""Wheel, drags and keys over everything there is to see: nothing changes that should not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QSlider,
    QTabBar,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.project import starter_project
from desktop.document.training import SGD, EarlyStopping
from desktop.views.forms import Form
from desktop.views.main_window import MainWindow
from desktop.views.pages.tabs import Page
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

PATIENCE = 240_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window in which every page has something to show and every panel is unfolded."""
    start = starter_project()
    training = start.training.replace(epochs=2, early_stopping=EarlyStopping(patience=5))
    project = start.replace(data=Digits(), training=training)
    settings = Settings()
    theme = Theme(settings.theme)
    theme.apply()
    window = MainWindow(Workspace(project), Session(), theme, settings)
    qtbot.addWidget(window, before_close_func=lambda each: each.workspace.new(project))
    window.resize(1440, 900)
    window.show()
    window.start()
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        window.session.train(project, further=False)
    with qtbot.waitSignal(window.session.evaluated, timeout=PATIENCE):
        window.session.evaluate()
    draw(qtbot, window)
    window.stack.select_layer(1)
    for form in window.findChildren(Form):
        for button in form.findChildren(QToolButton):
            if "more_settings" in button.objectName() and "hidden" in button.accessibleName():
                button.click()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.session.close()


def draw(qtbot: QtBot, window: MainWindow) -> None:
    """One stroke, and the prediction for it."""
    window.pages.show_page(Page.DRAW)
    canvas = window.pages.draw.canvas
    with qtbot.waitSignal(window.session.predicted, timeout=PATIENCE):
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
        qtbot.mouseMove(canvas, QPoint(120, 160))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(120, 160))


def seen(window: MainWindow) -> Iterator[tuple[Page, list[QWidget]]]:
    """Every page in turn, and what can be seen with it, further down as well."""
    for page in Page:
        window.pages.show_page(page)
        QApplication.processEvents()
        yield page, [each for each in window.findChildren(QWidget) if each.isVisible()]


def state(window: MainWindow) -> dict[str, Any]:
    """Everything that the user can change."""
    values: dict[str, Any] = {
        "project": window.workspace.project,
        "undo steps": window.workspace.undo_stack.count(),
        "undone": window.workspace.undo_stack.index(),
        "page": window.pages.shown,
        "selected": window.stack.selected_layers,
        "network": window.session.trained_epochs,
        "drawing": window.pages.draw.canvas.raster().tobytes(),
        "zoom": window.pages.train.loss_chart.plot.zoomed,
        "epoch": window.pages.train.second_chart.plot.zoomed,
    }
    for place, widget in enumerate(window.findChildren(QWidget)):
        name = f"{place} {type(widget).__name__} {widget.objectName()}"
        match widget:
            case QComboBox():
                values[name] = widget.currentText()
            case QLineEdit():
                values[name] = widget.text()
            case QTabBar():
                values[name] = widget.currentIndex()
            case QTableWidget():
                cells = (
                    widget.item(row, column)
                    for row in range(widget.rowCount())
                    for column in range(widget.columnCount())
                )
                values[name] = [cell and cell.text() for cell in cells]
            case QScrollBar():
                continue
            case QAbstractSlider():
                values[name] = widget.value()
            case QAbstractButton():
                values[name] = widget.isChecked()
    return values


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before.get(name), after.get(name))
        for name in {*before, *after}
        if before.get(name) != after.get(name)
    }


def turn_wheel(widget: QWidget, delta: int) -> None:
    """Turn the wheel over `widget`, as Qt delivers it: first the focus, then the event."""
    if widget.focusPolicy() & Qt.FocusPolicy.WheelFocus == Qt.FocusPolicy.WheelFocus:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_scrolling_changes_nothing(window: MainWindow) -> None:
    kinds: Counter[type[QWidget]] = Counter()
    window.palette_view.search.setFocus()
    for page, widgets in seen(window):
        before = state(window)
        for widget in widgets:
            turn_wheel(widget, -120)
            turn_wheel(widget, -120)
            turn_wheel(widget, 120)
            kinds.update(
                kind
                for kind in (QComboBox, QLineEdit, QSlider, QTabBar, QAbstractItemView)
                if isinstance(widget, kind) and widget.isEnabled()
            )
        assert not changes(before, state(window)), page
        assert window.palette_view.search.hasFocus(), page
    assert kinds[QComboBox] > 20
    assert kinds[QLineEdit] > 30
    assert kinds[QSlider] >= 2
    assert kinds[QTabBar] == len(Page)
    assert kinds[QAbstractItemView] > 8


def test_the_wheel_changes_what_has_the_focus(window: MainWindow) -> None:
    for page, widgets in seen(window):
        for widget in widgets:
            if isinstance(widget, QSlider | QComboBox) and widget.isEnabled():
                widget.setFocus()
                before = state(window)
                for delta in (-120, 120):  # one of them, if it is at an end
                    turn_wheel(widget, delta)
                    if changes(before, state(window)):
                        break
                else:
                    pytest.fail(f"{widget.accessibleName()} on {page.name} does not turn")


def tab_stops(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> list[QWidget]:
    """Where `key` leads, beginning with the toolbar, until it comes back there."""
    first = window.toolbar.data_button
    first.setFocus()
    stops: list[QWidget] = [first]
    while len(stops) < 300:
        qtbot.keyClick(stops[-1], key)
        now = window.focusWidget()
        if now is first:
            return stops
        parts = now, *now.findChildren(QWidget)  # which may cover it
        assert any(not each.visibleRegion().isEmpty() for each in parts), now.objectName()
        stops.append(now)
    pytest.fail(f"Tab does not come back: {[each.objectName() for each in stops[-100:]]}")


def shows_the_focus(widget: QWidget) -> bool:
    """Whether one can see that `widget` has the focus."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    focused = widget.grab().toImage()
    widget.clearFocus()
    return widget.grab().toImage() != focused


def test_tab_goes_through_the_window_as_one_reads_it(qtbot: QtBot, window: MainWindow) -> None:
    project = window.workspace.project
    changed = project.training.replace(optimizer=SGD(), early_stopping=None)
    window.workspace.edit("x", project.replace(training=changed))  # newer fields above older ones
    for page in Page:
        window.pages.show_page(page)
        QApplication.processEvents()
        stops = tab_stops(qtbot, window, Qt.Key.Key_Tab)
        assert len(stops) > 30
        # Panel by panel: the toolbar, what is below it from the left, the problems.
        left_to_right = sorted(
            [*window.docks.all, window.pages], key=lambda each: (each.x(), each.y())
        )
        panels = [window.toolbar, *left_to_right, window.statusBar()]
        places = [
            next(i for i, panel in enumerate(panels) if panel.isAncestorOf(each)) for each in stops
        ]
        assert places == sorted(places)
        assert len(set(places)) >= 6
        # Field by field, from the top.
        for form in window.findChildren(Form):
            inside = [each for each in stops if form.isAncestorOf(each)]
            corners = [each.mapTo(form, QPoint()) for each in inside]
            assert corners == sorted(corners, key=lambda point: (point.y(), point.x()))
        assert tab_stops(qtbot, window, Qt.Key.Key_Backtab) == [stops[0], *stops[:0:-1]]
        assert [each for each in stops if not shows_the_focus(each)] == []
