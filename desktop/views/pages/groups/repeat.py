"""What is shown of a network that was trained several times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from desktop.views.charts.compared import COLORS
from desktop.views.charts.strip import Strip, StripRow
from desktop.views.pages.groups import words
from desktop.views.pages.groups.curves import RepeatCurves
from desktop.views.pages.groups.view import GroupView
from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.controls import TabBar
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary, Summary
from desktop.workers.trials import Group, values_of


class TextView(QTextBrowser):
    """A text that one reads, of HTML; it stays where it was scrolled to."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self._html = ""

    def show_html(self, html: str) -> None:
        if html != self._html:
            self._html = html
            place = self.verticalScrollBar().value()
            self.setHtml(html)
            self.verticalScrollBar().setValue(place)


def strip_row(group: Group, name: str, metric: str, found: Summary | None, place: int) -> StripRow:
    """The values of a group in `metric`, under this `name` and in the color of its `place`."""
    values = zip(group.results, values_of(group.results, metric), strict=True)
    dots = tuple(
        (f"Seed {each.trial.project.training.seed}", value)
        for each, value in values
        if math.isfinite(value)
    )
    mean = (None, None, None) if found is None else (found.mean, found.low, found.high)
    return StripRow(name, COLORS[place], dots, *mean)


class RepeatView(GroupView):
    """Curves with a band, also while it is running; then the final values, and figures."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, parent)
        self._kept = session.kept_runs
        self._group: Group | None = None
        self._runs: tuple[RunSummary, ...] = ()
        self._found: dict[str, Summary] | None = None
        self._summarized: Group | None = None  # the group as it was then
        self.curves = RepeatCurves(self._kept, theme, self)
        self.strip = Strip(theme, self)
        self.text = TextView("Results of the repeat", self)
        results = QWidget()
        column = QVBoxLayout(results)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.strip)
        column.addWidget(self.text, 1)
        self.tabs = QTabWidget()
        self.tabs.setTabBar(TabBar(self.tabs))
        self.tabs.tabBar().setAccessibleName("What is shown of the repeat")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.curves, "Curves")
        self.tabs.addTab(results, "Results")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.curves.runsClicked.connect(self.runsChosen)
        self._kept.listed.connect(self._on_listed)
        theme.changed.connect(self._write)

    def show_group(self, group: Group) -> None:
        before, self._group = self._group, group
        if before is None or before.id != group.id:
            self._runs, self._found, self._summarized = (), None, None
        self._on_listed(self._kept.runs or ())  # first: figures may have to wait for SciPy
        names = words.metrics_of(group)
        if names and (before is None or (before.id, before.results) != (group.id, group.results)):
            values = [values_of(group.results, name) for name in names]
            self._kept.summarize(values, partial(self._on_summarized, group, names))
        self._write()

    def _on_summarized(self, group: Group, names: Sequence[str], found: Sequence[Summary]) -> None:
        if self._group is not None and self._group.id == group.id:
            self._found, self._summarized = dict(zip(names, found, strict=True)), group
            self._write()

    def _write(self) -> None:
        group = self._group
        if group is None:
            return
        names, found = words.metrics_of(group), self._found or {}
        metric = names[0] if names else ""
        name = words.name_of(group)
        rows = [strip_row(group, name, metric, found.get(metric), 0)] if names else []
        self.strip.show_rows(metric, rows)
        self.strip.setVisible(bool(rows))
        # An interval is not shown beside more runs than it is of.
        then = self._summarized
        shown = group if then is None or then.results == group.results else then
        self.text.show_html(words.about_repeat(shown, self._found, self._theme.tokens))

    def _on_listed(self, runs: Sequence[RunSummary]) -> None:
        """Show the curves of the latest run of each trial."""
        if self._group is None:
            return
        latest: dict[int | None, RunSummary] = {}
        for run in runs:
            if run.group == self._group.id and (
                run.trial not in latest or run.id > latest[run.trial].id
            ):
                latest[run.trial] = run
        shown = tuple(sorted(latest.values(), key=lambda run: run.trial or 0))
        if shown != self._runs or not shown:
            self._runs = shown
            self.curves.show_runs(shown)
