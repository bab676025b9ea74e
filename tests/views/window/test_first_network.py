"""From a data file to a network that can be trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, LogicTable, Table
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


@contextmanager
def loading(window: MainWindow, qtbot: QtBot) -> Iterator[None]:
    """Wait for data, and for the first network that may be taken after all pages show the data."""
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        yield
    QApplication.processEvents()


def use(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    with loading(window, qtbot):
        window.files.open_path(path)


def offer(window: MainWindow) -> QPushButton:
    button = window.findChild(QPushButton, "use_first_network")
    assert button is not None
    return button


def test_a_second_file_may_hold_the_test_rows(
    window: MainWindow, qtbot: QtBot, flowers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.engine.tables.workbooks import written

    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: answers.pop(0))
    use(window, qtbot, flowers)
    before = window.workspace.project
    test = flowers.with_name("flowers-test.xlsx")
    written(test, Rows=[(0.3, 0.1, "kind-0"), (0.5, 4.2, "kind-1"), (0.6, 8.1, "kind-9")])
    window.files.open_path(test)
    assert window.workspace.project == before
    use(window, qtbot, test)
    source = window.workspace.project.data
    assert source == Table(path=str(flowers), test_path=str(test))
    summary = window.session.summary
    assert summary is not None and summary.schema.rows.test == 2
    assert any('"kind-9" (1)' in note for note in summary.notes)
    form = window.pages.data.source.form
    assert form.editor("sheet").isVisibleTo(form)
    assert not form.editor("test_split").isVisibleTo(form)
    window.workspace.undo()
    assert window.workspace.project == before
    assert form.editor("test_split").isVisibleTo(form) and not answers
    other = flowers.with_name("latest.csv")  # another table, not the test rows
    flowers.rename(other)
    use(window, qtbot, other)
    assert window.workspace.project.data == Table(path=str(other))


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
    with loading(window, qtbot):
        window.workspace.edit("Change target", window.workspace.project.replace(data=data))
    assert stack_text(window.workspace.project.layers) == "Dense 1"  # the kinds tell it
    assert window.workspace.analysis.problems == ()
    window.workspace.undo()
    assert window.workspace.project.data == Table(path=str(flowers))
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 3"


def test_an_untouched_network_is_not_kept_for_other_data(
    window: MainWindow, qtbot: QtBot, flowers: Path
) -> None:
    with loading(window, qtbot):
        table = window.workspace.project.replace(data=LogicTable())
        window.workspace.edit("Use a logic table", table)
    assert stack_text(window.workspace.project.layers) == "Dense 8, Dense 1"
    other = flowers.with_name("two.csv")
    other.write_text(flowers.read_text("utf-8").replace("kind-2", "kind-1"), "utf-8")
    use(window, qtbot, other)  # the other network could be trained with it
    assert stack_text(window.workspace.project.layers) == "Dense 16, Dense 16, Dense 1"


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


def test_the_sheet_of_a_workbook_is_chosen_from_those_there_are(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    from tests.engine.tables.workbooks import written

    path = tmp_path / "flowers.xlsx"
    flowers = [("height", "kind"), *((n % 7, f"kind-{n % 2}") for n in range(60))]
    written(path, Cover=[], Flowers=flowers, More=[(1, 2)])
    with qtbot.waitSignal(window.session.dataFailed, timeout=PATIENCE):
        window.files.open_path(path)
    assert 'The sheet "Cover" of flowers.xlsx is empty' in window.session.data_error
    form = window.pages.data.source.form
    combo = form.editor("sheet").target
    assert isinstance(combo, QComboBox) and combo.isVisibleTo(form)
    titles = [combo.itemText(index) for index in range(combo.count())]
    assert titles == ["The first", "Cover", "Flowers", "More"]
    with qtbot.waitSignal(window.session.dataLoaded, timeout=PATIENCE):
        combo.setCurrentIndex(2)
        combo.activated.emit(2)
    assert window.workspace.project.data == Table(path=str(path), sheet="Flowers")
    summary = window.session.summary
    assert summary is not None and summary.schema.features == ("height",)

    # A project from elsewhere may name one that is not there.
    gone = window.workspace.project.replace(data=Table(path=str(path), sheet="Trees"))
    with qtbot.waitSignal(window.session.dataFailed, timeout=PATIENCE):
        window.workspace.edit("Use another sheet", gone)
    assert 'no sheet "Trees"; it has "Cover", "Flowers"' in window.session.data_error
    assert combo.currentText() == "Trees" and combo.findText("Flowers") == 2
