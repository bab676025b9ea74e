"""Points are added and erased in the plane of the page *Data*: each gesture is one undo step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.document.data import LogicTable, PlanePoints, PointShape
from desktop.document.project import starter_project
from desktop.engine.datasets import load, summarize
from desktop.engine.reports import Surface, read_only
from desktop.views.pages.data.points import BUSY, HINT, OUTDATED, PointsCard
from desktop.views.theme import Theme
from desktop.views.workspace import Workspace
from tests.views.pages.test_data_page import FakeSession

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Desk:
    """A card on show, whose session loads what the project says."""

    def __init__(self, qtbot: QtBot, theme: Theme, source: PlanePoints | LogicTable) -> None:
        self.workspace = Workspace(starter_project().replace(data=source))
        self.session = FakeSession(summarize(load(source)))
        self.card = PointsCard(self.workspace, self.session, theme)  # type: ignore[arg-type]
        self.workspace.projectChanged.connect(self.load)
        qtbot.addWidget(self.card)
        self.card.resize(480, 460)
        self.card.show()
        qtbot.waitExposed(self.card)

    def load(self) -> None:
        self.session.summary = summarize(load(self.workspace.project.data))
        self.session.dataLoaded.emit(self.session.summary)

    @property
    def source(self) -> PlanePoints:
        source = self.workspace.project.data
        assert isinstance(source, PlanePoints)
        return source

    @property
    def steps(self) -> int:
        return self.workspace.undo_stack.count()

    def at(self, x: float, y: float) -> QPoint:
        return self.card.plane.to_widget(x, y).toPoint()

    def drag(self, button: Qt.MouseButton, *places: tuple[float, float]) -> None:
        QTest.mousePress(self.card.plane, button, pos=self.at(*places[0]))
        for place in places[1:]:
            QTest.mouseMove(self.card.plane, self.at(*place))
        QTest.mouseRelease(self.card.plane, button, pos=self.at(*places[-1]))


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme) -> Desk:
    return Desk(qtbot, theme, PlanePoints(points=40))


def test_a_click_adds_a_point_of_the_class_that_is_chosen(desk: Desk) -> None:
    desk.drag(LEFT, (0.5, -1.0))
    desk.card.classes[1].click()
    desk.drag(LEFT, (-0.5, 1.0))
    assert [point[2] for point in desk.source.added] == [0, 1]
    assert desk.source.added[1][:2] == pytest.approx((-0.5, 1.0), abs=0.02)
    desk.workspace.undo()
    assert len(desk.source.added) == 1


def test_a_drag_adds_several_points_as_one_step(desk: Desk) -> None:
    desk.drag(LEFT, (-1, 1), (-0.5, 1), (-0.49, 1), (0, 1))
    assert len(desk.source.added) == 3 and desk.steps == 1  # two would lie on each other
    desk.drag(RIGHT, (-1, 1), (-0.5, 1), (0, 1))
    assert desk.source.added == () and desk.steps == 2
    desk.workspace.undo()
    desk.workspace.undo()
    assert desk.source == PlanePoints(points=40)


def test_a_right_click_or_the_eraser_erases_what_is_near(desk: Desk) -> None:
    rows = len(desk.session.summary.split("training").x)
    x, y = map(float, desk.session.summary.split("training").x[0])
    desk.drag(RIGHT, (x, y))
    assert desk.source.removed
    assert len(desk.session.summary.split("training").x) < rows
    steps = desk.steps
    desk.card.eraser.click()
    desk.drag(LEFT, (1.2, -1.2))  # there is none
    assert desk.steps == steps


def test_the_keys_choose_place_and_erase(desk: Desk) -> None:
    plane = desk.card.plane
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_2)
    for _ in range(4):
        QTest.keyClick(plane, Qt.Key.Key_Up)
    QTest.keyClick(plane, Qt.Key.Key_Space)
    (point,) = desk.source.added
    assert point[2] == 1 and point[1] > 0.05
    QTest.keyClick(plane, Qt.Key.Key_Delete)
    assert desk.source.added == ()
    QTest.keyClick(plane, Qt.Key.Key_E)
    assert desk.card.eraser.isChecked()


def test_while_training_it_says_when_points_can_be_changed(desk: Desk) -> None:
    desk.session.is_busy = True
    desk.session.stateChanged.emit(None)
    desk.drag(LEFT, (0, 1))
    assert desk.steps == 0
    assert desk.card.hint.text() == BUSY and desk.card.hint.property("role") == "bad"
    desk.session.is_busy = False
    desk.session.stateChanged.emit(None)
    desk.drag(LEFT, (0, 1))
    assert desk.steps == 1


def test_it_says_that_the_prediction_is_for_the_points_before(desk: Desk) -> None:
    values = np.full((60, 60, 2), 0.5, np.float32)
    desk.session.surfacePredicted.emit(Surface(read_only(values), (-1, 1), True, 3))
    assert desk.card.hint.text() == HINT
    desk.session.has_model = False  # for what the points are now
    desk.drag(LEFT, (0, 1))
    assert desk.card.hint.text() == OUTDATED
    desk.session.modelReset.emit()
    assert desk.card.hint.text() == HINT


def test_points_of_a_surface_have_the_value_that_is_set(qtbot: QtBot, theme: Theme) -> None:
    desk = Desk(qtbot, theme, PlanePoints(shape=PointShape.SLOPE, points=40))
    assert not any(button.isVisible() for button in desk.card.classes)
    desk.card.value.setValue(-25)
    desk.drag(LEFT, (0.5, 0.5))
    assert desk.source.added[0][2] == -0.25


def test_a_logic_table_is_shown_but_not_edited(qtbot: QtBot, theme: Theme) -> None:
    desk = Desk(qtbot, theme, LogicTable())
    assert desk.card.isVisible() and not desk.card.tools.isVisible()
    desk.drag(LEFT, (0.5, 0.5))
    assert desk.workspace.project.data == LogicTable()
