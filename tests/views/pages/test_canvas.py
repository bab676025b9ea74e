"""The paper: strokes by mouse, keyboard, pen and finger change the raster, and are taken back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QKeyEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QTabletEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.document.drawings import SIDE
from desktop.views.pages.draw.canvas import Canvas
from desktop.views.pages.draw.ink import Ink
from desktop.views.theme import Mode, Theme

# Said by the offscreen platform whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ACROSS = [(0.2, 0.5), (0.4, 0.5), (0.6, 0.5), (0.8, 0.5)]
DOWN = [(0.5, 0.2), (0.5, 0.4), (0.5, 0.6), (0.5, 0.8)]
Places = list[tuple[float, float]]


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas(Theme(Mode.LIGHT))
    qtbot.addWidget(canvas)
    canvas.resize(324, 324)
    canvas.show()
    return canvas


def at(canvas: Canvas, place: tuple[float, float]) -> QPoint:
    """A part (0 to 1) of the paper's width and height, on the widget."""
    side = min(canvas.width(), canvas.height())
    left, top = (canvas.width() - side) / 2, (canvas.height() - side) / 2
    return QPoint(round(left + place[0] * side), round(top + place[1] * side))


def draw(qtbot: QtBot, canvas: Canvas, places: Places, button: Qt.MouseButton = LEFT) -> None:
    qtbot.mousePress(canvas, button, pos=at(canvas, places[0]))
    for place in places[1:]:
        qtbot.mouseMove(canvas, at(canvas, place))
    qtbot.mouseRelease(canvas, button, pos=at(canvas, places[-1]))


def ink_at(raster: NDArray[np.uint8], place: tuple[float, float]) -> int:
    return int(raster[round(place[1] * SIDE), round(place[0] * SIDE)])


def test_empty_paper(canvas: Canvas) -> None:
    raster = canvas.raster()
    assert raster.shape == (SIDE, SIDE) and raster.dtype == np.uint8
    assert not raster.any()
    assert canvas.is_empty and not canvas.can_undo and not canvas.can_redo


def test_a_stroke_is_ink_where_the_mouse_went(qtbot: QtBot, canvas: Canvas) -> None:
    with qtbot.waitSignal(canvas.changed):
        draw(qtbot, canvas, ACROSS)
    raster = canvas.raster()
    for place in ACROSS:
        assert ink_at(raster, place) == 255
    assert ink_at(raster, (0.5, 0.4)) == 0
    thickness = int((raster[:, SIDE // 2] > 127).sum())
    assert thickness == pytest.approx(canvas.width_in_use, abs=1)


def test_a_click_is_a_dot(qtbot: QtBot, canvas: Canvas) -> None:
    qtbot.mouseClick(canvas, LEFT, pos=at(canvas, (0.5, 0.5)))
    area = int((canvas.raster() > 127).sum())
    assert area == pytest.approx(np.pi * (canvas.width_in_use / 2) ** 2, rel=0.1)


def test_the_raster_shows_the_stroke_under_way(qtbot: QtBot, canvas: Canvas) -> None:
    qtbot.mousePress(canvas, LEFT, pos=at(canvas, ACROSS[0]))
    for place in ACROSS[1:]:
        qtbot.mouseMove(canvas, at(canvas, place))
    under_way = canvas.raster()
    assert ink_at(under_way, ACROSS[-1]) == 255
    qtbot.mouseRelease(canvas, LEFT, pos=at(canvas, ACROSS[-1]))
    assert np.array_equal(canvas.raster(), under_way)


def test_undo_and_redo(qtbot: QtBot, canvas: Canvas) -> None:
    draw(qtbot, canvas, ACROSS)
    first = canvas.raster()
    draw(qtbot, canvas, DOWN)
    both = canvas.raster()
    canvas.undo()
    assert np.array_equal(canvas.raster(), first)
    canvas.redo()
    assert np.array_equal(canvas.raster(), both)
    canvas.undo()
    canvas.undo()
    assert canvas.is_empty and not canvas.can_undo
    canvas.undo()  # nothing left: nothing happens
    draw(qtbot, canvas, DOWN)
    assert not canvas.can_redo


def test_clearing_can_be_undone(qtbot: QtBot, canvas: Canvas) -> None:
    draw(qtbot, canvas, ACROSS)
    before = canvas.raster()
    canvas.clear()
    assert canvas.is_empty
    with qtbot.assertNotEmitted(canvas.changed):
        canvas.clear()
    canvas.undo()
    assert np.array_equal(canvas.raster(), before)


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_erasing(qtbot: QtBot, canvas: Canvas, button: Qt.MouseButton) -> None:
    draw(qtbot, canvas, ACROSS)
    before = canvas.raster()
    canvas.eraser = button is LEFT
    draw(qtbot, canvas, DOWN, button)
    raster = canvas.raster()
    assert ink_at(raster, (0.5, 0.5)) == 0 and ink_at(raster, ACROSS[0]) == 255
    canvas.undo()
    assert np.array_equal(canvas.raster(), before)


def test_all_erased_is_empty(qtbot: QtBot, canvas: Canvas) -> None:
    draw(qtbot, canvas, ACROSS)
    canvas.eraser = True
    canvas.width_in_use = 60
    draw(qtbot, canvas, [(0.0, 0.5), *ACROSS, (1.0, 0.5)])
    assert canvas.is_empty and canvas.can_undo


def test_pen_width(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.width_in_use = 40
    canvas.eraser = True
    canvas.width_in_use = 10
    canvas.eraser = False
    assert canvas.width_in_use == 40
    draw(qtbot, canvas, ACROSS)
    assert (canvas.raster()[:, SIDE // 2] > 127).sum() == pytest.approx(40, abs=1)


@pytest.mark.parametrize("size", [(200, 200), (520, 360), (300, 700)])
def test_the_raster_does_not_depend_on_the_widget(
    qtbot: QtBot, canvas: Canvas, size: tuple[int, int]
) -> None:
    draw(qtbot, canvas, ACROSS)
    before = canvas.raster()
    canvas.resize(*size)
    canvas.grab()
    assert np.array_equal(canvas.raster(), before)
    draw(qtbot, canvas, DOWN)
    assert ink_at(canvas.raster(), DOWN[1]) == 255
    image = canvas.grab().toImage()
    place = at(canvas, (0.5, 0.3))
    assert image.pixelColor(place).lightness() < 64  # dark ink on light paper


def test_the_raster_does_not_depend_on_the_theme(qtbot: QtBot) -> None:
    theme = Theme(Mode.LIGHT)
    canvas = Canvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(324, 324)
    draw(qtbot, canvas, ACROSS)
    before = canvas.raster()
    light = canvas.grab().toImage().pixelColor(at(canvas, ACROSS[1]))
    theme.set_mode(Mode.DARK)
    try:
        dark = canvas.grab().toImage().pixelColor(at(canvas, ACROSS[1]))
    finally:
        theme.set_mode(Mode.LIGHT)
    assert light.lightness() < 64 and dark.lightness() > 192
    assert np.array_equal(canvas.raster(), before)


def test_drawing_with_the_keyboard(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.is_empty  # the pen is up
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    for _ in range(12):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    drawn = canvas.raster()
    column = np.flatnonzero((drawn > 127)[:, SIDE // 2])
    assert column[0] < 70 and column[-1] > 135
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert np.array_equal(canvas.raster(), drawn)  # lifted
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert canvas.is_empty
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(canvas.raster(), drawn)
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty


def test_the_canvas_takes_its_own_keys_and_leaves_the_windows(canvas: Canvas) -> None:
    def takes(key: Qt.Key, modifier: Qt.KeyboardModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
        event.ignore()
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    assert takes(Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert takes(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert not takes(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not takes(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)


def test_drawing_with_a_finger(qtbot: QtBot, canvas: Canvas) -> None:
    device = QTest.createTouchDevice()
    QTest.touchEvent(canvas, device).press(0, at(canvas, ACROSS[0]), canvas).commit()
    for place in ACROSS[1:]:
        QTest.touchEvent(canvas, device).move(0, at(canvas, place), canvas).commit()
    QTest.touchEvent(canvas, device).release(0, at(canvas, ACROSS[-1]), canvas).commit()
    for place in ACROSS:
        assert ink_at(canvas.raster(), place) == 255
    canvas.undo()
    assert canvas.is_empty


def tablet(kind: QEvent.Type, canvas: Canvas, place: tuple[float, float], **pen: float) -> None:
    device = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Eraser
        if pen.get("turned")
        else QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
        "",
        QPointingDeviceUniqueId(),
    )
    position = QPointF(at(canvas, place))
    event = QTabletEvent(
        kind,
        device,
        position,
        QPointF(canvas.mapToGlobal(position)),
        pen.get("pressure", 0.5),
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        LEFT,
        LEFT,
    )
    QApplication.sendEvent(canvas, event)


def test_a_pen_draws_broader_with_pressure_and_rubs_out_turned_over(canvas: Canvas) -> None:
    widths = []
    for pressure in (0.1, 1.0):
        tablet(QEvent.Type.TabletPress, canvas, ACROSS[0], pressure=pressure)
        for place in ACROSS[1:]:
            tablet(QEvent.Type.TabletMove, canvas, place, pressure=pressure)
        tablet(QEvent.Type.TabletRelease, canvas, ACROSS[-1], pressure=0.0)
        widths.append(int((canvas.raster()[:, SIDE // 2] > 127).sum()))
        canvas.clear()
    assert widths[0] < widths[1]
    canvas.undo()
    tablet(QEvent.Type.TabletPress, canvas, DOWN[0], turned=1)
    for place in DOWN[1:]:
        tablet(QEvent.Type.TabletMove, canvas, place, turned=1)
    tablet(QEvent.Type.TabletRelease, canvas, DOWN[-1], turned=1)
    assert ink_at(canvas.raster(), (0.5, 0.5)) == 0
    assert ink_at(canvas.raster(), ACROSS[0]) == 255


def test_it_is_named_and_explained(canvas: Canvas) -> None:
    assert canvas.accessibleName() == "Drawing area"
    for word in ("arrows", "Space", "Esc", "Backspace", "Delete"):
        assert word in canvas.accessibleDescription() and word in canvas.toolTip()


def test_a_curve_cuts_no_corner_it_was_given_points_on() -> None:
    ink = Ink()
    angles = np.linspace(0, 2 * np.pi, 40)
    points = [QPointF(140 + 80 * np.cos(a), 140 + 80 * np.sin(a)) for a in angles]
    ink.begin(points[0])
    for point in points[1:]:
        assert ink.extend(point)
    ink.finish()
    raster = ink.raster()
    for point in points:
        assert raster[round(point.y()), round(point.x())] == 255
    # Painting piece by piece leaves no seams: inside the ring everything is full ink.
    for angle in np.linspace(0, 2 * np.pi, 500):
        x, y = 140 + 80 * np.cos(angle), 140 + 80 * np.sin(angle)
        assert raster[round(y), round(x)] == 255


def test_a_move_without_the_pen_down_draws_nothing() -> None:
    ink = Ink()
    assert not ink.extend(QPointF(10, 10))
    assert ink.finish() is None
    assert not ink.undo() and not ink.redo() and not ink.clear()
