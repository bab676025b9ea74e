"""What is known of the runs that are selected, and how they compare."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop.document.health import course
from desktop.views.pages.runs import words
from desktop.views.pages.runs.sets import RunSet, sets_of, weighings
from desktop.views.theme import Theme, Tokens
from desktop.views.widgets.results import Verdicts
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.records import Recorded, RunRecord
from desktop.workers.summaries import RunSummary

_MOST = 200  # runs that are looked through for networks


class RunDetails(QTextBrowser):
    """Says in words, and figures, what there is to say of the runs to `show`.

    `compared(tuple)`: these RunSummary, two or more, are seen beside each other.
    """

    compared = Signal(object)

    def __init__(self, kept: KeptRuns, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept, self._theme = kept, theme
        self._write: Callable[[], str] = str
        self._shown: tuple[tuple[RunSummary, ...], RunSummary | None, bool] = (), None, False
        self._asked = 0
        self._health: tuple[str, tuple[str, ...]] = "", ()  # of the run of this id
        self._wanted = ""  # the run that is to be read once it can be seen
        self.with_test = False
        kept.recordRead.connect(self._on_record)
        self.setObjectName("run_details")
        self.setAccessibleName("Details of the selected runs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        theme.changed.connect(self._rewrite)

    def show_runs(self, runs: tuple[RunSummary, ...], before: RunSummary | None) -> None:
        """Show `runs`; `before` is the run before the only one."""
        if self._shown == (runs, before, self.with_test):
            return
        self._shown = runs, before, self.with_test
        if self.isVisible():
            self._tell()
        self._asked += 1
        self._wanted = ""
        if len(runs) == 1:
            self._show_one(runs[0], before)
            return
        ordered = sorted(runs[:_MOST], key=lambda run: run.id)
        if len(ordered) == 2:
            one, other = ordered
            self._show(lambda: words.about_two(one, other, self._tokens, test=self.with_test))
            return
        if any(run.is_read_only for run in ordered):
            self._show(lambda: words.about_logs(self._tokens))
            return
        sets = sets_of(ordered)
        if len(sets) == 2:
            self._weigh(*sets)
        elif runs:
            count, networks = len(runs), len(sets)
            self._show(lambda: words.about_many(count, networks, self._tokens))
        else:
            self._show(str)

    def _show_one(self, run: RunSummary, before: RunSummary | None) -> None:
        """Show what the list says of a run, and the health of its layers once that is read."""

        def write() -> str:
            health = self._health[1] if self._health[0] == run.id else ()
            return words.about_one(run, before, self._tokens, health, test=self.with_test)

        self._show(write)
        if not run.is_read_only:
            self._wanted = run.id
        if self.isVisible():
            self._read_wanted()

    def _read_wanted(self) -> None:
        if self._wanted:
            self._kept.read(self._wanted)
            self._wanted = ""

    def _on_record(self, record: Recorded) -> None:
        runs, _, _ = self._shown
        if isinstance(record, RunRecord) and [run.id for run in runs] == [record.id]:
            self._wanted = ""  # the curves have asked for it, too
            history = record.curves.statistics_history()
            self._health = record.id, course(record.project, history)
            self._rewrite()

    def _tell(self) -> None:
        if len(self._shown[0]) > 1:
            self.compared.emit(self._shown[0])

    @property
    def _tokens(self) -> Tokens:
        return self._theme.tokens

    def _weigh(self, one: RunSet, other: RunSet) -> None:
        """Have the results of two networks weighed, which takes a moment."""
        self._show(lambda: words.about_sets(one, other, None, self._tokens))
        parts = [(w.metric, w.first, w.second, w.paired) for w in weighings(one, other)]
        self._kept.weigh(parts, partial(self._on_weighed, self._asked, one, other))

    def _on_weighed(self, asked: int, one: RunSet, other: RunSet, found: Verdicts) -> None:
        if asked == self._asked:
            self._show(lambda: words.about_sets(one, other, found, self._tokens))

    def _show(self, write: Callable[[], str]) -> None:
        self._write = write
        self._rewrite()

    def _rewrite(self) -> None:
        place = self.verticalScrollBar().value()
        html = self._write()
        if html != self.toHtml():
            self.setHtml(html)
            self.verticalScrollBar().setValue(place)

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read_wanted()
        self._tell()
