"""The curves of the runs of a repeat, with their mean and a band around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.views.charts.compared import ComparedRuns, Together, run_look
from desktop.views.charts.curves.pair import ChartPair
from desktop.views.charts.runs import LineKey
from desktop.views.theme import Theme
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.summaries import RunSummary

MEAN = "mean"  # in place of the id of a run
FAINT = 0.4  # opacity of a single run among several


class RepeatedRuns(ComparedRuns):
    """The runs of one network: a thin line for each, and over them the line of their mean."""

    @property
    def keys(self) -> tuple[LineKey, ...]:
        single = (LineKey(each.id, self._main(each)) for each in self.records)
        return (*single, *super().keys)

    def key(self, split: str) -> LineKey:
        return (
            super().key(split)._replace(run=MEAN) if MEAN in self.together else super().key(split)
        )


class RepeatCurves(ChartPair):
    """Charts of a repeat. `runsClicked`: the ids of the runs whose curve was clicked."""

    runsClicked = Signal(object)

    def __init__(self, kept: KeptRuns, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(kept, theme, RepeatedRuns(), parent)
        for chart in self.charts:
            chart.plot.lineClicked.connect(self._on_line_clicked)
        self.draw()

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Show the curves of these runs of one network."""
        self.want(runs)
        self.draw()

    def draw(self) -> None:
        records = [record for record in self.records if record.epochs]
        ids = tuple(record.id for record in records)
        look = run_look(0)
        if len(ids) > 1:
            look = replace(look, width=1.0, opacity=FAINT)
        looks = {run.id: replace(look, label=f"Seed {run.seed}") for run in self.wanted}
        together = []
        if len(ids) > 1:
            together.append(Together(MEAN, ids, run_look(0, f"Mean of {len(ids)}")))
        self.runs.show(records, looks, together)
        self.refresh()

    def _on_line_clicked(self, key: LineKey) -> None:
        self.runsClicked.emit(self.runs.runs_of(key))
