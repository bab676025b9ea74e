"""The plane: points, the prediction behind them, and how it follows the network."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from desktop.document.data import PlanePoints, PointShape
from desktop.engine.datasets import load, summarize
from desktop.engine.reports import DataSummary, Surface, read_only
from desktop.views.theme import DARK, LIGHT, Theme, Tokens
from desktop.views.widgets.plane.card import PlaneCard
from desktop.views.widgets.plane.picture import SIDE, picture
from desktop.views.widgets.plane.view import PlaneView
from tests.views.widgets.plane_session import PlaneSession

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture(scope="module")
def moons() -> DataSummary:
    return summarize(load(PlanePoints(points=40)))


def halves(count: int = 2) -> Surface:
    """Class 0 on the left and below, the last class on the right."""
    values = np.zeros((60, 60, count), np.float32)
    values[:, :30, 0] = values[:, 30:, -1] = 1
    return Surface(read_only(values), (-1.0, 1.0), count > 1, 7)


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_classes_have_their_colors_and_a_line_between_them(tokens: Tokens) -> None:
    image = picture(halves(), tokens, (0, 1))
    left, middle, right = (image.pixelColor(x, SIDE // 2) for x in (20, SIDE // 2, SIDE - 20))
    assert left.blue() > left.red() and right.red() > right.blue()
    around = [image.pixelColor(x, 20) for x in range(SIDE // 2 - 4, SIDE // 2 + 5)]
    text = tokens.color("text").lightness()
    assert min(abs(each.lightness() - text) for each in around) < 50
    assert middle.isValid()


def test_the_picture_has_high_y_at_the_top_and_numbers_by_color() -> None:
    values = np.repeat(np.linspace(-1, 1, 60, dtype=np.float32), 60).reshape(60, 60, 1)
    image = picture(Surface(read_only(values), (-1, 1), False, 0), LIGHT, (-1, 1))
    top, middle, bottom = (image.pixelColor(9, y) for y in (0, SIDE // 2, SIDE - 1))
    assert top.red() > top.blue() and bottom.blue() > bottom.red()
    assert middle.lightness() > 245


def test_what_is_no_number_has_no_color_and_what_is_too_large_the_strongest() -> None:
    values = np.full((60, 60, 1), np.nan, np.float32)
    values[:, 40:] = np.inf
    values[:, :20] = -1e30
    image = picture(Surface(read_only(values), (-1, 1), False, 0), LIGHT, (-1, 1))
    low, none, high = (image.pixelColor(x, 9) for x in (9, SIDE // 2, SIDE - 9))
    assert low.blue() > low.red() and high.red() > high.blue() and none.lightness() > 245


def test_places_are_those_of_the_plane_and_both_axes_have_the_same_scale(
    qtbot: QtBot, theme: Theme, moons: DataSummary
) -> None:
    view = PlaneView(theme)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show_points(moons)
    low, high = view.extent
    assert low < -1 and high > 1
    assert view.square.width() == view.square.height()
    place = view.to_widget(0.25, -0.5)
    assert view.to_plane(place) == pytest.approx((0.25, -0.5))
    across, up = view.to_widget(1, 0) - view.to_widget(0, 0), view.to_widget(0, 1)
    assert across.x() == pytest.approx(view.to_widget(0, 0).y() - up.y())
    assert not view.rect().isNull() and view.rect().contains(QPointF(place).toPoint())


@pytest.mark.parametrize("shape", [PointShape.MOONS, PointShape.HILLS])
def test_it_is_painted_with_points_and_prediction(
    qtbot: QtBot, theme: Theme, shape: PointShape
) -> None:
    view = PlaneView(theme)
    qtbot.addWidget(view)
    view.resize(300, 320)
    view.show_points(summarize(load(PlanePoints(shape=shape, points=40))))
    bare = view.grab().toImage()
    surface = halves(2 if shape is PointShape.MOONS else 1)
    view.show_surface(surface)
    assert view.surface is surface and view.grab().toImage() != bare
    assert "25 training points" in view.accessibleDescription()
    assert "epoch 7" in view.accessibleDescription()
    view.show_surface(halves(4))
    assert view.surface is None  # of a network for other classes


def test_while_a_network_is_trained_the_plane_asks_again_after_each_answer(
    qtbot: QtBot, theme: Theme, moons: DataSummary
) -> None:
    session = PlaneSession(moons)
    card = PlaneCard(session, theme)  # type: ignore[arg-type]
    qtbot.addWidget(card)
    session.progress.emit(None)
    assert session.planes == []  # it is out of sight
    card.show()
    qtbot.waitUntil(lambda: session.planes == [card.view.extent])
    session.surfacePredicted.emit(halves())
    for _ in range(3):
        session.progress.emit(None)
    qtbot.waitUntil(lambda: len(session.planes) == 2)
    session.surfacePredicted.emit(halves())
    assert card.view.surface is not None
    session.modelReset.emit()
    assert card.view.surface is None


def test_the_card_is_there_for_points_alone(qtbot: QtBot, theme: Theme, moons: DataSummary) -> None:
    from desktop.document.data import Iris

    session = PlaneSession(moons)
    card = PlaneCard(session, theme)  # type: ignore[arg-type]
    qtbot.addWidget(card)
    assert not card.isHidden()
    session.dataLoaded.emit(summarize(load(Iris())))
    assert card.isHidden()
    session.dataLoaded.emit(moons)
    assert not card.isHidden()
