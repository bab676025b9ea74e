"""Controls: what they show where there is little room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.views.theme import Mode, Theme
from desktop.views.widgets.controls import ComboBox


def painted(qtbot: QtBot, text: str, width: int) -> tuple[ComboBox, QImage]:
    box = ComboBox()
    qtbot.addWidget(box)
    box.addItem(text)
    box.resize(width, 32)
    return box, box.grab().toImage()


def test_a_text_too_long_for_a_combo_box_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    Theme(Mode.LIGHT).apply()
    box, image = painted(qtbot, "Sparse categorical accuracy", 110)
    assert box.currentText() == "Sparse categorical accuracy"
    metrics, mode = box.fontMetrics(), Qt.TextElideMode.ElideRight
    shorter = {
        metrics.elidedText(box.currentText(), mode, room)
        for room in range(metrics.horizontalAdvance("Sp…") + 1, 76)
    }
    assert any(image == painted(qtbot, text, 110)[1] for text in shorter)
    _, whole = painted(qtbot, box.currentText(), 300)
    assert whole != painted(qtbot, "Sparse…", 300)[1]


def test_the_keys_skip_a_heading(qtbot: QtBot) -> None:
    box = ComboBox()
    qtbot.addWidget(box)
    box.add_heading("Near")
    box.addItem("One")
    box.add_heading("Far")
    box.addItem("Two")
    box.setCurrentIndex(box.findText("One"))
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "Two"
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Home)
    assert box.currentText() == "One"
