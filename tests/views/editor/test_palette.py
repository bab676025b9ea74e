"""The palette: all layers, found by name and by what they do, taken by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.document.layers import LAYER_CLASSES, Family
from desktop.views.editor.palette import Palette
from desktop.views.theme import DARK, Mode, Theme
from desktop.views.theme.families import FAMILIES
from desktop.views.widgets.layer_card import DRAG_SPOT, CardPainter, class_card

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    palette = Palette(Theme(Mode.LIGHT))
    qtbot.addWidget(palette)
    palette.resize(190, 700)
    palette.show()
    return palette


def row_of(palette: Palette, name: str) -> QModelIndex:
    model = palette.list.model()
    for family in range(model.rowCount()):
        parent = model.index(family, 0)
        for row in range(model.rowCount(parent)):
            if model.index(row, 0, parent).data() == name:
                return model.index(row, 0, parent)
    raise AssertionError(f"{name} is not shown")


def test_every_layer_is_there_under_its_family(palette: Palette) -> None:
    assert palette.shown_layers() == tuple(cls.tag for cls in LAYER_CLASSES)
    for cls in LAYER_CLASSES:
        index = row_of(palette, cls.tag)
        assert index.parent().data() == cls.family
        assert cls.summary().split(",")[0][:20] in index.data(Qt.ItemDataRole.ToolTipRole)
        assert cls.family in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_every_family_has_a_color_that_its_symbol_stands_out_from() -> None:
    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert set(FAMILIES) == set(Family)
    for style in FAMILIES.values():
        assert (light(style.color) + 0.05) / (light(DARK.window) + 0.05) >= 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dense", {"Dense", "Flatten"}),
        ("DROP", {"Dropout"}),
        ("probabilities", {"Softmax"}),
        ("xyzzy", set()),
    ],
)
def test_search_by_name_and_description(
    qtbot: QtBot, palette: Palette, text: str, found: set[str]
) -> None:
    qtbot.keyClicks(palette.search, text)
    assert found <= set(palette.shown_layers())
    assert len(palette.shown_layers()) < len(LAYER_CLASSES)
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert len(palette.shown_layers()) == len(LAYER_CLASSES)


def test_enter_in_the_search_adds_the_first_hit(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "dropo")
    with qtbot.waitSignal(palette.layerActivated) as added:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert added.args == ["Dropout"]


def test_enter_in_an_empty_search_adds_nothing(qtbot: QtBot, palette: Palette) -> None:
    with qtbot.assertNotEmitted(palette.layerActivated):
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)


def test_keyboard_from_the_search_into_the_list(qtbot: QtBot, palette: Palette) -> None:
    palette.activateWindow()
    palette.search.setFocus()
    qtbot.keyClicks(palette.search, "pool")
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.waitUntil(palette.list.hasFocus)
    qtbot.keyClick(palette.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.layerActivated) as added:
        qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert added.args == ["AveragePooling2D"]


def test_double_click_adds(qtbot: QtBot, palette: Palette) -> None:
    place = palette.list.visualRect(row_of(palette, "Dense")).center()
    viewport = palette.list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(palette.layerActivated) as added:
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert added.args == ["Dense"]


def test_a_family_is_folded_and_never_dragged(qtbot: QtBot, palette: Palette) -> None:
    family = palette.list.model().index(0, 0)
    assert not family.flags() & Qt.ItemFlag.ItemIsDragEnabled
    palette.list.setCurrentIndex(family)
    with qtbot.assertNotEmitted(palette.layerActivated):
        qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert not palette.list.isExpanded(family)


def test_what_a_drag_carries(palette: Palette) -> None:
    data = palette.list.model().mimeData([row_of(palette, "Conv2D")])
    assert data.formats() == ["application/x-layerwise-layer"]
    assert bytes(data.data("application/x-layerwise-layer").data()) == b"Conv2D"
    assert palette.mime_data_for("Conv2D").formats() == data.formats()


def test_the_theme_can_change(palette: Palette) -> None:
    palette._theme.set_mode(Mode.DARK)
    assert not palette.grab().isNull()
    palette._theme.set_mode(Mode.LIGHT)


def test_no_name_is_cut_in_the_usual_width(palette: Palette) -> None:
    palette.resize(palette.sizeHint().width(), 900)
    metrics = QFontMetrics(QApplication.font())
    for cls in LAYER_CLASSES:
        room = palette.list.visualRect(row_of(palette, cls.tag)).width()
        assert metrics.horizontalAdvance(cls.tag) + 24 <= room, cls.tag


def test_the_drop_line_shines_through_a_dragged_card(qtbot: QtBot) -> None:
    card = CardPainter(Theme(Mode.LIGHT)).pixmap(class_card(LAYER_CLASSES[0]), 1.0).toImage()
    alphas = {card.pixelColor(x, card.height() // 2).alpha() for x in range(card.width())}
    assert max(alphas) <= 180
    assert DRAG_SPOT.x() < 0  # and the pointer itself is never covered
    assert DRAG_SPOT.y() < 0
