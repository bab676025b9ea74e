"""Keeping what was drawn, on the page Draw, and deleting it on the page Data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, Iris, MyDrawings
from desktop.document.project import starter_project
from desktop.engine.my_drawings.store import DrawingStore
from desktop.views.pages.data.page import DataPage
from desktop.views.pages.draw.learn import CANCEL, LEARN
from desktop.views.pages.draw.page import DrawPage
from desktop.views.theme import Theme
from desktop.views.workspace import Workspace
from desktop.workers.learning_work import UNDONE
from desktop.workers.session import Session
from tests.kept_drawings import drawings_of

# Said by the offscreen platform whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PATIENCE = 60_000  # milliseconds


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, session: Session) -> DrawPage:
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(Digits())
    page = DrawPage(session, theme)
    qtbot.addWidget(page)
    page.resize(760, 700)
    with qtbot.waitSignal(session.drawings.read, timeout=PATIENCE):
        page.show()
    return page


def draw_line(qtbot: QtBot, page: DrawPage, right: int = 60) -> None:
    middle = page.canvas.rect().center()
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(page.canvas, middle + QPoint(right, 0))
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(right, 0))


def test_a_drawing_is_kept_with_the_label_that_is_pressed(
    qtbot: QtBot, page: DrawPage, session: Session
) -> None:
    buttons = page.keep.buttons
    assert [button.text() for button in buttons] == [str(digit) for digit in range(10)]
    assert not any(button.isEnabled() for button in buttons)
    draw_line(qtbot, page)
    assert all(button.isEnabled() for button in buttons)
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        buttons[7].click()
    (kept,) = DrawingStore().read().drawings
    assert kept.label == "7"
    assert kept.strokes == page.canvas.kept_strokes
    assert page.keep.status.text() == "Kept as 7. 1 drawing of these classes."
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        buttons[1].click()  # no, a one
    assert [each.label for each in DrawingStore().read().drawings] == ["1"]
    draw_line(qtbot, page, -40)
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        buttons[4].click()
    assert [each.label for each in DrawingStore().read().drawings] == ["1", "4"]
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        page.keep.undo.click()
    assert [each.label for each in DrawingStore().read().drawings] == ["1"]


def test_classes_with_long_names_are_in_a_list(
    qtbot: QtBot, page: DrawPage, session: Session
) -> None:
    names = ("a single stroke & more", "something else")
    DrawingStore().add(
        [each.replace(label=name) for each, name in zip(drawings_of("17"), names, strict=True)]
    )
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(MyDrawings())
    assert not page.keep.buttons
    assert page.keep.labels.isVisible()
    draw_line(qtbot, page)
    page.keep.labels.setCurrentText(names[1])
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        page.keep.keep.click()
    assert [each.label for each in DrawingStore().read().drawings] == [*names, names[1]]


def test_a_drawing_is_deleted_where_its_image_is_shown(
    qtbot: QtBot, theme: Theme, session: Session
) -> None:
    DrawingStore().add(drawings_of("717171"))
    source = MyDrawings(test_split=0, validation_split=0)
    page = DataPage(Workspace(starter_project().replace(data=source)), session, theme)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    with qtbot.waitSignal(session.drawings.read, timeout=PATIENCE):
        session.load_data(source)
    line, gallery = page.drawings, page.pictures.view.gallery
    assert line.isVisible() and not line.delete.isEnabled()
    index = gallery.model().index(2, 0)
    gallery.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    assert line.delete.text() == "Delete 1 drawing"
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE) as loaded:
        line.delete.click()
    assert loaded.args[0].schema.rows.training == 5
    assert [each.id for each in DrawingStore().read().drawings] == [
        "000000", "000001", "000003", "000004", "000005",
    ]  # fmt: skip
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        line.undo.click()
    assert len(DrawingStore().read().drawings) == 6
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(Digits())
    assert not line.isVisible()
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(Iris())
    assert not line.isVisible()


def test_the_network_learns_what_was_kept(qtbot: QtBot, page: DrawPage, session: Session) -> None:
    line = page.keep.learning
    assert not line.learn.isEnabled() and "Train the network first" in line.learn.toolTip()
    project = starter_project()
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project.replace(training=project.training.replace(epochs=1)))
    assert not line.learn.isEnabled() and "Keep some drawings" in line.learn.toolTip()
    draw_line(qtbot, page)
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        page.keep.buttons[7].click()
    assert line.learn.isEnabled() and not line.undo.isVisible()
    with qtbot.waitSignals([session.learning.ended, session.predicted], timeout=PATIENCE):
        line.learn.click()
        assert line.learn.text() == CANCEL
    assert line.result.text().startswith("Learned 1 drawing. Accuracy on 144 validation rows: ")
    assert line.learn.text() == LEARN and line.undo.isVisible()
    with qtbot.waitSignal(session.learning.ended, timeout=PATIENCE):
        line.undo.click()
    assert line.result.text() == UNDONE and not line.undo.isVisible()
