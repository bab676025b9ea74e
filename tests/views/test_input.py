"""Wheel, drags and keys over everything there is to see: nothing changes that should not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QCheckBox,
    QComboBox,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QSlider,
    QTabBar,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.callbacks import EarlyStopping
from desktop.document.data import Digits
from desktop.document.layers import Dense
from desktop.document.optimizers import SGD
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.views.editor.stack import StackView
from desktop.views.forms import Form
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.window.learn import SECTIONS
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from desktop.views.workspace import Workspace
from tests.views.window.windows import new_window

CHANGEABLE = QComboBox, QLineEdit, QTabBar, QTableWidget, QAbstractSlider, QAbstractButton
COPY_OR_MOVE = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
PATIENCE = 240_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window in which every page has something to show and every panel is unfolded."""
    start = starter_project()
    training = start.training.replace(epochs=2, early_stopping=EarlyStopping(patience=5))
    project = start.replace(data=Digits(), training=training)
    window = new_window(qtbot, project)
    window.resize(1440, 900)
    window.show()
    window.start()
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        window.session.train(project, resume=False)
    with qtbot.waitSignal(window.session.evaluated, timeout=PATIENCE):
        window.session.evaluate()
    window.pages.show_page(Page.RUNS)
    qtbot.waitUntil(window.pages.runs.table.isVisible)  # once the run is listed
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


def shown_pages(window: MainWindow) -> Iterator[Page]:
    """Every page in turn, that of *Learn* with each of its sections."""
    for page in Page:
        window.pages.show_page(page)
        for section in SECTIONS if page is Page.LEARN else (None,):
            if section is not None:
                window.pages.learn.show_section(section.title)
            QApplication.processEvents()
            yield page


def seen(window: MainWindow) -> Iterator[tuple[Page, list[QWidget]]]:
    """Every page in turn, and what can be seen with it, further down as well."""
    for page in shown_pages(window):
        yield page, [each for each in window.findChildren(QWidget) if each.isVisible()]


def scroll_to(widget: QWidget) -> None:
    """Bring `widget` into sight, if it is in something that is scrolled."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


CONTROLS = QLineEdit, QComboBox, QCheckBox, QSlider, QTableWidget


def controls(widgets: list[QWidget]) -> set[QWidget]:
    """What among `widgets` has a value that the user can change."""
    return {each for each in widgets if isinstance(each, CONTROLS) and each.isEnabled()}


@cache
def is_changeable(kind: type[QWidget]) -> bool:
    """Whether `state` looks at widgets of this class. Thousands of states are taken."""
    return issubclass(kind, CHANGEABLE)


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
        "zoom": window.pages.train.charts.loss_chart.plot.zoomed,
        "epoch": window.pages.train.charts.second_chart.plot.zoomed,
    }
    names: Counter[str] = Counter()
    for widget in window.findChildren(QWidget):
        if not is_changeable(type(widget)):
            continue
        name = f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()}"
        names[name] += 1
        name = f"{name} {names[name]}"
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
            case QAbstractButton() if widget.isCheckable():
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
    scroll_to(widget)
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
    assert kinds[QTabBar] >= len(Page) + 2  # and those of the pages Runs and Learn
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


def drag_over(window: MainWindow, widgets: list[QWidget], data: QMimeData) -> None:
    """Drag `data` over the middle of each of `widgets`, and out of the window again."""
    handle = window.windowHandle()
    QApplication.sendEvent(handle, entering(QPoint(1, 1), data))
    for widget in widgets:
        scroll_to(widget)
        QApplication.sendEvent(handle, moving(middle(window, widget), data))
    QApplication.sendEvent(handle, QDragLeaveEvent())


def drop(window: MainWindow, widget: QWidget, data: QMimeData) -> bool:
    """Drop `data` on the middle of `widget`. Returns whether it was taken."""
    handle, place = window.windowHandle(), middle(window, widget)
    QApplication.sendEvent(handle, entering(place, data))
    QApplication.sendEvent(handle, moving(place, data))
    event = QDropEvent(QPointF(place), COPY_OR_MOVE, data, LEFT, NO_KEYS)
    QApplication.sendEvent(handle, event)
    return event.isAccepted()


def entering(place: QPoint, data: QMimeData) -> QDragEnterEvent:
    return QDragEnterEvent(place, COPY_OR_MOVE, data, LEFT, NO_KEYS)


def moving(place: QPoint, data: QMimeData) -> QDragMoveEvent:
    return QDragMoveEvent(place, COPY_OR_MOVE, data, LEFT, NO_KEYS)


def middle(window: MainWindow, widget: QWidget) -> QPoint:
    return widget.mapTo(window, widget.rect().center())


def in_sight(window: MainWindow, widget: QWidget) -> bool:
    """Scrolls `widget` in. Returns whether a drop on its middle is one on it."""
    scroll_to(widget)
    there = window.childAt(middle(window, widget))
    inside = isinstance(widget, CONTROLS) and there is not None and widget.isAncestorOf(there)
    return there is widget or inside


@pytest.mark.filterwarnings("ignore:Function:DeprecationWarning")
def test_a_card_is_dropped_on_the_stack_and_nowhere_else(window: MainWindow) -> None:
    model = window.stack.model()
    card = model.mimeData([model.index(2, 0)])
    name = window.palette_view.mime_data_for("Dropout")
    lists = window.stack, window.palette_view
    kinds: Counter[type[QWidget]] = Counter()
    for page, widgets in seen(window):
        before = state(window)
        drag_over(window, widgets, card)
        drag_over(window, widgets, name)
        reached: set[QWidget] = set()
        for widget in widgets:
            if any(each is widget or each.isAncestorOf(widget) for each in lists):
                continue
            if not in_sight(window, widget):
                continue
            reached.add(widget)
            for data in (card, name):
                assert not drop(window, widget, data), f"{widget} on {page.name}"
            kinds.update(
                kind
                for kind in (QLineEdit, QComboBox, QLabel, QGraphicsView)
                if isinstance(widget, kind) or isinstance(widget.parent(), kind)
            )
        assert controls(widgets) - reached <= {window.palette_view.search}, page
        assert not changes(before, state(window)), page
    assert kinds[QLineEdit] > 10
    assert kinds[QComboBox] > 5
    assert kinds[QLabel] > 20
    assert kinds[QGraphicsView] >= 2


@pytest.mark.filterwarnings("ignore:Function:DeprecationWarning")
def test_a_card_dragged_back_to_the_list_of_layers_is_removed(window: MainWindow) -> None:
    model, before = window.stack.model(), window.workspace.project
    card = model.mimeData([model.index(2, 0)])
    targets = window.palette_view.search, window.palette_view.list.viewport()
    for target in targets:
        assert drop(window, target, card)
        assert window.workspace.project == before.removed(1)
        assert window.palette_view.search.text() == ""
        window.workspace.undo()
        assert window.workspace.project == before
        assert not drop(window, target, window.palette_view.mime_data_for("Dropout"))
    hint = window.findChild(QWidget, "remove_hint")
    assert hint is not None and not hint.isVisible()
    handle = window.windowHandle()
    for rows, said in ([2], "Release to remove the layer"), ([1, 2], "Release to remove 2 layers"):
        dragged = model.mimeData([model.index(row, 0) for row in rows])
        QApplication.sendEvent(handle, entering(QPoint(1, 1), dragged))
        QApplication.sendEvent(handle, moving(middle(window, targets[1]), dragged))
        assert hint.isVisible() and hint.accessibleName() == said
        assert hint.geometry() == window.palette_view.rect()
        QApplication.sendEvent(handle, QDragLeaveEvent())  # Escape, or out of the window
        assert not hint.isVisible() and window.workspace.project == before
    others = StackView(Workspace(before), Theme(Settings().theme), window).model()
    drop(window, targets[0], others.mimeData([others.index(2, 0)]))
    assert window.workspace.project == before


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


def by_tab(window: MainWindow) -> list[QWidget]:
    """What can be seen that takes the focus by Tab."""
    return [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
        and each.window() is window
    ]


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
    for _ in shown_pages(window):
        stops = tab_stops(qtbot, window, Qt.Key.Key_Tab)
        assert Counter(stops) == Counter(by_tab(window))  # each once
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


UNDO, REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


def test_undo_and_redo_are_those_of_the_drawing_first(qtbot: QtBot, window: MainWindow) -> None:
    before = window.workspace.project
    window.workspace.edit("x", before.removed(1))
    after = window.workspace.project
    window.pages.show_page(Page.DRAW)
    canvas = window.pages.draw.canvas
    canvas.setFocus()
    qtbot.keySequence(canvas, UNDO)
    assert canvas.is_empty and window.workspace.project == after
    qtbot.keySequence(canvas, REDO)
    assert not canvas.is_empty and window.workspace.project == after
    qtbot.keySequence(canvas, UNDO)
    qtbot.keySequence(canvas, UNDO)
    assert canvas.is_empty and window.workspace.project == before


def test_undo_and_redo_are_those_of_the_text_first(qtbot: QtBot, window: MainWindow) -> None:
    epochs = window.findChild(QLineEdit, "epochs")
    epochs.setFocus()
    qtbot.keyClick(epochs, Qt.Key.Key_Up)  # a step, which the field has no history of
    assert window.workspace.project.training.epochs == 3
    qtbot.keyClicks(epochs, "0")
    assert window.workspace.project.training.epochs == 30
    qtbot.keySequence(epochs, UNDO)
    assert epochs.text() == "3"
    assert window.workspace.project.training.epochs == 3
    qtbot.keySequence(epochs, UNDO)
    assert epochs.text() == "2"
    assert window.workspace.project.training.epochs == 2
    qtbot.keySequence(epochs, REDO)
    assert window.workspace.project.training.epochs > 2


COUNTS = "undo steps", "undone"


def values(window: MainWindow) -> dict[str, Any]:
    """Everything that the user can change, but not how many steps it took."""
    return {name: value for name, value in state(window).items() if name not in COUNTS}


def takes_focus(window: MainWindow) -> list[QWidget]:
    """What can be seen that takes the focus, by Tab or by a click."""
    return [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and each.window() is window
    ]


def test_undo_and_redo_reach_the_project_from_everywhere(qtbot: QtBot, window: MainWindow) -> None:
    before = window.workspace.project
    undo_stack = window.workspace.undo_stack
    kinds: Counter[type[QWidget]] = Counter()
    tried: set[QWidget] = set()
    for page in shown_pages(window):
        at_first = values(window)
        window.workspace.edit("x", before.replace(training=with_epochs(before, 76)))
        window.workspace.edit("y", before.replace(training=with_epochs(before, 77)))
        at_last, last = values(window), undo_stack.index()
        window.workspace.undo()
        between = values(window)
        window.workspace.redo()
        for widget in takes_focus(window):
            if widget in tried or widget is window.pages.draw.canvas:  # has strokes of its own
                continue
            tried.add(widget)
            where = f"{widget} {widget.objectName()} on {page.name}"
            widget.setFocus()
            qtbot.keySequence(widget, UNDO)
            assert (undo_stack.index(), changes(between, values(window))) == (last - 1, {}), where
            qtbot.keySequence(widget, REDO)
            assert (undo_stack.index(), changes(at_last, values(window))) == (last, {}), where
            kinds[type(widget)] += 1
        window.workspace.undo()
        window.workspace.undo()
        assert not changes(at_first, values(window))
    assert len(kinds) > 12


def test_undo_and_redo_of_a_field_are_its_own_and_change_nothing_else(
    qtbot: QtBot, window: MainWindow
) -> None:
    undo_stack = window.workspace.undo_stack
    tried: set[QWidget] = set()
    for _ in shown_pages(window):
        for field in takes_focus(window):
            if not isinstance(field, QLineEdit) or field in tried:
                continue
            tried.add(field)
            field.setFocus()
            before, steps = values(window), undo_stack.index()
            qtbot.keyClick(field, Qt.Key.Key_End)
            qtbot.keyClick(field, Qt.Key.Key_1)
            typed = values(window)
            assert changes(before, typed), field.objectName()
            qtbot.keySequence(field, UNDO)
            assert not changes(before, values(window)), field.objectName()
            qtbot.keySequence(field, REDO)
            assert not changes(typed, values(window)), field.objectName()
            qtbot.keySequence(field, UNDO)
            window.workspace.undo_stack.setIndex(steps)
            assert not changes(before, values(window)), field.objectName()
    assert len(tried) > 15


def with_epochs(project: Project, epochs: int) -> Training:
    return project.training.replace(epochs=epochs)


def add_layer(qtbot: QtBot, window: MainWindow, name: str) -> None:
    search = window.palette_view.search
    qtbot.keyClick(search, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(search, name)
    qtbot.keyClick(search, Qt.Key.Key_Return)


def go_to(qtbot: QtBot, window: MainWindow, widget: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> None:
    """Press Tab until `widget` has the focus."""
    for _ in range(100):
        now = window.focusWidget()
        if now is widget:
            return
        qtbot.keyClick(now or window, key)
    pytest.fail(f"Tab does not lead to {widget}")


def test_a_network_is_made_trained_and_tried_without_a_mouse(
    qtbot: QtBot, window: MainWindow
) -> None:
    project = window.workspace.project
    search, stack = window.palette_view.search, window.stack
    go_to(qtbot, window, search)
    add_layer(qtbot, window, "dropout")
    add_layer(qtbot, window, "dense")
    added = [layer for layer in window.workspace.project.layers if layer not in project.layers]
    assert [layer.tag for layer in added] == ["Dropout", "Dense"]
    go_to(qtbot, window, stack)
    qtbot.keyClick(stack, Qt.Key.Key_Return)
    QApplication.processEvents()  # the form has just been made
    units = window.focusWidget()
    assert isinstance(units, QLineEdit) and units.objectName() == "units"
    qtbot.keyClicks(units, "64")
    qtbot.keyClick(units, Qt.Key.Key_Tab)
    activation = window.focusWidget()
    assert isinstance(activation, QComboBox)
    qtbot.keyClicks(activation, "tanh")
    (place,) = stack.selected_layers
    layer = window.workspace.project.layers[place]
    assert isinstance(layer, Dense) and (layer.units, str(layer.activation)) == (64, "tanh")
    qtbot.keyClick(activation, Qt.Key.Key_Escape)
    assert stack.hasFocus()
    qtbot.keyClick(stack, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert window.workspace.project.layers[place - 1] == layer
    qtbot.keyClick(stack, Qt.Key.Key_Down)
    qtbot.keyClick(stack, Qt.Key.Key_Delete)
    assert len(window.workspace.project.layers) == len(project.layers) + 1
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        qtbot.keyClick(stack, Qt.Key.Key_F5)
    go_to(qtbot, window, window.pages.tabBar())
    while window.pages.shown is not Page.DRAW:
        qtbot.keyClick(window.pages.tabBar(), Qt.Key.Key_Right)
    canvas = window.pages.draw.canvas
    go_to(qtbot, window, canvas)
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty
    with qtbot.waitSignal(window.session.predicted, timeout=PATIENCE):
        for key in (Qt.Key.Key_Space, *[Qt.Key.Key_Down] * 9, Qt.Key.Key_Space):
            qtbot.keyClick(canvas, key)
    assert not canvas.is_empty
