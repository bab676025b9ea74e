"""Images of IDX files, which may be stored turned, in both ways beside each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, Idx
from desktop.engine import datasets
from desktop.views.pages.data.orientation import OrientationCard
from desktop.views.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


def write_idx(folder: Path, name: str) -> Path:
    """40 images of 9 × 9 pixels, which show a line across the first row; 2 classes."""
    images = np.zeros((40, 9, 9), np.uint8)
    images[:, 0] = 255
    for part in ("train", "test"):
        for what, values in (("images", images), ("labels", np.arange(40, dtype=np.uint8) % 2)):
            lengths = b"".join(length.to_bytes(4, "big") for length in values.shape)
            path = folder / f"{name}-{part}-{what}-idx{values.ndim}-ubyte"
            path.write_bytes(bytes((0, 0, 8, values.ndim)) + lengths + values.tobytes())
    return folder / f"{name}-train-images-idx3-ubyte"


@pytest.mark.parametrize(
    ("name", "turned", "titles"),
    [
        ("emnist-letters", None, ("As in the file", "Turned, in use")),
        ("emnist-letters", False, ("As in the file, in use", "Turned")),
        ("mine", None, ("As in the file, in use", "Turned")),
        ("mine", True, ("As in the file", "Turned, in use")),
    ],
)
def test_both_ways_are_shown_and_which_is_in_use(
    qtbot: QtBot,
    theme: Theme,
    tmp_path: Path,
    name: str,
    turned: bool | None,
    titles: tuple[str, str],
) -> None:
    source = Idx(path=str(write_idx(tmp_path, name)), turned=turned)
    card = OrientationCard(theme)
    qtbot.addWidget(card)
    card.show_summary(datasets.summarize(datasets.load(source)))
    assert not card.isHidden()
    assert tuple(title.text() for title in card.titles) == titles
    stored, swapped = (gallery.tiles.samples for gallery in card.galleries)
    assert [sample.true for sample in stored] == ["0", "1"] * 6
    assert all(sample.values[0].all() and not sample.values[1:].any() for sample in stored)
    assert all(sample.values[:, 0].all() for sample in swapped)
    card.show_summary(datasets.summarize(datasets.load(Digits())))
    assert card.isHidden()
