"""The window as a whole: files, unsaved changes, layout, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QKeySequence, QStatusTipEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.data import Arrays, Digits, LogicTable, Mnist, Origin
from desktop.document.layers import Conv2D
from desktop.document.project import starter_project
from desktop.document.storage import read_project, write_project
from desktop.document.training import Training
from desktop.paths import keras_datasets, resources
from desktop.views.commands.actions import ACTIONS
from desktop.views.commands.shortcuts import ShortcutsDialog
from desktop.views.editor.stack.commands import COMMANDS
from desktop.views.files import project_files
from desktop.views.settings import Settings
from desktop.views.theme import Mode
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from desktop.workers.reports import Outcome
from desktop.workers.session import State
from tests.views.window.windows import new_window

PATIENCE = 60_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that is not started: no TensorFlow, no data."""
    window = new_window(qtbot)
    yield window
    window.session.close()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[QMessageBox.StandardButton]:
    """What the user answers to the boxes that come up, in order."""
    waiting: list[QMessageBox.StandardButton] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: waiting.pop(0))
    monkeypatch.setattr(QMessageBox, "question", lambda *_arguments: waiting.pop(0))
    return waiting


def change(window: MainWindow) -> None:
    window.workspace.edit("Remove a layer", window.workspace.project.removed(1))


def action(window: MainWindow, name: str) -> QAction:
    found = window.findChild(QAction, name)
    assert found is not None
    return found


def test_every_command_of_the_table_is_in_a_menu(window: MainWindow) -> None:
    shown = {
        each.objectName()
        for top in window.menuBar().actions()
        for each in top.menu().actions()  # type: ignore[attr-defined]
    }
    assert {spec.id for spec in ACTIONS} | {"undo", "redo"} <= shown


def test_no_key_is_given_twice(window: MainWindow) -> None:
    keys = [
        each.shortcut().toString()
        for each in window.findChildren(QAction)
        if not each.shortcut().isEmpty()
    ]
    assert len(keys) == len(set(keys))


def entries(window: MainWindow, title: str) -> list[QAction]:
    """The entries of a menu."""
    menu = next(each.menu() for each in window.menuBar().actions() if title in each.text())
    return [each for each in menu.actions() if not each.isSeparator()]  # type: ignore[attr-defined]


def test_menus_are_written_in_title_case(window: MainWindow) -> None:
    texts = [
        each.text()
        for top in ("File", "Edit", "Run", "View", "Help")
        for each in entries(window, top)
    ]
    for text in texts:
        words = text.split("\t")[0].replace("&", "").split()
        small = {word for word in words if word[0].islower()}
        assert words and small <= {"a", "as", "at", "in", "of", "the", "to"}, text


def test_what_is_edited_has_to_be_selected(window: MainWindow) -> None:
    edits = {each.objectName(): each for each in entries(window, "Edit")}
    del edits["undo"], edits["redo"], edits["first_network"]
    assert {name for name, each in edits.items() if each.isEnabled()} == {"paste"}
    window.stack.select_layer(0)
    disabled = {name for name, each in edits.items() if not each.isEnabled()}
    assert disabled == {"move_up", "show_health"}  # nothing is measured yet
    window.stack.select_layers((0, 1, 2))
    assert {name for name, each in edits.items() if not each.isEnabled()} == {
        "move_up",
        "move_down",
        "show_health",
    }


def test_the_icons_of_a_menu_can_be_seen_on_it(window: MainWindow) -> None:
    for mode in (Mode.LIGHT, Mode.DARK):
        window._theme.set_mode(mode)
        commands = [each for each in entries(window, "Run") if each.menu() is None]  # type: ignore[attr-defined]
        assert len(commands) > 4
        for each in commands:
            image = each.icon().pixmap(16, 16).toImage()
            painted = {
                image.pixelColor(x, y).name()
                for x in range(image.width())
                for y in range(image.height())
                if image.pixelColor(x, y).alpha() == 255
            }
            color = window._theme.tokens.text if each.isEnabled() else None
            assert color is None or color.lower() in painted, each.text()


def test_train_says_why_it_cannot_be_pressed(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    train = action(window, "train")
    assert train.isEnabled()
    assert not window.toolbar.errors_button.isVisible()
    project = window.workspace.project
    window.workspace.edit("Break it", project.replace(layers=(Conv2D(), *project.layers)))
    assert not train.isEnabled()
    reason = window.workspace.analysis.problems[0].message
    assert reason in train.toolTip()
    qtbot.waitUntil(window.toolbar.errors_button.isVisible)
    assert window.toolbar.errors_button.text() == "1 error to fix"
    window.toolbar.errors_button.click()
    assert window.status.problems.popup.isVisible()
    window.workspace.undo()
    assert train.isEnabled()
    assert reason not in train.toolTip()
    qtbot.waitUntil(lambda: not window.toolbar.errors_button.isVisible())


def test_a_tip_does_not_hide_the_problems(window: MainWindow) -> None:
    window.show()
    before = window.status.text
    QApplication.sendEvent(window, QStatusTipEvent("Start a new project"))
    assert window.status.text == "Start a new project"
    assert window.status.problems.isVisible()
    QApplication.sendEvent(window, QStatusTipEvent(""))
    assert window.status.text == before


def test_a_project_is_saved_and_opened(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.layerwise"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    change(window)
    assert window.isWindowModified()
    action(window, "save").trigger()
    assert not window.isWindowModified()
    assert "mine" in window.windowTitle()
    assert read_project(path) == window.workspace.project
    assert Settings().recent == [path]


def test_a_name_without_extension_gets_one_and_no_file_is_replaced_unasked(
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[QMessageBox.StandardButton],
) -> None:
    there = tmp_path / "net v1.5.layerwise"
    there.write_text("something else")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "net v1.5"), ""))
    change(window)
    answers.append(QMessageBox.StandardButton.No)
    action(window, "save_as").trigger()
    assert there.read_text() == "something else"
    assert window.workspace.dirty
    answers.append(QMessageBox.StandardButton.Yes)
    action(window, "save_as").trigger()
    assert read_project(there) == window.workspace.project


def test_a_bad_file_is_explained_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    before = window.workspace.project
    bad = tmp_path / "bad.layerwise"
    bad.write_text('{"format": 1, "layers": [{"layer": "<b>Dens</b>"}]}')
    window.files.open_path(bad)
    assert window.workspace.project == before
    assert "<b>Dens</b>" in window.notice.text
    shown = [label for label in window.notice.findChildren(QLabel) if "Dens" in label.text()]
    assert [label.textFormat() for label in shown] == [Qt.TextFormat.PlainText]


def test_a_failure_is_forgotten_once_the_same_thing_went_well(
    window: MainWindow, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.layerwise", tmp_path / "good.layerwise"
    bad.write_text("{}")
    write_project(good, starter_project())
    window.files.open_path(bad)
    assert window.notice.text
    window.files.open_path(good)
    assert not window.notice.text
    window.stack.message.emit("Nothing was dropped")
    assert window.notice.text
    change(window)
    assert not window.notice.text


def test_data_that_cannot_be_loaded_is_reported_once(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show()
    window.start()
    missing = window.workspace.project.replace(data=Mnist(path=str(tmp_path / "missing.npz")))
    with qtbot.waitSignal(window.session.dataFailed, timeout=PATIENCE):
        window.workspace.edit("Choose data", missing)
    assert window.pages.shown is Page.DATA
    shown = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert len([text for text in shown if "missing.npz" in text]) == 1


@pytest.mark.parametrize(
    ("answer", "closed"),
    [
        (QMessageBox.StandardButton.Cancel, False),
        (QMessageBox.StandardButton.Discard, True),
    ],
)
def test_unsaved_changes_are_asked_about_when_closing(
    window: MainWindow,
    answers: list[QMessageBox.StandardButton],
    answer: QMessageBox.StandardButton,
    closed: bool,
) -> None:
    window.show()
    change(window)
    answers.append(answer)
    assert window.close() is closed
    assert window.isVisible() is not closed


def test_a_failed_save_keeps_the_window_open(
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[QMessageBox.StandardButton],
) -> None:
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.layerwise"), "")
    )
    window.show()
    change(window)
    answers.append(QMessageBox.StandardButton.Save)
    assert not window.close()
    assert "folder" in window.notice.text
    assert window.workspace.dirty


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def write_images(path: Path) -> None:
    """An .npz file as Keras keeps MNIST, as far as its first array."""
    np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8))


def test_dropped_files_open(window: MainWindow, tmp_path: Path) -> None:
    project = starter_project().replace(data=LogicTable())
    path = tmp_path / "table.layerwise"
    write_project(path, project)
    drop(window, path)
    assert window.workspace.project == project
    write_images(tmp_path / "mnist.npz")
    drop(window, tmp_path / "mnist.npz")
    assert window.workspace.project.data == Mnist(path=str(tmp_path / "mnist.npz"))


def test_a_dropped_data_file_keeps_the_other_settings(window: MainWindow, tmp_path: Path) -> None:
    kept = Mnist(validation_split=0.25, scale_pixels=False)
    window.workspace.edit("Use MNIST", window.workspace.project.replace(data=kept))
    window.workspace.edit("Use a table", window.workspace.project.replace(data=LogicTable()))
    for name in ("mnist.npz", "mnist-2.npz"):
        write_images(tmp_path / name)
        drop(window, tmp_path / name)
        assert window.workspace.project.data == kept.replace(path=str(tmp_path / name))


def test_who_reads_a_data_file_is_asked_if_several_can(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Digits, "suffixes", (".npz",))
    monkeypatch.setattr(Digits, "origin", Origin.FILES)
    monkeypatch.setattr(Digits, "with_file", lambda _self, _file: Digits(split_seed=7))
    offered: list[str] = []
    answer: list[object] = ["", False]

    def ask(
        _parent: QWidget, _title: str, text: str, titles: list[str], *_: int, **__: bool
    ) -> Any:
        offered[:] = [text, *titles]
        return tuple(answer)

    monkeypatch.setattr(QInputDialog, "getItem", ask)
    window.workspace.new(starter_project().replace(data=LogicTable()))
    drop(window, tmp_path / "data.npz")
    assert "data.npz" in offered[0]
    assert set(offered[1:]) == {"Arrays", "Handwritten digits"}
    assert window.workspace.project.data == LogicTable()
    for title, data in (
        ("Handwritten digits", Digits(split_seed=7)),
        ("Arrays", Arrays(path=str(tmp_path / "data.npz"))),
    ):
        answer[:] = [title, True]
        drop(window, tmp_path / "data.npz")
        assert window.workspace.project.data == data


@pytest.mark.parametrize("name", ["notes.docx", "movie.mp4", "net.h5"])
def test_of_a_file_that_nothing_reads_it_says_which_can_be_opened(
    window: MainWindow, tmp_path: Path, name: str
) -> None:
    before = window.workspace.project
    (tmp_path / name).write_bytes(b"1,2")
    drop(window, tmp_path / name)
    assert name in window.notice.text
    assert ".keras" in window.notice.text or ".npz" in window.notice.text
    assert window.workspace.project == before


NAME = "<b>R&D [*]"  # to Qt: HTML, a mnemonic, and the place of a mark in the title


def test_names_of_users_are_shown_as_they_are(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / NAME / f"{NAME}.layerwise"
    path.parent.mkdir()
    write_project(path, starter_project())
    window.show()
    window.start()
    window.files.open_path(path)
    shown = window.windowTitle().removesuffix("[*] – Layerwise")
    assert shown == NAME.replace("[*]", "[*][*]")

    menu = next(each.menu() for each in entries(window, "File") if "Recent" in each.text())
    menu.aboutToShow.emit()  # type: ignore[attr-defined]
    assert menu.actions()[0].text() == str(path).replace("&", "&&")  # type: ignore[attr-defined]

    with qtbot.waitSignal(window.session.dataFailed, timeout=PATIENCE):
        window.files.open_path(path.with_suffix(".npz"))
    name = f"{NAME}.npz".replace("&", "&&")
    assert action(window, "undo").text() == f"Undo Use the data in {name}"
    window.workspace.undo_stack.setClean()  # nothing to ask about
    bad = path.with_suffix(".json")
    bad.write_text("{")
    window.files.open_path(bad)
    labels = [each for each in window.findChildren(QLabel) if "R&D" in each.text()]
    assert len(labels) > 1
    for each in labels:
        assert each.textFormat() == Qt.TextFormat.PlainText, each.text()
    buttons = [each for each in window.findChildren(QAbstractButton) if "R&D" in each.text()]
    assert not buttons


def example(window: MainWindow, title: str) -> QAction:
    """The entry of the example called `title`."""
    menu = next(each.menu() for each in entries(window, "File") if "xample" in each.text())
    return next(each for each in menu.actions() if each.text() == title)  # type: ignore[attr-defined]


def test_an_example_is_opened_as_a_pattern(window: MainWindow) -> None:
    window.stack.select_layer(1)
    example(window, "Perceptron").trigger()
    assert window.stack.selected_layers == ()
    assert isinstance(window.workspace.project.data, LogicTable)
    assert window.workspace.path is None
    assert not window.workspace.dirty


def test_examples_say_that_they_need_mnist(window: MainWindow) -> None:
    menu = next(each.menu() for each in entries(window, "File") if "xample" in each.text())

    def in_need() -> set[str]:
        menu.aboutToShow.emit()  # type: ignore[attr-defined]
        return {
            Path(each.data()).stem
            for each in menu.actions()  # type: ignore[attr-defined]
            if each.text().endswith(" (needs mnist.npz)")
        }

    all_of_mnist = {path.stem for path in (resources() / "projects").glob("mnist*.layerwise")}
    assert all_of_mnist and in_need() == all_of_mnist
    keras_datasets().mkdir(parents=True)
    (keras_datasets() / "mnist.npz").write_bytes(b"")
    assert in_need() == set()
    assert example(window, "MNIST: hidden 128-128")


def test_an_example_carries_its_name(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    suggested: list[str] = []
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda *given: suggested.append(Path(given[2]).name) or ("", ""),
    )
    action(window, "save").trigger()
    for title, stem in (
        ("Perceptron", "perceptron"),
        ("MNIST: hidden 128-128", "mnist-hidden-128-128"),
    ):
        example(window, title).trigger()
        assert window.windowTitle() == f"{title}[*] – Layerwise"
        action(window, "save").trigger()
        assert suggested[-1] == f"{stem}.layerwise"
    window.files.new()
    assert window.windowTitle() == "Untitled[*] – Layerwise"
    action(window, "save").trigger()
    assert suggested[0] == suggested[-1] == "untitled.layerwise"


def test_one_epoch_at_a_time(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        window.start()
    assert action(window, "train_epoch").shortcut().toString() == "F8"
    epochs = window.workspace.project.training.epochs
    for number in (1, 2):
        with qtbot.waitSignal(session.runEnded, timeout=PATIENCE) as ended:
            action(window, "train_epoch").trigger()
        assert (ended.args[0].outcome, ended.args[0].epoch) == (Outcome.FINISHED, number)
    assert window.workspace.project.training.epochs == epochs > 1
    session.reset()  # nothing to ask about


def test_the_least_time_per_epoch_is_chosen_in_the_menu(window: MainWindow) -> None:
    menu = next(each for each in window.findChildren(QMenu) if each.objectName() == "pace")
    choices = {each.data(): each for each in menu.actions()}
    assert choices[0.0].isChecked()
    choices[2.0].trigger()
    assert window.session.epoch_seconds == 2.0 and not choices[0.0].isChecked()
    choices[0.0].trigger()
    assert window.session.epoch_seconds == 0.0


def test_the_theme_is_remembered(window: MainWindow) -> None:
    dark = next(each for each in window.findChildren(QAction) if each.data() == Mode.DARK)
    dark.trigger()
    assert Settings().theme is Mode.DARK


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
def test_the_toolbar_fits(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.show()
    QApplication.processEvents()
    for name in ("train", "pause", "stop", "reset"):
        button = window.findChild(QWidget, "toolbar").widgetForAction(action(window, name))  # type: ignore[union-attr]
        assert button.isVisible(), name
        assert button.geometry().right() <= size[0]


def test_a_run_from_the_menu_to_a_saved_model(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    window.show()
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        window.start()
    training = window.workspace.project.training.replace(epochs=2)
    project = window.workspace.project.replace(training=training)
    window.workspace.edit("Set epochs", project)
    assert not action(window, "evaluate").isEnabled()
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        action(window, "train").trigger()
        assert session.state is State.WAITING
        assert not action(window, "train").isEnabled()
    assert "Finished after 2 epochs" in window.run_bar.text
    assert "Further" in action(window, "train").text()
    with qtbot.waitSignal(session.evaluated, timeout=PATIENCE):
        action(window, "evaluate").trigger()
    assert window.pages.shown is Page.EVALUATE

    # The layers change: the network on show is not theirs any more, and that is said.
    change(window)
    assert "have changed since" in window.notice.text
    assert "Further" not in action(window, "train").text()
    window.workspace.undo()
    assert "have changed since" not in window.notice.text

    model = tmp_path / "net.v2.keras"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "net.v2"), ""))
    with qtbot.waitSignal(session.modelSaved, timeout=PATIENCE):
        action(window, "save_model").trigger()
    assert model.is_file()

    # Another project takes the network away.
    other = tmp_path / "other.layerwise"
    write_project(other, starter_project())
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)
    with qtbot.waitSignal(session.modelReset, timeout=PATIENCE):
        window.files.open_path(other)
    assert not action(window, "evaluate").isEnabled()
    assert "new weights" in window.run_bar.text


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window with a network whose training was long enough to be asked about."""
    monkeypatch.setattr(project_files, "WORTH_ASKING", 1e-9)
    window.show()
    project = window.workspace.project
    window.workspace.new(project.replace(training=project.training.replace(epochs=1)))
    window.start()
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        action(window, "train").trigger()
    return window


def test_a_trained_network_is_not_lost_unasked(
    trained: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[QMessageBox.StandardButton],
) -> None:
    path = tmp_path / "net.keras"
    answers.append(QMessageBox.StandardButton.Cancel)
    action(trained, "new").trigger()
    assert trained.session.has_model

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    answers.append(QMessageBox.StandardButton.Save)
    assert not trained.close()  # no name was given

    missing = tmp_path / "missing" / "net.keras"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(missing), ""))
    answers.append(QMessageBox.StandardButton.Save)
    assert not trained.close()
    assert "missing" in trained.notice.text

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    answers.append(QMessageBox.StandardButton.Save)
    assert trained.close()
    assert path.is_file()
    assert not answers


@pytest.mark.parametrize("command", ["reset", "train"])
def test_new_weights_do_not_take_its_place_unasked(
    trained: MainWindow, qtbot: QtBot, command: str, answers: list[QMessageBox.StandardButton]
) -> None:
    change(trained)
    before = trained.session.unsaved_seconds
    answers.append(QMessageBox.StandardButton.Cancel)
    action(trained, command).trigger()
    assert trained.session.unsaved_seconds == before > 0
    assert trained.session.state is State.IDLE
    answers.append(QMessageBox.StandardButton.Discard)
    gone = trained.session.modelReset if command == "reset" else trained.session.runStarted
    with qtbot.waitSignal(gone, timeout=PATIENCE):
        action(trained, command).trigger()
    assert not answers
    trained.workspace.undo()


def test_training_further_asks_nothing(trained: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(trained.session.runEnded, timeout=PATIENCE):
        action(trained, "train").trigger()
    assert trained.session.trained_epochs == 2


def test_another_save_does_not_pass_for_this_one(
    trained: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[QMessageBox.StandardButton],
) -> None:
    missing = tmp_path / "missing" / "net.keras"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(missing), ""))
    assert trained.session.save_model(tmp_path / "first.keras")
    answers.append(QMessageBox.StandardButton.Save)
    assert not trained.close()
    assert (tmp_path / "first.keras").is_file()
    assert "missing" in trained.notice.text


def test_closing_while_training_asks_about_the_network(
    trained: MainWindow, qtbot: QtBot, answers: list[QMessageBox.StandardButton]
) -> None:
    session = trained.session
    with qtbot.waitSignal(session.progress, timeout=PATIENCE):
        project = trained.workspace.project
        training = project.training.replace(epochs=1_000_000)
        session.train(project.replace(training=training), resume=True)
    answers.append(QMessageBox.StandardButton.Cancel)
    assert not trained.close()
    assert session.is_running
    answers.append(QMessageBox.StandardButton.Discard)
    assert trained.close()


def test_a_short_training_is_not_asked_about(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    window.start()
    with qtbot.waitSignal(window.session.progress, timeout=PATIENCE):
        action(window, "train").trigger()
    assert window.close()


def test_a_model_opens_as_an_unsaved_project_that_trains_further(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    from desktop.engine.builder import build
    from desktop.engine.storage import save_model

    path = tmp_path / "clever.keras"
    project = starter_project().replace(training=Training(epochs=1))
    save_model(build(project), path)
    window.show()
    window.start()
    with qtbot.waitSignal(window.session.modelAdopted, timeout=PATIENCE):
        drop(window, path)
    assert window.workspace.project.layers == project.layers
    assert window.workspace.name == "clever" and window.workspace.path is None
    assert window.workspace.dirty
    assert list(Settings().recent) == [path]
    assert window.session.can_continue(window.workspace.project)
    if window.session.summary is None:
        qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE).wait()
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        window.session.train(
            window.workspace.project.replace(training=project.training), resume=True
        )
    assert window.session.trained_epochs == 1

    kept = window.workspace.project
    path.write_bytes(b"no model")
    with qtbot.waitSignal(window.session.modelOpenFailed, timeout=PATIENCE):
        window.files.open_path(path)
    assert "not a Keras model" in window.notice.text
    assert window.workspace.project == kept and window.session.has_model


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("table.ods", "save it as .xlsx or CSV"),
        ("model.h5", "another format"),
        ("letter.pdf", "choose a project (.layerwise), a Keras model (.keras)"),
    ],
)
def test_of_another_file_it_says_what_can_be_done(
    name: str, told: str, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff")
    before = window.workspace.project
    drop(window, tmp_path / name)
    assert name in window.notice.text and told in window.notice.text
    assert window.workspace.project == before


def test_a_project_under_another_name_opens(window: MainWindow, tmp_path: Path) -> None:
    project = starter_project().replace(data=LogicTable())
    write_project(tmp_path / "table.layerwise", project)
    (tmp_path / "table.layerwise").rename(tmp_path / "table.backup")
    drop(window, tmp_path / "table.backup")
    assert window.workspace.project == project


def test_the_keyboard_help_has_every_key_of_the_window(window: MainWindow) -> None:
    dialog = ShortcutsDialog(window)
    table = dialog.findChild(QTableWidget)
    assert table is not None
    listed = {
        table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())
    }
    actions = [action for action in window.findChildren(QAction) if action.shortcuts()]
    assert len(actions) > 12
    for action in actions:
        keys = listed[action.text().replace("&", "").rstrip("…")]
        for key in action.shortcuts():
            assert key.toString(QKeySequence.SequenceFormat.NativeText) in keys
    for command in COMMANDS:
        keys = listed[f"Model: {command.text}"]
        assert all(QKeySequence(key).toString() in keys for key in command.keys)
    assert listed["Model: Move Up"] == "Alt+Up"
    assert listed["Model: Duplicate"] == "Ctrl+D"
    assert "Ctrl+wheel" in listed["Charts: zoom in or out"]
    dialog.deleteLater()


def test_on_a_tiny_screen_the_window_is_no_wider_than_that(window: MainWindow) -> None:
    """As on 1366 x 768 pixels with a scale factor of 2."""
    window.pages.prepare()
    window.resize(667, 344)
    window.docks.reset()
    window.show()
    QApplication.processEvents()
    assert window.width() == 667
    for dock in window.docks.all:
        dock.raise_()
        QApplication.processEvents()
        assert window.rect().contains(dock.geometry())
        assert dock.width() >= dock.minimumSizeHint().width()
