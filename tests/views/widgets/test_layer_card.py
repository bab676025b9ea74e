"""The card of a layer says what it says in full, or in a shorter form."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from desktop.document.analysis import analyze
from desktop.document.project import starter_project
from desktop.views.theme import Mode, Theme
from desktop.views.widgets.layer_card import CardPainter, layer_card


class Recorder(QPainter):
    """A painter that remembers the texts it draws."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.texts: list[str] = []

    def drawText(self, *arguments: object) -> None:
        self.texts.append(str(arguments[-1]))


@pytest.mark.parametrize("width", range(140, 300, 5))
def test_the_count_of_parameters_is_never_cut(width: int, qtbot: QtBot) -> None:
    theme = Theme(Mode.LIGHT)
    theme.apply()
    card = layer_card(analyze(starter_project()), 1)
    image = QImage(width, 200, QImage.Format.Format_ARGB32)
    painter = Recorder(image)
    CardPainter(theme).paint(painter, QRect(0, 0, width, 80), card)
    painter.end()
    counts = [text for text in painter.texts if text.startswith("2,0")]
    assert len(counts) == 1
    assert counts[0] in ("2,080 parameters", "2,080 params", "2,080")
    assert width < 230 or counts == ["2,080 parameters"]
