"""The zoom of the whole window: everything follows it at once, and comes back from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from desktop.paths import settings_folder
from desktop.views.commands.shortcuts import ShortcutsDialog
from desktop.views.settings import Settings
from desktop.views.theme import zoom
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
FULL_HD, SMALL_SCREEN = QSize(1900, 1000), QSize(1366, 728)


@pytest.fixture(autouse=True)
def usual_size_afterwards(qapp: QApplication) -> Iterator[None]:
    sheet, font = qapp.styleSheet(), qapp.font()
    yield
    zoom.use(zoom.USUAL)
    qapp.setFont(font)
    qapp.setStyleSheet(sheet)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = new_window(qtbot)
    yield window
    window.session.close()


def show(window: MainWindow, size: QSize) -> None:
    """Show a window with all its pages as it comes up at its first start."""
    window.resize(size)
    window.docks.reset()
    window.pages.prepare()
    window.show()


def give(window: MainWindow, name: str, times: int = 1) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    for _ in range(times):
        action.trigger()


def lengths(window: MainWindow) -> dict[str, int]:
    """What a person sees get larger, in pixels."""
    card = window.stack.visualRect(window.stack.model().index(1, 0))
    chart = window.pages.train.charts.loss_chart
    row = window.palette_view.list
    return {
        "text": window.status.fontMetrics().height(),
        "menu": window.menuBar().height(),
        "toolbar": window.toolbar.height(),
        "toolbar's icons": window.toolbar.iconSize().width(),
        "card": card.height(),
        "layer in the list": row.visualRect(row.indexBelow(row.model().index(0, 0))).height(),
        "panel": window.docks.all[2].width(),
        "tabs": window.pages.tabBar().height(),
        "line of text": window.palette_view.search.height(),
        "axis": int(chart.plot.getAxis("left").minimumWidth()),
        "numbers on the axis": chart.plot.getAxis("left").style["tickFont"].pixelSize(),
        "legend": chart.legend.sizeHint().height(),
        "button icon": chart.export_button.iconSize().width(),
        "picture": window.pages.data.pictures.view.gallery.side,
    }


def test_everything_grows_and_comes_back(window: MainWindow) -> None:
    show(window, FULL_HD)
    before = lengths(window)
    give(window, "zoom_in", 3)
    larger = lengths(window)
    assert {name: larger[name] / length for name, length in before.items()} == pytest.approx(
        dict.fromkeys(before, 1.5), rel=0.12
    )
    give(window, "zoom_out", 5)
    smaller = lengths(window)
    assert all(smaller[name] < length for name, length in before.items())
    give(window, "actual_size")
    assert lengths(window) == before


def test_panels_come_back_as_they_were(window: MainWindow, qapp: QApplication) -> None:
    show(window, SMALL_SCREEN)
    window.resizeDocks(list(window.docks.all[1:3]), [233, 311], Qt.Orientation.Horizontal)
    window.docks.all[0].hide()
    qapp.processEvents()
    places = [(dock.isHidden(), dock.geometry()) for dock in window.docks.all[1:]]
    give(window, "zoom_in", 5)
    give(window, "actual_size")
    assert [(dock.isHidden(), dock.geometry()) for dock in window.docks.all[1:]] == places
    assert window.docks.all[0].isHidden()


def test_the_window_never_needs_more_than_the_screen(window: MainWindow) -> None:
    show(window, SMALL_SCREEN)
    give(window, "zoom_out", 2)
    for percent in zoom.STEPS:
        assert zoom.factor() == percent / 100 and window.size() == SMALL_SCREEN
        least = window.minimumSizeHint()
        assert least.width() <= SMALL_SCREEN.width() and least.height() <= SMALL_SCREEN.height()
        tabs = window.pages.tabBar()
        for page in Page:
            assert tabs.rect().contains(tabs.tabRect(page)), (percent, page)
        assert tabs.mapTo(window, QPoint(tabs.width(), 0)).x() <= SMALL_SCREEN.width()
        assert window.pages.width() >= SMALL_SCREEN.width() // 3, percent
        give(window, "zoom_in")


def test_keys_zoom_the_window(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert zoom.factor() == 1.1
    qtbot.keyClick(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert zoom.factor() == 1.25
    qtbot.keyClick(window, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert zoom.factor() == 1.1 and window.status.text == "Zoom 110 %"
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert zoom.factor() == 1


def test_charts_leave_the_keys_to_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.pages.prepare()
    plot: QWidget = window.pages.train.charts.loss_chart.plot
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0):
        qtbot.keyClick(plot, key, Qt.KeyboardModifier.ControlModifier)
    assert plot.zoomed is None  # type: ignore[attr-defined]


def test_the_ends_say_why_there_is_no_more(window: MainWindow) -> None:
    for name, end in (("zoom_in", 200), ("zoom_out", 80)):
        action = window.findChild(QAction, name)
        assert action is not None and action.isEnabled()
        give(window, name, len(zoom.STEPS))
        assert zoom.factor() == end / 100 and not action.isEnabled()
        assert f"{end} %" in action.statusTip()


def test_the_zoom_is_kept_for_the_next_start(qtbot: QtBot) -> None:
    first = new_window(qtbot)
    give(first, "zoom_in", 2)
    first.close()
    second = new_window(qtbot)
    assert zoom.factor() == 1.25
    assert second.status.font().pixelSize() == zoom.scaled(13) == 16
    second.session.close()


@pytest.mark.parametrize("value", ["", "12", "1000", "large", "-100", "110.5", "@Invalid()"])
def test_a_damaged_setting_is_ignored(value: str) -> None:
    path = settings_folder() / "settings.ini"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[General]\nzoom={value}\n", encoding="utf-8")
    assert Settings().zoom == 100


def test_the_keyboard_help_tells_the_keys(window: MainWindow) -> None:
    dialog = ShortcutsDialog(window)
    table = dialog.findChild(QTableWidget)
    assert table is not None
    keys = {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}
    assert "Ctrl++" in keys["Zoom In"] and "Ctrl+=" in keys["Zoom In"]
    assert keys["Zoom Out"] == "Ctrl+-" and keys["Actual Size"] == "Ctrl+0"
    dialog.deleteLater()
