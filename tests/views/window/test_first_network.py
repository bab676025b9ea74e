"""From a data file to a network that can be trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, Table
from desktop.document.first_network import stack_text
from desktop.document.layers import Dropout
from desktop.document.project import starter_project
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from desktop.workers.reports import Outcome, RunEnded
from tests.views.window.windows import new_window

PATIENCE = 60_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A table without header: three classes that a number tells apart, and noise."""
    path = tmp_path / "flowers.csv"
    rows = (f"{(7 * n) % 13 / 10},{n % 3 * 4 + n % 7 / 9:.2f},kind-{n % 3}" for n in range(120))
    path.write_text("\n".join(rows))
    return path


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = new_window(qtbot)
    window.show()
    window.start()
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        pass
    yield window
    window.session.close()


def use(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        window.files.open_path(path)


def offer(window: MainWindow) -> QPushButton:
    button = window.findChild(QPushButton, "use_first_network")
    assert button is not None
    return button


def test_one_press_of_train_after_opening_a_table(
    window: MainWindow, qtbot: QtBot, flowers: Path
) -> None:
    use(window, qtbot, flowers)
    assert window.pages.shown is Page.DATA
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 3"
    assert "Dense 16, Dense 16, Dense 3" in window.status.text
    assert not offer(window).isVisible()
    project = window.workspace.project
    window.workspace.undo()
    assert window.workspace.project == starter_project()
    window.workspace.redo()
    assert window.workspace.project == project
    ends: list[RunEnded] = []
    window.session.runEnded.connect(ends.append)
    train = window.findChild(QAction, "train")
    assert train is not None and train.isEnabled(), train.toolTip()
    window.session.epochEnded.connect(window.session.stop)
    with qtbot.waitSignal(window.session.runEnded, timeout=PATIENCE):
        train.trigger()
    assert ends[0].outcome is Outcome.STOPPED and ends[0].epoch >= 1


def test_an_untouched_network_follows_another_target(
    window: MainWindow, qtbot: QtBot, flowers: Path
) -> None:
    use(window, qtbot, flowers)
    data = Table(path=str(flowers), target="Column 2")
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        window.workspace.edit("Change target", window.workspace.project.replace(data=data))
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 1"
    assert window.workspace.analysis.problems == ()
    window.workspace.undo()
    assert window.workspace.project.data == Table(path=str(flowers))
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 3"


def test_a_network_of_ones_own_stays_until_the_offer_is_taken(
    window: MainWindow, qtbot: QtBot, flowers: Path
) -> None:
    own = starter_project().inserted(1, Dropout())
    window.workspace.edit("Add Dropout", own)
    use(window, qtbot, flowers)
    assert window.workspace.project.layers == own.layers
    assert offer(window).isVisible()
    offer(window).click()
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 3"
    assert not offer(window).isVisible()
    command = window.findChild(QAction, "first_network")
    assert command is not None and not command.isEnabled()
    window.workspace.undo()
    assert window.workspace.project.layers == own.layers
    assert command.isEnabled()
    command.trigger()
    assert window.workspace.analysis.is_trainable


def test_what_was_undone_is_not_taken_again(
    window: MainWindow, qtbot: QtBot, flowers: Path
) -> None:
    use(window, qtbot, flowers)
    window.workspace.undo()
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        pass
    assert window.workspace.project == starter_project()
    assert window.workspace.project.data == Digits()
    assert window.workspace.undo_stack.canRedo()
