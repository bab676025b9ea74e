"""A project's file that another program, or another window, changes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.project import Project, starter_project
from desktop.document.storage import read_project, write_project
from desktop.views.window.main_window import MainWindow
from desktop.views.workspace import Workspace
from tests.views.window.windows import new_window

Button = QMessageBox.StandardButton
OURS = starter_project().removed(1)
THEIRS = starter_project().removed(0)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.layerwise"
    write_project(path, starter_project())
    return path


@pytest.fixture
def window(qtbot: QtBot, path: Path) -> Iterator[MainWindow]:
    """A window on the project at `path`, with a change that is not saved."""
    window = new_window(qtbot)
    window.files.open_path(path)
    window.workspace.edit("Remove a layer", OURS)
    yield window
    window.session.close()


def told(window: MainWindow, qtbot: QtBot, words: str) -> None:
    """Wait until a message says `words`."""
    qtbot.waitUntil(lambda: words in window.notice.text)


def press(window: MainWindow, text: str) -> None:
    """Press a button of the message."""
    next(each for each in window.notice.findChildren(QPushButton) if each.text() == text).click()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[QMessageBox.StandardButton]:
    """What the user answers to the boxes that come up, in order."""
    waiting: list[QMessageBox.StandardButton] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: waiting.pop(0))
    return waiting


@pytest.mark.parametrize(
    ("answer", "kept"), [(Button.Cancel, THEIRS), (Button.Yes, OURS)], ids=["cancel", "replace"]
)
def test_saving_over_a_newer_version_asks(
    window: MainWindow,
    path: Path,
    answers: list[QMessageBox.StandardButton],
    answer: QMessageBox.StandardButton,
    kept: Project,
) -> None:
    write_project(path, THEIRS)
    answers.append(answer)
    assert window.files.save() == (answer is Button.Yes)
    assert answers == []
    assert read_project(path) == kept
    assert window.workspace.dirty == (answer is Button.Cancel)
    if answer is Button.Yes:  # which settles it
        window.workspace.edit("Another", starter_project())
        assert window.files.save()


def test_both_versions_are_kept_under_two_names(
    window: MainWindow,
    path: Path,
    answers: list[QMessageBox.StandardButton],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_project(path, THEIRS)
    other = path.with_name("other.layerwise")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
    answers.append(Button.Save)
    assert window.files.save()
    assert (read_project(path), read_project(other)) == (THEIRS, OURS)
    assert window.workspace.path == other


def test_two_windows_on_one_file(
    window: MainWindow, path: Path, answers: list[QMessageBox.StandardButton]
) -> None:
    """The second to save is asked."""
    second = Workspace()
    second.open(path)
    second.edit("Remove another layer", THEIRS)
    assert window.files.save()
    second.save()
    window.workspace.edit("Another", starter_project())
    answers.append(Button.Cancel)
    assert not window.files.save()
    assert read_project(path) == THEIRS


def test_a_change_is_reported_and_can_be_taken_over(
    window: MainWindow, qtbot: QtBot, path: Path, answers: list[QMessageBox.StandardButton]
) -> None:
    write_project(path, THEIRS)
    told(window, qtbot, "mine.layerwise was changed by another program")
    answers.append(Button.Discard)  # of the change made here
    press(window, "Reload")
    assert window.workspace.project == THEIRS
    assert not window.workspace.dirty
    assert window.notice.text == ""
    write_project(path, OURS)
    told(window, qtbot, "mine.layerwise was changed by another program")


def test_a_change_that_is_taken_back_is_no_change(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    before = path.read_bytes()
    write_project(path, THEIRS)
    told(window, qtbot, "was changed")
    path.write_bytes(before)
    qtbot.waitUntil(lambda: window.notice.text == "")


def test_a_file_that_is_gone_is_written_again(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    assert window.files.save()
    assert not window.workspace.dirty
    path.unlink()
    told(window, qtbot, "mine.layerwise was removed or renamed")
    assert window.workspace.dirty, "or it would be lost unasked"
    press(window, "Save")
    assert read_project(path) == OURS
    assert not window.workspace.dirty
    assert window.notice.text == ""


def test_a_file_that_comes_back_is_noticed(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    away = path.with_name("away")
    path.rename(away)
    told(window, qtbot, "removed or renamed")
    away.rename(path)
    qtbot.waitUntil(lambda: window.notice.text == "")


def test_a_change_that_the_disk_did_not_tell_is_seen_on_coming_back(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    with qtbot.assertNotEmitted(window.workspace.projectChanged):
        write_project(path, THEIRS)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
        assert "was changed by another program" in window.notice.text


def test_saving_here_is_no_news(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    assert window.files.save()
    write_project(path.with_name("beside.layerwise"), THEIRS)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert window.notice.text == ""
