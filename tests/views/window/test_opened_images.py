"""An image that is opened or dropped becomes a drawing on the Draw page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop import cli
from desktop.document.data import LogicTable
from desktop.document.drawings import SIDE
from desktop.document.project import starter_project
from desktop.engine import images
from desktop.views.pages.draw.page import NUMBERS
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

PATIENCE = 60_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on the built-in digits, with no network."""
    window = new_window(qtbot)
    window.resize(1366, 768)
    window.show()
    with qtbot.waitSignals(
        [window.session.engineReady, window.session.dataLoaded], timeout=PATIENCE
    ):
        window.start()
    yield window
    window.session.close()


def seven(
    size: int = 200, mode: str = "RGB", paper: str = "white", ink: str = "black"
) -> Image.Image:
    image = Image.new(mode, (size, size), paper)
    points = [(0.3, 0.15), (0.8, 0.15), (0.45, 0.85)]
    line = [(x * size, y * size) for x, y in points]
    ImageDraw.Draw(image).line(line, fill=ink, width=max(size // 12, 1))
    return image


def written(image: Image.Image, path: Path, turned: bool = False) -> Path:
    """`image` in a file; `turned`: lying on its side, with a note of which way is up."""
    exif = image.getexif()
    if turned:
        exif[0x0112] = 6
        image = image.rotate(90)
    image.save(path, **({"exif": exif} if turned else {}))
    return path


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def opened(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """Drop the image at `path`, until a prediction arrives."""
    with (
        qtbot.waitSignal(window.session.imageOpened, timeout=PATIENCE),
        qtbot.waitSignal(window.session.predicted, timeout=PATIENCE),
    ):
        drop(window, path)


def samples(folder: Path) -> list[Path]:
    deep = Image.fromarray(np.asarray(seven(mode="L")).astype(np.uint16) * 257)
    small = np.asarray(seven(8, "L", "black", "white")) // 2
    return [
        written(seven(), folder / "black on white.png"),
        written(seven(paper="black", ink="white"), folder / "white on black.png"),
        written(deep, folder / "16 bit.png"),
        written(seven(mode="RGBA", paper="#00000000"), folder / "clear.png"),
        written(seven(paper="#00c000", ink="#ff2d2d"), folder / "red on green.png"),
        written(seven(), folder / "turned.jpg", turned=True),
        written(seven(2500), folder / "large.png"),
        written(Image.fromarray(small), folder / "as large as the input.png"),
    ]


def test_an_image_gets_the_prediction_of_the_command_line(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, model = window.session, tmp_path / "digits.keras"
    project = window.workspace.project
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project.replace(training=project.training.replace(epochs=1)))
    with qtbot.waitSignal(session.modelSaved, timeout=PATIENCE):
        session.save_model(model)
    paths = samples(tmp_path)
    capsys.readouterr()
    assert cli.run(["predict", str(model), *map(str, paths), "--json"]) == 0
    expected = json.loads(capsys.readouterr().out)["predictions"]
    for path, known in zip(paths, expected, strict=True):
        opened(window, qtbot, path)

        def same(known: dict[str, Any] = known) -> None:
            prediction = window.pages.draw.prediction
            assert prediction is not None and prediction.probabilities is not None
            by_class = dict(zip(prediction.classes, prediction.probabilities, strict=True))
            assert by_class == pytest.approx(known["probabilities"], abs=1e-5), known["image"]

        qtbot.waitUntil(same, timeout=PATIENCE)  # the first may be that of the image before


def test_an_image_is_one_step_of_the_drawing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = window.pages.draw
    canvas = page.canvas
    window.pages.show_page(Page.DRAW)
    canvas.setFocus()
    middle = canvas.rect().center()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    dot = canvas.raster()
    window.pages.show_page(Page.TRAIN)
    with qtbot.waitSignal(window.session.imageOpened, timeout=PATIENCE):
        drop(window, written(seven(), tmp_path / "seven.png"))
    assert window.pages.shown is Page.DRAW
    # There is no network yet: it is the digit model that recognizes the image.
    qtbot.waitUntil(lambda: page.result.top.text() == "7", timeout=PATIENCE)
    assert page.prediction is not None and page.prediction.is_of_digit_model
    image = canvas.raster()
    assert image.shape == (200, 200) and not canvas.is_empty

    # Ink and eraser go on top of it, each as a step of its own.
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(80, 60))
    more = canvas.raster()
    assert more.shape == (SIDE, SIDE) and (more > 127).sum() > (dot > 127).sum() * 3
    qtbot.mouseClick(canvas, Qt.MouseButton.RightButton, pos=middle)
    assert (canvas.raster() > 127).sum() < (more > 127).sum()
    for expected in (more, image, dot):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        np.testing.assert_array_equal(canvas.raster(), expected)
    qtbot.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(canvas.raster(), image)
    page.drawing.clear.click()
    assert canvas.is_empty and not canvas.raster().any()
    page.drawing.undo.click()
    np.testing.assert_array_equal(canvas.raster(), image)
    assert not window.workspace.dirty


@pytest.mark.parametrize("size", [(8, 8), (40, 40), (3000, 20), (20, 3000), (1, 1)])
def test_an_image_is_shown_in_the_middle_of_the_paper(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]
) -> None:
    image = Image.new("L", (size[0] + 2, size[1] + 2), 0)
    image.paste(255, (1, 1, size[0] + 1, size[1] + 1))
    opened(window, qtbot, written(image, tmp_path / "bar.png"))
    canvas = window.pages.draw.canvas
    canvas.begin(QPointF(2, 2), 0.1)  # a speck in the corner: now the paper is asked for, too
    canvas.lift()
    shown = canvas.raster()[20:, 20:] > 100
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    for found, side in ((rows, size[1]), (columns, size[0])):
        assert found[0] + found[-1] + 41 == pytest.approx(SIDE, abs=2)
        assert len(found) == pytest.approx(200 * side / max(size), abs=2)


def test_an_image_can_be_chosen_in_the_dialog_of_open(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(seven(), tmp_path / "seven.JPG")
    filters: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *given: filters.append(given[3]) or (str(path), "")
    )
    with qtbot.waitSignal(window.session.imageOpened, timeout=PATIENCE):
        window.files.open()
    assert "*.jpg" in filters[0] and "*.npz" in filters[0]
    assert not window.pages.draw.canvas.is_empty


def test_what_cannot_be_read_is_reported_and_nothing_is_lost(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(window, qtbot, written(seven(), tmp_path / "seven.png"))
    before = window.pages.draw.canvas.raster()
    window.pages.show_page(Page.TRAIN)
    text, cut = tmp_path / "text.png", tmp_path / "cut.png"
    text.write_text("hello")
    noise = np.random.default_rng(0).integers(0, 255, (99, 99), np.uint8)
    written(Image.fromarray(noise), cut)
    cut.write_bytes(cut.read_bytes()[:2000])
    blank = written(Image.new("L", (60, 60), 255), tmp_path / "blank.png")
    monkeypatch.setattr(images, "MAX_PIXELS", 100_000)
    large = written(seven(400), tmp_path / "large.png")
    for path, words in (
        (text, "is not an image"),
        (cut, "is damaged"),
        (blank, "shows no ink"),
        (large, "400 × 400 pixels: make it smaller"),
        (tmp_path / "none.png", "does not exist"),
    ):
        with qtbot.waitSignal(window.session.imageOpenFailed, timeout=PATIENCE):
            drop(window, path)
        assert words in window.notice.text and path.name in window.notice.text
        assert "\n" not in window.notice.text  # one message
    assert window.pages.shown is Page.TRAIN
    np.testing.assert_array_equal(window.pages.draw.canvas.raster(), before)
    opened(window, qtbot, tmp_path / "seven.png")
    assert not window.notice.text


def test_data_that_is_not_images_takes_none(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = written(seven(), tmp_path / "seven.png")
    project = starter_project().replace(data=LogicTable())
    window.workspace.edit("Use a table", project)
    drop(window, path)
    assert "seven.png is an image, and this project's data is not" in window.notice.text
    assert window.pages.shown is not Page.DRAW
    assert window.workspace.project == project


def test_images_with_numbers_to_predict_take_none(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session, file = window.session, tmp_path / "angles.npz"
    x = np.random.default_rng(0).random((60, 8, 8), np.float32)
    np.savez(file, x=x, y=x.mean(axis=(1, 2)))
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        window.files.open_path(file)
    project = window.workspace.project
    window.pages.show_page(Page.TRAIN)
    paths = [written(seven(8, "L"), tmp_path / name) for name in ("one.png", "two.png")]
    drop(window, paths[0])
    assert "one.png was not opened: a network for this project's data predicts numbers" in (
        window.notice.text
    )
    window.files.open_images(paths)
    assert "one.png was not opened" in window.notice.text
    assert window.pages.shown is Page.TRAIN and window.workspace.project == project

    # The page to draw on says the same of what is drawn there.
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project.replace(training=project.training.replace(epochs=1)))
    window.pages.show_page(Page.DRAW)
    page = window.pages.draw
    with qtbot.waitSignal(session.predicted, timeout=PATIENCE):
        qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=page.canvas.rect().center())
    assert page.result.message.text() == NUMBERS


def test_an_image_is_opened_before_there_is_anything_else(qtbot: QtBot, tmp_path: Path) -> None:
    """As when it is named on the command line."""
    window = new_window(qtbot)
    window.resize(1366, 768)
    window.show()
    window.files.open_path(written(seven(), tmp_path / "seven.png"))
    with qtbot.waitSignals(
        [window.session.imageOpened, window.session.digitPredicted], timeout=PATIENCE
    ):
        window.start()
    assert window.pages.shown is Page.DRAW
    assert window.pages.draw.network_input.pixels.values.any()  # type: ignore[union-attr]
    QApplication.processEvents()
    window.session.close()


def test_an_image_of_several_digits_is_shown_with_a_box_around_each(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = Image.new("RGB", (650, 220), "white")
    for left in (0, 220, 440):
        page.paste(seven(), (left + 5, 10))
    path = written(page, tmp_path / "page.png")
    with qtbot.waitSignal(window.session.progress, timeout=PATIENCE):
        window.session.train(window.workspace.project)
    with qtbot.waitSignal(window.session.imagesPredicted, timeout=PATIENCE):
        drop(window, path)
    assert window.pages.shown is Page.EVALUATE
    card = window.pages.evaluate.images
    qtbot.waitUntil(lambda: len(card.pages.pages) == 1, timeout=PATIENCE)
    assert [each.number for each in card.pages.pages[0].symbols] == [1, 2, 3]
    assert "3 symbols" in card.status.text()
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.is_running, timeout=PATIENCE)
