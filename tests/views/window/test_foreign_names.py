"""Names of classes come from files: they are shown as they are, whatever they look like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QSize
from PySide6.QtGui import Qt  # with what this module adds to it
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop import cli
from desktop.document.data import images
from desktop.document.project import Project, starter_project
from desktop.document.schema import Classes
from desktop.document.storage import write_project
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

PATIENCE = 120_000
LONG = "a very long name " * 20
NAMES = (
    "<b>x</b>",
    "a&b",
    "[red]x[/red]",
    "&lt;",
    LONG,
    "",
    "שלום",
    "two\nlines",
    "\x1b[31mred\u202e",
    "<img src='x'>:smile:",
)
SHOWN = ("<b>x</b>", "a&b", "[red]x[/red]", "&lt;", LONG, "(empty)", "שלום", "two�lines")
RICH = ("<b>x", "<img")  # what Qt would take for HTML
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in digits are called as nobody would call them."""
    monkeypatch.setattr(images, "_DIGITS", Classes(NAMES))


def short() -> Project:
    project = starter_project()
    return project.replace(training=project.training.replace(epochs=1))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window with a network that was trained, evaluated, and asked about a drawing."""
    window = new_window(qtbot, short())
    session = window.session
    window.resize(1366, 768)
    window.show()
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        window.start()
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(window.workspace.project)
    with qtbot.waitSignal(session.evaluated, timeout=PATIENCE):
        session.evaluate()
    window.pages.show_page(Page.DRAW)
    with qtbot.waitSignal(session.predicted, timeout=PATIENCE):
        qtbot.mouseClick(window.pages.draw.canvas, Qt.MouseButton.LeftButton)
    yield window
    session.close()


def tips(model: QAbstractItemModel) -> Iterator[str]:
    """Every tooltip of the cells and headers of `model`."""
    role, top = Qt.ItemDataRole.ToolTipRole, QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(top)
    for row in range(model.rowCount(top)):
        for column in range(columns):
            yield str(model.index(row, column, top).data(role) or "")
    for orientation, count in (
        (Qt.Orientation.Horizontal, columns),
        (Qt.Orientation.Vertical, model.rowCount(top)),
    ):
        for section in range(count):
            yield str(model.headerData(section, orientation, role) or "")


def read_as_html(text: str) -> bool:
    return Qt.mightBeRichText(text) and any(part in text for part in RICH)


def test_no_name_is_read_as_html_or_as_a_mnemonic(window: MainWindow) -> None:
    seen: list[str] = []
    for number in (*range(len(NAMES)), None):  # the texts about one class, too
        if number is not None:
            window.pages.data.bars.selectRow(number)
            window.pages.evaluate.matrix.clearSelection()
            window.pages.evaluate.matrix.cellSelected.emit((number, (number + 1) % len(NAMES)))
        for label in window.findChildren(QLabel):
            seen.append(label.text())
            if label.textFormat() != Qt.TextFormat.PlainText:
                assert not read_as_html(label.text()), label.text()
            if label.buddy() is not None:
                assert not any("a&b" in text for text in [label.text()])
        for button in window.findChildren(QAbstractButton):
            assert "a&b" not in button.text()
        for widget in window.findChildren(QWidget):
            assert not read_as_html(widget.toolTip()), widget.toolTip()
            assert not read_as_html(widget.statusTip())
            seen.append(widget.accessibleName())
            seen.append(widget.accessibleDescription())
        for view in window.findChildren(QAbstractItemView):
            if view.model() is not None:
                for tip in tips(view.model()):
                    assert not read_as_html(tip), tip
    everything = "\n".join(seen)
    for name in SHOWN:
        assert name in everything
    assert "two\nlines" not in everything and "\x1b" not in everything


def test_long_names_move_nothing(window: MainWindow) -> None:
    window.pages.data.bars.selectRow(NAMES.index(LONG))
    window.pages.evaluate.matrix.cellSelected.emit((NAMES.index(LONG), 0))
    draw = window.pages.draw
    values = np.zeros(len(NAMES))
    values[NAMES.index(LONG)] = 1.0
    draw.result.top.set_full_text(LONG)
    draw.result.bars.show_values(window.session.summary.schema.class_names, values)  # type: ignore[union-attr]
    for page in Page:
        window.pages.show_page(page)
        QApplication.processEvents()
        assert (window.width(), window.height()) == (1366, 768)
        hint = draw.minimumSizeHint() if page is Page.DRAW else shown_size(window)
        assert hint.width() <= window.pages.width(), page


def shown_size(window: MainWindow) -> QSize:
    """What the page that can be seen cannot be smaller than."""
    page = window.pages.currentWidget()
    assert page is not None
    return page.minimumSizeHint()


def test_no_name_is_read_as_markup_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setenv("COLUMNS", "4000")
    path, picture = tmp_path / "[b]p[b].layerwise", tmp_path / "[b]x[b]:smile:.png"
    write_project(path, short())
    gray = np.zeros((8, 8), np.uint8)
    gray[1:7, 3:5] = 255
    Image.fromarray(gray).save(picture)

    def run(*arguments: Any) -> str:
        capsys.readouterr()
        assert cli.run([str(each) for each in arguments]) == 0
        written = capsys.readouterr()
        assert "\x1b[31mred" not in written.out + written.err
        return written.out

    run("check", path)
    run("train", path, "--out", tmp_path)
    evaluated = run("evaluate", tmp_path / "model.keras", path)
    for name in SHOWN:
        assert name.strip() in evaluated, name
    assert picture.name in run("predict", tmp_path / "model.keras", picture)
    for command in (
        ("evaluate", tmp_path / "model.keras", path, "--json"),
        ("predict", tmp_path / "model.keras", picture, "--json"),
    ):
        assert "two" in run(*command)
