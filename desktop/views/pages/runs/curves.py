"""The curves of the runs that are selected, over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from desktop.views.charts.compared import DIFFERENT, Axis, ComparedRuns, Together, run_look
from desktop.views.charts.curves.pair import ChartPair
from desktop.views.charts.looks import Look
from desktop.views.charts.runs import LineKey
from desktop.views.pages.runs.columns import name_of
from desktop.views.pages.runs.labels import TOKENS
from desktop.views.pages.runs.sets import RunSet, sets_of
from desktop.views.theme import SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.summaries import RunSummary

LEAST = 3  # runs of which a mean is shown
MOST = 60  # runs whose curves are read, where the mean of some is shown
_TITLES = {Axis.EPOCH: "By epoch", Axis.STEP: "By step", Axis.TIME: "By time"}


class CurvesPanel(ChartPair):
    """Loss and a second metric of the runs to show; `controls` say how, and lie elsewhere.

    Signals:
        runClicked: the id of the run whose curve was clicked.
        looksChanged: the runs with curves are drawn otherwise than before, as `looks` says.
    """

    runClicked = Signal(str)
    looksChanged = Signal()

    def __init__(self, kept: KeptRuns, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(kept, theme, ComparedRuns(), parent)
        self._sets: list[RunSet] = []  # of which a mean may be shown
        self._is_cut = False  # not all of the runs that are selected are shown
        self.looks: Mapping[str, Look] = {}
        for chart in self.charts:
            chart.plot.lineClicked.connect(self._on_line_clicked)
        self.caption = QLabel()
        self.caption.setProperty("role", "muted")
        self.axis_box = ComboBox()
        self.axis_box.setAccessibleName("Axis of the curves")
        for axis, title in _TITLES.items():
            self.axis_box.addItem(title, axis)
        self.axis_box.setMinimumContentsLength(max(map(len, _TITLES.values())))
        self.axis_box.activated.connect(self._on_axis_chosen)
        self.training_box = QCheckBox("&Training, too")
        self.training_box.setToolTip("Show the values on the training rows, too, as thin lines")
        self.mean_box = QCheckBox("&Mean and deviation")
        self.mean_box.setToolTip(
            "Show runs of one network, which differ only in their seeds, as their mean with a band "
            "of one standard deviation"
        )
        self.mean_box.setChecked(True)
        self.mean_box.toggled.connect(self.draw)
        self.training_box.toggled.connect(self._on_training_toggled)
        self.controls = QWidget()
        bar = QHBoxLayout(self.controls)
        bar.setContentsMargins(0, 0, 0, SPACE_XS)
        bar.setSpacing(SPACE_S)
        for widget in (self.caption, self.mean_box, self.training_box, self.axis_box):
            bar.addWidget(widget)
        self.draw()

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Show the curves of `runs`, as many of them as can be told apart."""
        sets = sets_of(runs[:MOST]) if len(runs) > 1 else []
        self._sets = [each for each in sets if len(each.runs) >= LEAST]
        most = MOST if self._sets and len(sets) <= DIFFERENT else DIFFERENT
        self.mean_box.setVisible(bool(self._sets))
        self.want(runs[:most])
        self._is_cut = len(runs) > most
        self.draw()

    def draw(self) -> None:
        looks, together = self._looks()
        self.runs.show(self.records, looks, together)
        cut = f"The first {len(self.wanted)} runs" if self._is_cut else ""
        has_logs = any(run.is_read_only for run in self.wanted)
        steps = "Logs do not count steps" if has_logs and self.runs.axis is Axis.STEP else ""
        self.caption.setText(steps or cut)
        for chart in self.charts:
            chart.legend.setVisible(len(self.wanted) == 1)  # of several, the table is the key
        self.refresh()
        if looks != self.looks:
            self.looks = looks
            self.looksChanged.emit()

    def _looks(self) -> tuple[dict[str, Look], list[Together]]:
        """How the curves of each run are drawn, and which runs are one line, their mean."""
        sets = self._sets if self.mean_box.isChecked() else []
        owners = {run.id: each.runs[0].id for each in sets for run in each.runs}
        lines: dict[str, list[RunSummary]] = {}  # the runs of each line, from the top of the table
        for run in self.wanted:
            lines.setdefault(owners.get(run.id, run.id), []).append(run)
        looks: dict[str, Look] = {}
        together: list[Together] = []
        for number, runs in enumerate(lines.values()):
            first = runs[0]
            look = run_look(number, name_of(first), TOKENS.get(first.color, ""))
            looks |= {run.id: look for run in runs}
            if len(runs) >= LEAST:
                ids = tuple(run.id for run in runs)
                mean = replace(look, label=f"{look.label}, mean of {len(ids)}")
                together.append(Together(f"mean of {first.id}", ids, mean))
        return looks, together

    def _on_line_clicked(self, key: LineKey) -> None:
        self.runClicked.emit(self.runs.runs_of(key)[0])

    def _on_axis_chosen(self) -> None:
        self.runs.set_axis(Axis(self.axis_box.currentData()))
        self.charts[0].plot.fit()
        self.draw()

    def _on_training_toggled(self, on: bool) -> None:
        self.runs.with_training = on
        self.draw()
