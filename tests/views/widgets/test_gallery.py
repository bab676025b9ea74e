"""Tiles are cheap to show, and cheaper still when only what is told of the images changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.engine.image_reports import ImagePrediction
from desktop.views.theme import Theme
from desktop.views.widgets import tiles
from desktop.views.widgets.gallery import Gallery
from desktop.views.widgets.image_predictions import PredictedImage

IMAGES = [np.full((40, 30, 3), number / 255, np.float32) for number in range(200)]


def predicted(images: list[Any], share: float) -> list[PredictedImage]:
    values = np.array([share, 1 - share])
    return [
        PredictedImage(ImagePrediction(Path(f"{n}.png"), values, ("cat", "dog"), True, image))
        for n, image in enumerate(images)
    ]


def test_images_are_made_when_they_are_seen_and_once(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[QImage] = []
    to_image = tiles.to_image
    monkeypatch.setattr(tiles, "to_image", lambda *given: made.append(to_image(*given)) or made[-1])
    gallery = Gallery(theme, side=96)
    qtbot.addWidget(gallery)
    gallery.resize(600, 400)
    gallery.show_samples(predicted(IMAGES, 0.9))
    before = gallery.grab().toImage()
    assert 0 < len(made) < len(IMAGES) // 2

    # Other predictions for the same images: nothing but the captions is another.
    count = len(made)
    gallery.setCurrentIndex(gallery.model().index(3, 0))
    selected = gallery.grab().toImage()
    gallery.show_samples(predicted(IMAGES, 0.2))
    assert gallery.currentIndex().row() == 3
    assert gallery.model().index(3, 0).data() == "3.png dog 80 % runner-up cat 20 %"
    after = gallery.grab().toImage()
    assert len(made) == count and after not in (before, selected)

    # Other images are made anew, as are those of another range.
    gallery.show_samples(predicted(IMAGES[::-1], 0.2))
    assert gallery.tiles.image(0).pixelColor(0, 0).value() == 199
    gallery.show_samples(predicted(IMAGES[::-1], 0.2), (0.0, 2.0))
    assert gallery.tiles.image(0).pixelColor(0, 0).value() == 99
