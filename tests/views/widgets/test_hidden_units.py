"""The heat maps of hidden units beside the plane."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.document.data import LogicTable, PlanePoints
from desktop.engine.datasets import load, summarize
from desktop.engine.reports import DataSummary, HiddenUnits, LayerUnits, read_only
from desktop.views.theme import Theme
from desktop.views.widgets.plane.card import PlaneCard
from desktop.views.widgets.plane.units import Unit
from tests.views.timers import wait_until_idle
from tests.views.widgets.plane_session import PlaneSession

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture(scope="module")
def moons() -> DataSummary:
    return summarize(load(PlanePoints(points=40)))


def units(*counts: int) -> HiddenUnits:
    """Unit k of a layer is k on the right; unit 0 is dead."""
    found = []
    for index, count in enumerate(counts):
        values = np.zeros((min(count, 64), 30, 30), np.float32)
        values[:, :, 15:] = np.arange(len(values))[:, None, None]
        found.append(LayerUnits(f"Dense {index + 1}", count, read_only(values)))
    return HiddenUnits(tuple(found), (-1.25, 1.25), 3)


@pytest.fixture
def session(moons: DataSummary) -> PlaneSession:
    return PlaneSession(moons)


@pytest.fixture
def card(qtbot: QtBot, theme: Theme, session: PlaneSession) -> PlaneCard:
    """A card whose hidden units are shown: 8, and 64 of 100."""
    card = PlaneCard(session, theme)  # type: ignore[arg-type]
    qtbot.addWidget(card)
    card.resize(700, 420)
    card.show()
    card.hidden_units.click()
    session.unitsPredicted.emit(units(8, 100))
    return card


def test_nothing_is_asked_of_hidden_units_that_are_not_shown(
    qtbot: QtBot, theme: Theme, session: PlaneSession
) -> None:
    card = PlaneCard(session, theme)  # type: ignore[arg-type]
    qtbot.addWidget(card)
    card.show()
    session.progress.emit(None)
    qtbot.waitUntil(lambda: bool(session.planes))
    session.unitsPredicted.emit(units(4))  # which another card asked for
    assert session.units == [] and card.units.maps.units is None
    card.hidden_units.click()
    qtbot.waitUntil(lambda: session.units == [card.view.extent])
    session.unitsPredicted.emit(units(4))
    assert card.units.maps.units is not None
    card.hide()
    asked = len(session.units), len(session.planes)
    session.progress.emit(None)
    wait_until_idle(qtbot, card)
    assert (len(session.units), len(session.planes)) == asked
    card.hidden_units.click()
    card.show()
    qtbot.waitUntil(lambda: len(session.planes) > asked[1])
    wait_until_idle(qtbot, card)
    assert len(session.units) == asked[0]


def test_units_of_a_network_for_other_data_are_not_kept(
    card: PlaneCard, session: PlaneSession, moons: DataSummary
) -> None:
    card.units.maps.choose(Unit("Dense 1", 3))
    assert card.view.unit is not None
    session.dataLoaded.emit(moons)
    assert card.units.maps.units is None and card.view.unit is None


def test_there_is_a_square_for_each_unit_in_the_colors_of_numbers(card: PlaneCard) -> None:
    maps = card.units.maps
    image = maps.grab().toImage()
    ratio = image.devicePixelRatio()
    for layer, count in (("Dense 1", 8), ("Dense 2", 64)):
        for number in range(count):
            place = maps.place(Unit(layer, number))
            assert maps.rect().contains(place)
            right, middle = place.right() - 4, place.center().y()
            color = image.pixelColor(round(right * ratio), round(middle * ratio))
            if number == 0:
                assert color.lightness() > 250  # flat
            if number == count - 1:
                assert color.red() > color.blue() + 100
    with pytest.raises(KeyError):
        maps.place(Unit("Dense 2", 64))
    assert maps.describe(Unit("Dense 2", 3)) == "Dense 2, unit 4 of 100: from 0 to 3"
    assert maps.describe(Unit("Dense 1", 0)) == "Dense 1, unit 1 of 8: always 0"


def test_a_click_shows_a_unit_large_and_another_the_prediction(
    qtbot: QtBot, card: PlaneCard, session: PlaneSession
) -> None:
    maps = card.units.maps
    place = maps.place(Unit("Dense 1", 2)).center()
    qtbot.mouseClick(maps, Qt.MouseButton.LeftButton, pos=place)
    unit = card.view.unit
    assert unit is not None and (unit.name, unit.numbers) == ("Dense 1, unit 3", (-2.0, 2.0))
    assert unit.surface.values.shape == (30, 30, 1) and unit.surface.values.max() == 2
    assert "Dense 1, unit 3" in card.view.accessibleDescription()
    session.unitsPredicted.emit(units(3))
    assert card.view.unit is not None and card.view.unit is not unit  # that of the network of now
    qtbot.mouseClick(maps, Qt.MouseButton.LeftButton, pos=place)
    assert card.view.unit is None
    qtbot.mouseClick(maps, Qt.MouseButton.LeftButton, pos=place)
    session.unitsPredicted.emit(units(2))  # there is no third one
    assert card.view.unit is None


def test_units_are_chosen_with_the_keys(qtbot: QtBot, card: PlaneCard) -> None:
    maps = card.units.maps
    maps.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(maps, key)
    assert maps.choice == Unit("Dense 1", 1) and card.view.unit is not None
    assert maps.accessibleDescription() == "Dense 1, unit 2 of 8: from 0 to 1"
    qtbot.keyClick(maps, Qt.Key.Key_Escape)
    assert maps.choice is None and card.view.unit is None
    for _ in range(3):
        qtbot.keyClick(maps, Qt.Key.Key_Down)
    qtbot.keyClick(maps, Qt.Key.Key_Space)
    assert maps.choice is not None and maps.choice.layer == "Dense 2"
    card.hidden_units.click()  # with the units goes what was chosen of them
    assert maps.choice is None and card.view.unit is None


def test_without_network_or_hidden_layer_it_says_what_to_do(
    card: PlaneCard, session: PlaneSession
) -> None:
    panel = card.units
    assert panel.message.isHidden()
    session.unitsPredicted.emit(units())
    assert "add a Dense layer" in panel.message.text() and panel.message.isVisible()
    session.unitsPredicted.emit(units(2))
    session.modelReset.emit()
    assert "Train the network" in panel.message.text() and panel.message.isVisible()
    assert panel.maps.units is None


def test_points_that_are_held_out_can_be_hidden(card: PlaneCard, session: PlaneSession) -> None:
    before = card.view.grab().toImage()
    assert len(card.view.splits) == 3
    card.held_out.click()
    assert [split.name for split in card.view.splits] == ["training"]
    assert card.view.grab().toImage() != before
    session.dataLoaded.emit(summarize(load(LogicTable())))
    assert card.held_out.isHidden()  # there are none
