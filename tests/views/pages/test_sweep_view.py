"""What there is to see of grids and searches."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from desktop.document.space import parse_space
from desktop.engine.trials.sweeps import new_sweep
from desktop.views.pages.groups.kinds import VIEWS
from desktop.views.pages.groups.sweep.view import SweepView
from desktop.views.theme import Theme
from desktop.workers.session import Session
from tests.engine.trials.helpers import project
from tests.views.pages.made_sweeps import made_grid, with_results

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")

UNITS, FUNCTION, RATE = "hidden.units", "hidden.activation", "training.optimizer.learning_rate"


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def view(session: Session, qtbot: QtBot, theme: Theme) -> SweepView:
    view = SweepView(session, theme)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    return view


def grid_space() -> object:
    return {UNITS: [8, 16, 32], FUNCTION: ["relu", "tanh"]}


def test_a_grid_is_shown_the_best_first(view: SweepView, qtbot: QtBot) -> None:
    space = parse_space(grid_space(), project())
    results = {8: 0.7, 16: 0.9, 32: math.nan}

    def accuracy(settings: dict[str, object]) -> float:
        return results[int(str(settings[UNITS]))] + 0.01 * (settings[FUNCTION] == "tanh")

    group = made_grid(project(), space, accuracy)
    assert VIEWS[group.file.kind] is SweepView
    view.show_group(group)
    assert view.table.text(0) == ["16", "tanh", "0.9100", "finished, 3 epochs"]
    assert view.table.text(4)[-1] == "failed: The loss is NaN"
    assert "6 trials done" in view.summary.text() and "Hidden units 16" in view.summary.text()
    assert "looks better than it is" in view.note.text()
    with qtbot.waitSignal(view.runsChosen) as chosen:
        view.table.selectRow(0)
    assert chosen.args == [("run-4",)]
    with qtbot.waitSignal(view.projectChosen) as opened:
        view.open_best.click()
    best = opened.args[0].layers[1]
    assert (best.units, best.activation) == (16, "tanh")
    view.tabs.setCurrentIndex(view.tabs.count() - 1)
    qtbot.waitUntil(lambda: bool(view.importance.shares), timeout=60_000)
    shares = view.importance.shares
    assert shares["Hidden units"] > 0.8 and sum(shares.values()) == pytest.approx(1)
    chart = view.charts.charts[FUNCTION]
    assert chart.scale is not None
    assert [tick.text for tick in chart.scale.ticks] == ["relu", "tanh"]
    assert len(chart.points.getData()[0]) == 4  # those with a result
    assert not view.grab().isNull()


def test_the_best_is_confirmed_by_both_from_the_same_fresh_seed(
    view: SweepView, qtbot: QtBot
) -> None:
    space = parse_space({UNITS: [8, 16]}, project(seed=7))
    view.show_group(made_grid(project(seed=7), space, lambda each: each[UNITS] / 20))
    view.confirm.click()
    dialog = view.findChild(QInputDialog)
    dialog.setIntValue(4)
    with qtbot.waitSignal(view.repeatsWanted) as asked:
        dialog.accept()
    projects, times = asked.args
    assert times == 4
    assert [(each.layers[1].units, each.training.seed) for each in projects] == [(8, 8), (16, 8)]


def test_there_is_nothing_to_confirm_where_the_project_itself_is_best(view: SweepView) -> None:
    space = parse_space({UNITS: [8, 16]}, project())
    view.show_group(made_grid(project(), space, lambda each: -each[UNITS]))
    assert not view.confirm.isEnabled()
    assert "those of the project itself" in view.note.text()


def test_a_search_is_shown_as_it_goes(view: SweepView) -> None:
    space = parse_space({RATE: {"log": [1e-4, 1e-1]}}, project())
    group = new_sweep(project(seed=None), space, "val_loss", trials=10)
    assert group.project.training.seed == group.file.seeds[0]  # the same again when resumed
    view.show_group(group)
    assert not view.open_best.isEnabled() and "0 trials done" in view.summary.text()
    tried = [{RATE: rate} for rate in (1e-4, 1e-1, 1e-3)]
    for done in (2, 3):
        view.show_group(with_results(group, tried[:done], lambda each: abs(each[RATE] - 1e-3)))
    assert view.table.text(0)[0] == "0.001"
    scale = view.charts.charts[RATE].scale
    assert scale is not None and scale.log
    assert [scale.place(each[RATE]) for each in tried] == pytest.approx([0, 1, 1 / 3])
    metric = view.parallel.axes[-1]  # a small loss is good: it is above
    assert metric.place(0.0) > metric.place(0.099)
    assert not view.parallel.grab().isNull()


def test_it_says_why_trials_failed(view: SweepView) -> None:
    space = parse_space({UNITS: [8, 16, 32]}, project())
    view.show_group(made_grid(project(), space, lambda each: math.nan))
    assert view.findings is not None
    assert view.findings.summary == "All 3 trials so far failed. The loss is NaN."
    assert "All 3 trials so far failed" in view.summary.text()
    assert not view.open_best.isEnabled()
    view.show_group(made_grid(project(), space, lambda each: math.nan if each[UNITS] < 20 else 0.5))
    said = view.findings.summary
    assert said.startswith("3 trials done. 2 of them failed. The loss is NaN. Best ")


def test_groups_of_other_settings_follow_one_another(view: SweepView) -> None:
    for values in ({UNITS: [8, 16]}, {FUNCTION: ["relu"]}, {RATE: [0.001, 0.01]}):
        space = parse_space(values, project())
        view.show_group(made_grid(project(), space, lambda _each: 0.5))
        assert list(view.charts.charts) == list(values)
    view.tabs.setCurrentIndex(view.tabs.count() - 1)
    assert view.importance.sentence
