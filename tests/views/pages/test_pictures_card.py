"""The images of a data set: every one on some page, by split and class, and the classes' means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, ImageFolder
from desktop.document.schema import Numbers
from desktop.engine import datasets
from desktop.views.pages.data.pictures import PicturesCard, Shown
from desktop.views.theme import Theme
from desktop.workers.reports import ClassMeans, DataSummary
from desktop.workers.session import Session

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")
LACKS_3 = 3  # the class that no validation row has


@pytest.fixture(scope="module")
def digits() -> DataSummary:
    summary = datasets.summarize(datasets.load(Digits()))
    held = summary.split("validation")
    keep = np.flatnonzero(held.y != LACKS_3)
    counts = tuple(0 if n == LACKS_3 else count for n, count in enumerate(held.class_counts))
    held = replace(held, x=held.x[keep], y=held.y[keep], rows=len(keep), class_counts=counts)
    return replace(summary, splits=(summary.splits[0], held, summary.splits[2]))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


@pytest.fixture
def card(qtbot: QtBot, theme: Theme, session: Session, digits: DataSummary) -> PicturesCard:
    card = PicturesCard(session, theme)
    qtbot.addWidget(card)
    card.resize(600, 400)
    card.show_summary(digits)
    card.show()
    return card


def choose(card: PicturesCard, *, split: str = "", label: int | None = -1, seen: str = "") -> None:
    for combo, data in ((card.splits, split), (card.classes, label), (card.seen, seen)):
        if data not in ("", -1):
            combo.setCurrentIndex(0 if data is None else combo.findData(data))
            combo.activated.emit(combo.currentIndex())


def tips(card: PicturesCard) -> list[str]:
    model = card.view.gallery.model()
    rows = range(model.rowCount())
    return [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in rows]


def pages(card: PicturesCard) -> list[list[str]]:
    """The tooltips of all pages."""
    found = [tips(card)]
    while card.pager.next.isEnabled():
        card.pager.next.click()
        found.append(tips(card))
    return found


def text(card: PicturesCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def test_every_row_of_a_split_is_on_one_page(card: PicturesCard, digits: DataSummary) -> None:
    choose(card, split="test")
    split = digits.split("test")
    size = card.view.gallery.capacity
    found = pages(card)
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1) and len(found) > 2
    assert [tip for page in found for tip in page] == [
        f"Test row {row + 1}: class {label}" for row, label in enumerate(split.y)
    ]
    assert f"Page {len(found)} of {len(found)}" in text(card)
    card.pager.slider.setValue(0)
    assert tips(card) == found[0]


def test_a_page_has_what_the_card_has_room_for(
    card: PicturesCard, qtbot: QtBot, digits: DataSummary
) -> None:
    card.pager.slider.setValue(4)
    first, before = tips(card)[0], len(tips(card))
    card.resize(1000, 700)
    qtbot.waitUntil(lambda: len(tips(card)) > before)
    assert first in tips(card)  # the page that the first image is on
    assert card.view.gallery.verticalScrollBar().maximum() == 0
    with qtbot.waitActive(card):
        card.activateWindow()
    card.view.gallery.setFocus()
    qtbot.keyClick(card.view.gallery, Qt.Key.Key_PageDown)
    assert first not in tips(card)
    qtbot.keyClick(card.view.gallery, Qt.Key.Key_PageUp)
    assert first in tips(card)


def test_a_class_is_chosen_and_what_a_split_lacks_is_said(
    card: PicturesCard, digits: DataSummary, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(card.classChosen) as chosen:
        choose(card, label=4)
    assert chosen.args == [4]
    split = digits.split("training")
    assert card.classes.currentText() == f"4 ({split.class_counts[4]})"
    rows = np.flatnonzero(split.y == 4)
    assert [tip for page in pages(card) for tip in page] == [
        f"Training row {row + 1:,}: class 4" for row in rows
    ]
    choose(card, split="validation", label=LACKS_3)
    assert not card.view.samples and not card.pager.slider.isEnabled()
    assert "No validation image is of class 3" in text(card)
    choose(card, label=None)
    assert card.view.samples


def test_the_means_are_worked_out_when_they_are_asked_for(
    card: PicturesCard, session: Session, digits: DataSummary, qtbot: QtBot
) -> None:
    made: list[ClassMeans] = []
    session.classMeansMade.connect(made.append)
    with qtbot.waitSignal(session.classMeansMade):
        choose(card, seen=Shown.MEANS)
        assert not made and "Working out" in text(card)
    split = digits.split("training")
    for label, sample in enumerate(card.view.samples):
        rows = split.x[split.y == label].astype(np.float64)
        np.testing.assert_allclose(sample.values, rows.mean(axis=0), atol=1e-6)
        assert sample.description == f"Mean of {len(rows)} training rows: class {label}"
    with qtbot.waitSignal(session.classMeansMade):
        choose(card, split="validation")
    assert [sample.true for sample in card.view.samples] == list("012456789")
    card.show_summary(digits)
    assert len(made) == 2 and card.seen.currentData() == Shown.IMAGES


def test_images_have_their_file_and_numbers_no_class(
    qtbot: QtBot, theme: Theme, session: Session, tmp_path: Path, digits: DataSummary
) -> None:
    for name in ("<b>cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(12):
            pixels = np.full((10, 12, 3), 20 * number, np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    source = ImageFolder(path=str(tmp_path), color="color")
    summary = datasets.summarize(datasets.load(source))
    card = PicturesCard(session, theme)
    qtbot.addWidget(card)
    card.resize(600, 400)
    card.show_summary(summary)
    names = summary.split("training").names
    assert [sample.name for sample in card.view.samples] == [
        f"Training row {row + 1}, {name}" for row, name in enumerate(names)
    ]
    assert tips(card)[0].startswith("<p") and "&lt;b&gt;cat" in tips(card)[0]
    splits = tuple(
        replace(each, y=np.linspace(0, 1, each.rows, dtype=np.float32)[:, None], class_counts=())
        for each in digits.splits
    )
    schema = replace(digits.schema, target=Numbers(("size",), offsets=(10.0,), scales=(2.0,)))
    card.show_summary(replace(digits, schema=schema, splits=splits))
    assert card.classes.isHidden() and card.seen.isHidden()
    assert tips(card)[0] == "Training row 1: 10"  # in the unit of the target
