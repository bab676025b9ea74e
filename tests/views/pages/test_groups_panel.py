"""The panel of groups, on groups that nothing trained, and once on a real one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QTextDocumentFragment
from PySide6.QtWidgets import QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document.project import Project
from desktop.document.space import parse_space
from desktop.engine.reports import Outcome
from desktop.engine.trials.group import REPEAT, Group, new_group
from desktop.engine.trials.reports import GroupProgress, GroupStarted
from desktop.engine.trials.store import GroupStore
from desktop.engine.trials.trial import Trial, TrialResult
from desktop.views.pages.groups.dialog import RepeatDialog
from desktop.views.pages.groups.panel import GroupsPanel
from desktop.views.pages.groups.repeat import RepeatView
from desktop.views.pages.groups.sweep.view import SweepView
from desktop.views.theme import Theme
from desktop.workers.groups import GroupWork
from desktop.workers.session import Session
from tests.engine.trials.helpers import project
from tests.views.pages.made_sweeps import made_grid
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE = 120_000


class NoProcesses(GroupWork):
    """Keeps groups as it should, but only notes what it is to train."""

    under_way: tuple[str, ...] = ()

    def __init__(self, session: Session) -> None:
        super().__init__(session._threads)
        self.asked: list[tuple[object, ...]] = []

    @property
    def groups(self) -> tuple[str, ...]:
        return self.under_way

    def repeat(self, project: Project, times: int, name: str = "") -> None:
        self.asked.append(("repeat", project, times, name))

    def resume_group(self, group: str) -> None:
        self.asked.append(("resume", group))

    def cancel(self, group: str) -> None:
        self.asked.append(("cancel", group))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.groups = NoProcesses(session)
    yield session
    session.close()


@pytest.fixture
def work(session: Session) -> NoProcesses:
    assert isinstance(session.groups, NoProcesses)
    return session.groups


@pytest.fixture
def make_panel(qtbot: QtBot, session: Session, theme: Theme) -> Callable[[], GroupsPanel]:
    """The panel, shown, with the groups that are kept by then."""

    def make() -> GroupsPanel:
        panel = GroupsPanel(session, theme)
        qtbot.addWidget(panel)
        panel.resize(900, 640)
        with qtbot.waitSignal(session.groups.listed):
            panel.show()
        qtbot.waitUntil(lambda: all(row.group for row in panel.listing.rows))
        return panel

    return make


def keep(name: str, accuracies: Sequence[float], *, times: int = 0, **training: int) -> Group:
    """A repeat that is kept, with these results; open if it was to have more."""
    base = project(**training)
    seeds = tuple(range(7, 7 + (times or len(accuracies))))
    group = new_group(REPEAT, base, name=name, seeds=seeds)
    with GroupStore().begin(group) as writer:
        for number, accuracy in enumerate(accuracies, start=1):
            seeded = base.replace(training=base.training.replace(seed=seeds[number - 1]))
            results = {"val_accuracy": accuracy, "val_loss": 1 - accuracy}
            trial = Trial(number, seeded, name=name)
            writer.add(TrialResult(trial, f"run{number}", Outcome.FINISHED, "", 3, 1.0, results))
        if len(accuracies) == len(seeds):
            writer.end(Outcome.FINISHED)
    return group


def cells(panel: GroupsPanel, row: int) -> list[str]:
    model = panel.table.groups
    return [model.index(row, column).data() for column in range(6)]


def said(panel: GroupsPanel) -> str:
    """What is said of two groups."""
    return QTextDocumentFragment.fromHtml(panel.against.text.text()).toPlainText()


def load_scipy() -> None:
    importlib.import_module("scipy.stats")  # which takes longer than a wait


def test_without_groups_it_says_what_to_do(make_panel: Callable[[], GroupsPanel]) -> None:
    panel = make_panel()
    assert panel.is_empty and "several times" in panel.empty.text.text()


def test_a_repeat_is_told_in_figures(qtbot: QtBot, make_panel: Callable[[], GroupsPanel]) -> None:
    load_scipy()
    keep("small", [0.80, 0.82, 0.84])
    panel = make_panel()
    result = "validation accuracy 0.8200 (mean)"
    assert cells(panel, 0) == ["small", "first group", result, "Repeat", "finished", "3 of 3"]
    view = panel.details.currentWidget()
    assert isinstance(view, RepeatView)
    # Student's t for two degrees of freedom is 4.3027; 4.3027 * 0.02 / sqrt(3) = 0.0497.
    qtbot.waitUntil(lambda: "0.8200 ± 0.05" in view.text.toPlainText())
    assert "0.8000 to 0.8400" in view.text.toPlainText()
    (row,) = view.strip.rows
    assert [label for label, _ in row.values] == ["Seed 7", "Seed 8", "Seed 9"]
    assert row.low == pytest.approx(0.82 - 0.0497, abs=1e-4)


@pytest.mark.parametrize(
    ("second", "changes", "expected", "warning"),
    [
        ([0.90, 0.93, 0.93], {"epochs": 4}, "large is better by", ""),
        ([0.80, 0.83, 0.83], {"epochs": 4}, "Not distinguishable", ""),
        ([0.90, 0.93, 0.93], {"epochs": 4, "batch_size": 64}, "better", "Not a fair test"),
        ([0.90], {"epochs": 4}, "Too few runs", ""),
    ],
)
def test_two_repeats_get_a_verdict(
    qtbot: QtBot,
    make_panel: Callable[[], GroupsPanel],
    second: list[float],
    changes: dict[str, int],
    expected: str,
    warning: str,
) -> None:
    load_scipy()
    first = keep("small", [0.80, 0.82, 0.84] if len(second) > 1 else [0.8])
    other = keep("large", second, **changes)
    panel = make_panel()
    assert cells(panel, 0)[1].startswith("epochs 3 → 4") and cells(panel, 1)[1] == "first group"
    panel.table.select([first.id, other.id])
    qtbot.waitUntil(lambda: expected in said(panel))
    assert "epochs 3 → 4" in said(panel)
    assert ("fair test" in said(panel)) is bool(warning)
    assert [row.name for row in panel.against.strip.rows] == ["small", "large"]
    if len(second) > 1:
        assert "same seed were compared" in said(panel)


def test_a_repeat_is_compared_with_one_that_is_chosen(
    qtbot: QtBot, make_panel: Callable[[], GroupsPanel]
) -> None:
    load_scipy()
    first, _, third = (keep(name, [0.8, 0.9]) for name in ("a", "b", "c"))
    panel = make_panel()
    panel.table.select([third.id])
    panel.actions_of_groups["group_compare"].trigger()
    box = panel.against.boxes[0]
    box.setCurrentIndex(box.findData(first.id))
    box.activated.emit(box.currentIndex())
    strip = panel.against.strip
    qtbot.waitUntil(lambda: [row.name for row in strip.rows] == ["a", "c"])
    assert "Not distinguishable" in said(panel)
    row = panel.table.visualRect(panel.table.groups.index(0, 0)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert isinstance(panel.details.currentWidget(), RepeatView)


def test_a_group_under_way_can_be_paused_and_canceled(
    qtbot: QtBot, make_panel: Callable[[], GroupsPanel], work: NoProcesses
) -> None:
    group = keep("small", [0.8, 0.9], times=5)
    work.under_way = (group.id,)
    panel = make_panel()
    work.started.emit(GroupStarted(group.id, 2, 5))
    work.progressed.emit(GroupProgress(group.id, 2, 5, 40.0))
    assert cells(panel, 0)[4:6] == ["running", "2 of 5"]
    qtbot.waitUntil(
        lambda: panel.progress.label.full_text == "small: 2 of 5 trained, about 40 s left"
    )
    assert (panel.progress.bar.value(), panel.progress.bar.maximum()) == (2, 5)
    assert not panel.actions_of_groups["group_delete"].isEnabled()
    panel.progress.pause_button.click()
    assert work.is_paused and cells(panel, 0)[4] == "paused"
    panel.progress.pause_button.click()
    assert not work.is_paused
    panel.progress.cancel_button.click()
    assert work.asked == [("cancel", group.id)]


def test_an_open_group_can_be_resumed(
    make_panel: Callable[[], GroupsPanel], work: NoProcesses
) -> None:
    group = keep("small", [0.8, 0.9], times=5)
    panel = make_panel()
    assert cells(panel, 0)[4:6] == ["stopped", "2 of 5"] and not panel.progress.isVisible()
    panel.actions_of_groups["group_resume"].trigger()
    assert work.asked == [("resume", group.id)]


def test_groups_are_renamed_deleted_and_opened(
    qtbot: QtBot, make_panel: Callable[[], GroupsPanel], work: NoProcesses
) -> None:
    group = keep("small", [0.8, 0.9])
    panel = make_panel()
    panel.actions_of_groups["group_rename"].trigger()
    editor = panel.table.viewport().findChild(QLineEdit)
    assert editor is not None
    with qtbot.waitSignal(work.listed):
        qtbot.keyClicks(editor, "better")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cells(panel, 0)[0] == "better")
    with qtbot.waitSignal(panel.projectChosen) as chosen:
        panel.actions_of_groups["group_open"].trigger()
    assert chosen.args == [group.project, "better"]
    with qtbot.waitSignal(panel.deleted) as deleted:
        panel.actions_of_groups["group_delete"].trigger()
    qtbot.waitUntil(lambda: panel.is_empty)
    work.restore(deleted.args[0])
    qtbot.waitUntil(lambda: not panel.is_empty)


def test_the_dialog_asks_for_seeds_that_follow(
    qtbot: QtBot, make_panel: Callable[[], GroupsPanel], work: NoProcesses
) -> None:
    panel = make_panel()
    dialog = RepeatDialog(project(), work, panel)
    assert (dialog.times.value(), dialog.seed.text()) == (5, "7")
    dialog.seed.setText("21")
    dialog.times.setValue(3)
    dialog.workers.setValue(1)
    with qtbot.waitSignal(dialog.accepted_for) as asked:
        dialog.accept()
    assert asked.args == [project(seed=21), 3] and work.workers == 1


def test_the_best_of_a_grid_is_confirmed(qtbot: QtBot) -> None:
    """Both are trained in a worker process, and compared as soon as there are results."""
    load_scipy()
    base = project(epochs=1)
    space = parse_space({"hidden.units": [8, 16]}, base)
    grid = made_grid(base, space, lambda each: each["hidden.units"] / 20)
    with GroupStore().begin(Group(grid.file, grid.project)) as writer:
        for result in grid.results:
            writer.add(result)
        writer.end(Outcome.FINISHED)
    window = new_window(qtbot, base)
    window.pages.prepare()
    window.show()
    work, panel = window.session.groups, window.pages.groups
    work.workers = 1
    window.pages.show_groups()
    qtbot.waitUntil(lambda: isinstance(panel.details.currentWidget(), SweepView))
    view = panel.details.currentWidget()
    assert isinstance(view, SweepView)
    view.confirm.click()
    dialog = view.findChild(QInputDialog)
    dialog.setIntValue(2)
    with qtbot.waitSignals([work.ended, work.ended], timeout=PATIENCE):
        dialog.accept()
        qtbot.waitUntil(lambda: "no results yet" in said(panel), timeout=PATIENCE)
    strip = panel.against.strip
    qtbot.waitUntil(lambda: [len(row.values) for row in strip.rows] == [2, 2], timeout=10_000)
    assert panel.details.currentWidget() is panel.against
    assert "units 8 → 16" in said(panel) and "Verdict" in said(panel)
    (first, second) = (row.group for row in panel.rows)
    assert first is not None and second is not None
    assert first.file.seeds == second.file.seeds == (8, 9), "not that of the grid"


def test_what_cannot_be_trained_cannot_be_repeated(qtbot: QtBot) -> None:
    window = new_window(qtbot, project().replace(layers=()))
    action = window.findChild(QAction, "train_times")
    assert not action.isEnabled() and "Fix this first" in action.toolTip()


def test_a_network_is_trained_twice(qtbot: QtBot) -> None:
    """From the menu to the figures, with a worker process, in a window that is closed then."""
    load_scipy()
    window = new_window(qtbot, project(epochs=2))
    window.pages.prepare()
    window.show()
    work, panel = window.session.groups, window.pages.groups
    window.findChild(QAction, "train_times").trigger()
    dialog = window.findChild(RepeatDialog)
    dialog.times.setValue(2)
    dialog.workers.setValue(1)
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as ended:
        dialog.accept()
    assert ended.args[0].outcome is Outcome.FINISHED and panel.isVisible()
    qtbot.waitUntil(lambda: cells(panel, 0)[4:6] == ["finished", "2 of 2"])
    view = panel.details.currentWidget()
    assert isinstance(view, RepeatView)
    qtbot.waitUntil(lambda: "All 2 runs are trained" in view.text.toPlainText())
    lines = view.curves.charts[0].plot.lines  # two runs, their mean

    def are_whole() -> bool:
        return [len(line.points()[0]) for line in lines.values()] == [2, 2, 2]

    qtbot.waitUntil(are_whole, timeout=10_000)
