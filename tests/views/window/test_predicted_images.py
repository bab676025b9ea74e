"""Image files are predicted as they are by a network that was trained with pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop import cli
from desktop.document.choices import ActivationFunction
from desktop.document.data import ImageFolder
from desktop.document.layers import Dense, Flatten
from desktop.views.widgets.image_predictions import NO_MODEL, ImagesCard, PredictedImage
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

PATIENCE = 60_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


def picture(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (9, 7)) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new("RGB", size, color).save(path)
    return path


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window on a folder of pictures in color, with no network."""
    for number in range(8):
        picture(tmp_path / "fires" / f"{number}.png", (255, 20 * number, 0))
        picture(tmp_path / "seas" / f"{number}.png", (0, 20 * number, 255))
    window = new_window(qtbot)
    window.resize(1366, 768)
    window.show()
    layers = Flatten(), Dense(units=2, activation=ActivationFunction.SOFTMAX)
    project = window.workspace.project
    training = project.training.replace(epochs=2)
    source = ImageFolder(path=str(tmp_path))
    window.workspace.edit("", project.replace(data=source, layers=layers, training=training))
    with qtbot.waitSignals(
        [window.session.engineReady, window.session.dataLoaded], timeout=PATIENCE
    ):
        window.start()
    yield window
    window.session.close()


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))


def shown(card: ImagesCard) -> list[PredictedImage]:
    return [each for each in card.gallery.tiles.samples if isinstance(each, PredictedImage)]


def test_pictures_get_the_predictions_of_the_command_line(
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    session, pages, model = window.session, window.pages, tmp_path / "model.keras"
    wide = picture(tmp_path / "wide.png", (200, 9, 9), (40, 20))
    black = picture(tmp_path / "black.bmp", (0, 0, 0))
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    paths = [wide, bad, black]

    # Before there is a network, the files wait for it.
    drop(window, *paths)
    card = pages.draw.images
    assert pages.shown is Page.DRAW and pages.tabText(Page.DRAW) == "Predict"
    assert not pages.draw.canvas.isVisible() and card.message.text() == NO_MODEL
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(window.workspace.project)
    qtbot.waitUntil(lambda: "after 2 epochs" in card.status.text(), timeout=PATIENCE)
    assert f"{bad} is not an image" in card.failures.text()
    with qtbot.waitSignal(session.modelSaved, timeout=PATIENCE):
        session.save_model(model)
    capsys.readouterr()
    assert cli.run(["predict", str(model), *map(str, paths), "--json"]) != 0  # one is bad
    expected = json.loads(capsys.readouterr().out)["predictions"]
    assert [str(each.prediction.path) for each in shown(card)] == [
        each["image"] for each in expected
    ]
    for each, known in zip(shown(card), expected, strict=True):
        assert each.values.shape == (7, 9, 3)
        prediction = each.prediction
        assert str(prediction.path) == known["image"]
        by_class = dict(zip(prediction.classes, prediction.values, strict=True))
        assert by_class == pytest.approx(known["probabilities"], abs=1e-5)
        name, best, runner_up = each.caption
        assert name == prediction.path.name and best.startswith(known["class"])
        assert runner_up.startswith("runner-up ") and known["class"] not in runner_up

    # The same by the button of the page Evaluate.
    pages.show_page(Page.EVALUATE)
    names = [str(path) for path in paths]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))
    with qtbot.waitSignal(session.imagesPredicted, timeout=PATIENCE):
        pages.evaluate.predict_file.button.click()
    evaluated = pages.evaluate.images
    assert [each.caption for each in shown(evaluated)] == [each.caption for each in shown(card)]

    # A table of pixels gets the predictions, too.
    rows = [each.values.ravel() * 255 for each in shown(card)]
    (tmp_path / "pixels.csv").write_text(
        "\n".join(",".join(str(round(pixel)) for pixel in row) for row in rows)
    )
    out = tmp_path / "out.csv"
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "pixels.csv")], "")
    )
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    with qtbot.waitSignal(session.filePredicted, timeout=PATIENCE):
        pages.evaluate.predict_file.button.click()
    assert "2 rows with 189 columns matched by position" in pages.evaluate.predict_file.text.text()
    lines = out.read_text().splitlines()[1:]
    assert [line.split(",")[189] for line in lines] == [each["class"] for each in expected]
    evaluated.clear.click()
    assert not evaluated.isVisible()


def test_several_files_that_are_not_images_are_refused(window: MainWindow, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    before = window.workspace.project
    drop(window, tmp_path / "fires" / "0.png", table)
    assert "open table.csv alone" in window.notice.text
    assert window.workspace.project == before and window.pages.shown is Page.TRAIN
