"""An image with several symbols is shown with a box and the predicted class at each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.image_reports import Box, ImagePrediction
from desktop.views.theme import Theme
from desktop.views.widgets.image_pages import MOST, Pages

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")
PAGE = np.full((300, 600), 200, np.uint8)
CLASSES = tuple("0123456789")


def symbol(digit: int, number: int, box: Box, path: str = "page.png") -> ImagePrediction:
    values = np.eye(10, dtype=np.float32)[digit]
    return ImagePrediction(
        Path(path), values, CLASSES, are_probabilities=True, box=box, number=number, page=PAGE
    )


def shown(qtbot: QtBot, theme: Theme) -> Pages:
    pages = Pages(theme)
    qtbot.addWidget(pages)
    pages.resize(500, 400)
    pages.show()
    return pages


def test_boxes_are_painted_where_the_symbols_are(qtbot: QtBot, theme: Theme) -> None:
    boxes = [Box(0.1, 0.5, 0.1, 0.3), Box(0.6, 0.5, 0.1, 0.3)]
    pages = shown(qtbot, theme)
    pages.show_pages([symbol(7, 1, boxes[0]), symbol(2, 2, boxes[1])])
    QApplication.processEvents()
    (page,) = pages.pages
    assert page.accessibleName() == "page.png: predicted 7 2"
    image = page.grab().toImage()
    width, height = page.width(), page.width() / 2  # the page is twice as wide as high
    accent = theme.tokens.color("accent")
    for box in boxes:
        x, y = round(box.left * width) - 2, round((box.top + box.height / 2) * height)
        ratio = image.devicePixelRatio()
        near = [image.pixelColor(round((x + dx) * ratio), round(y * ratio)) for dx in range(-2, 3)]
        assert accent in near, [each.name() for each in near]
        inside = image.pixelColor(round((x + 12) * ratio), round(y * ratio))
        assert inside.red() == inside.green() == inside.blue() == 200


def test_each_image_is_shown_once_and_no_more_than_can_be_looked_at(
    qtbot: QtBot, theme: Theme
) -> None:
    box = Box(0.1, 0.5, 0.1, 0.3)
    several = [
        replace(symbol(1, number, box), path=Path(f"{name}.png"))
        for name in range(MOST + 2)
        for number in (1, 2)
    ]
    pages = shown(qtbot, theme)
    pages.show_pages(several)
    assert [len(page.symbols) for page in pages.pages] == [2] * MOST
    pages.show_pages(())
    assert not pages.pages and not pages.isVisible()
