"""Properties gives its room to Training while no layer is selected, and gets it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from desktop.views.window.main_window import MainWindow
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that is shown, but loads nothing."""
    window = make(qtbot)
    yield window
    window.session.close()


def make(qtbot: QtBot) -> MainWindow:
    window = new_window(qtbot)
    window.resize(1440, 900)
    window.show()
    qtbot.waitUntil(lambda: docks(window)[0].height() < 150)
    return window


def docks(window: MainWindow) -> tuple[QDockWidget, QDockWidget]:
    found = [window.findChild(QDockWidget, f"{name}_dock") for name in ("properties", "training")]
    assert found[0] is not None and found[1] is not None
    return found[0], found[1]


def drag(window: MainWindow, properties: int) -> None:
    """Drag the border between Properties and Training so that Properties is that high."""
    both = docks(window)
    rest = sum(dock.height() for dock in both) - properties
    window.resizeDocks(list(both), [properties, rest], Qt.Orientation.Vertical)


def wait_for_height(qtbot: QtBot, window: MainWindow, height: int, margin: int = 2) -> None:
    """Wait until Properties is that high, and Training has the rest of the column."""
    properties, training = docks(window)
    bottom = training.geometry().bottom()

    def there() -> bool:
        gap = training.y() - properties.geometry().bottom()
        is_filled = training.geometry().bottom() == bottom and 0 < gap < 10
        return is_filled and abs(properties.height() - height) <= margin

    qtbot.waitUntil(there)


def test_training_has_the_room_while_no_layer_is_selected(qtbot: QtBot, window: MainWindow) -> None:
    properties, training = docks(window)
    assert properties.height() < 150 and training.height() > 600
    assert window.properties.verticalScrollBar().maximum() == 0  # all of it can be seen
    little = properties.height()
    window.stack.select_layer(1)
    qtbot.waitUntil(lambda: properties.height() > 300)
    usual = properties.height()
    window.stack.select_layer(2)
    window.stack.select_layer(-1)
    wait_for_height(qtbot, window, little, margin=0)
    window.stack.select_layer(0)
    wait_for_height(qtbot, window, usual)


def test_what_the_user_dragged_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    little = docks(window)[0].height()
    window.stack.select_layer(1)
    drag(window, 500)
    wait_for_height(qtbot, window, 500)
    for _ in range(3):
        window.stack.select_layer(-1)
        wait_for_height(qtbot, window, little, margin=0)
        window.stack.select_layer(1)
        wait_for_height(qtbot, window, 500)


def test_the_room_is_a_share_of_the_window(qtbot: QtBot, window: MainWindow) -> None:
    properties, training = docks(window)
    little = properties.height()
    window.stack.select_layer(1)
    drag(window, 500)
    wait_for_height(qtbot, window, 500)
    share = 500 / (500 + training.height())
    window.stack.select_layer(-1)
    wait_for_height(qtbot, window, little, margin=0)
    window.resize(1440, 700)
    qtbot.waitUntil(lambda: training.geometry().bottom() < 700)
    wait_for_height(qtbot, window, little, margin=0)
    window.stack.select_layer(1)
    both = sum(dock.height() for dock in docks(window))
    wait_for_height(qtbot, window, round(share * both))


def test_alone_in_its_column_it_has_all_of_it(qtbot: QtBot, window: MainWindow) -> None:
    properties, training = docks(window)
    window.stack.select_layer(1)
    drag(window, 500)
    wait_for_height(qtbot, window, 500)
    window.stack.select_layer(-1)
    qtbot.waitUntil(lambda: properties.height() < 150)
    training.hide()
    qtbot.waitUntil(lambda: properties.height() > 700)
    training.show()
    qtbot.waitUntil(lambda: properties.height() < 150)
    window.tabifyDockWidget(training, properties)
    properties.raise_()
    qtbot.waitUntil(lambda: properties.height() > 700)
    window.docks.reset()
    qtbot.waitUntil(lambda: properties.height() < 150)
    window.stack.select_layer(1)
    qtbot.waitUntil(lambda: 300 < properties.height() < 400)  # no longer what was dragged


def test_the_share_is_remembered_however_the_window_is_closed(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.stack.select_layer(1)
    drag(window, 500)
    wait_for_height(qtbot, window, 500)
    window.stack.select_layer(-1)
    qtbot.waitUntil(lambda: docks(window)[0].height() < 150)
    window.close()
    second = make(qtbot)
    second.stack.select_layer(1)
    wait_for_height(qtbot, second, 500)
    second.session.close()
