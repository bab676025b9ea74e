"""The panels keep their sizes, whatever becomes of the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.window.docks import COMPACT
from desktop.views.window.main_window import MainWindow
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WIDTHS, HEIGHTS = [131, 201, 223], [300, 410]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window whose panels have sizes that a user chose; a layer is selected."""
    window = new_window(qtbot)
    resize(window, COMPACT + 160, 900)
    window.docks.reset()
    window.show()
    window.stack.select_layer(1)
    QApplication.processEvents()
    layers, model, properties, training = window.docks.all
    window.resizeDocks([layers, model, properties], WIDTHS, Qt.Orientation.Horizontal)
    window.resizeDocks([properties, training], HEIGHTS, Qt.Orientation.Vertical)
    QApplication.processEvents()
    yield window
    window.session.close()


def resize(window: MainWindow, width: int, height: int) -> None:
    window.resize(width, height)
    QApplication.processEvents()


def sizes(window: MainWindow) -> list[QSize]:
    return [dock.size() for dock in window.docks.all]


def test_widths_survive_a_narrower_and_a_wider_window(window: MainWindow) -> None:
    before = sizes(window)
    assert [dock.width() for dock in window.docks.all] == [*WIDTHS, WIDTHS[-1]]
    for width in (COMPACT - 200, COMPACT + 160, COMPACT + 500, COMPACT - 1, COMPACT + 160):
        resize(window, width, 900)
        assert sizes(window) == before, width


def test_the_split_of_a_column_survives_a_lower_window(window: MainWindow) -> None:
    before = sizes(window)
    share = before[2].height() / (before[2].height() + before[3].height())
    resize(window, COMPACT - 200, 640)
    heights = [dock.height() for dock in window.docks.all[2:]]
    assert heights[0] / sum(heights) == pytest.approx(share, abs=0.12)
    resize(window, COMPACT + 160, 900)
    assert sizes(window) == before


def test_a_hidden_panel_stays_hidden_and_comes_back_as_wide(window: MainWindow) -> None:
    model = window.docks.all[1]
    model.hide()
    for width in (COMPACT - 200, COMPACT + 160):
        resize(window, width, 900)
        assert not model.isVisible()
        assert window.docks.all[2].width() == WIDTHS[2]
    model.show()
    QApplication.processEvents()
    assert model.width() == WIDTHS[1]


def test_a_floating_panel_stays_where_it_is(window: MainWindow) -> None:
    training = window.docks.all[3]
    training.setFloating(True)
    training.setGeometry(QRect(40, 50, 310, 420))
    QApplication.processEvents()
    place = training.geometry()
    for width in (COMPACT - 200, COMPACT + 160):
        resize(window, width, 900)
        assert training.isFloating() and training.geometry() == place


def test_widths_survive_full_screen(window: MainWindow) -> None:
    before = [dock.width() for dock in window.docks.all]
    window.showFullScreen()
    QApplication.processEvents()
    window.showNormal()
    resize(window, COMPACT + 160, 900)
    assert [dock.width() for dock in window.docks.all] == before
