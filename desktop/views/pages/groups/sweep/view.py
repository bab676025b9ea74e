"""What there is to see of a grid or a search."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.space import SpaceError
from desktop.views.pages.groups.sweep.findings import Findings
from desktop.views.pages.groups.sweep.importance import ImportanceBars
from desktop.views.pages.groups.sweep.parallel import ParallelCoordinates
from desktop.views.pages.groups.sweep.setting_charts import SettingCharts
from desktop.views.pages.groups.sweep.trials_table import TrialsTable
from desktop.views.pages.groups.view import GroupView
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.controls import TabBar
from desktop.views.widgets.text import breakable
from desktop.workers.session import Session
from desktop.workers.sweeps import LEAST_RESULTS
from desktop.workers.trials import Group

TIMES, MOST_TIMES = 5, 100  # seeds that confirm the best
_NOT_YET = "Which settings matter is told from {least} results on."
_SINGLE = "Which settings matter is told where two or more of them vary."
_UNDER_WAY = "Working out which settings matter…"
_EQUAL = "It cannot be told which settings matter: the results are all equal."


class SweepView(GroupView):
    """Trials, a chart per setting, parallel coordinates and the importance of settings."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, parent)
        self.findings: Findings | None = None
        self._weighed: Findings | None = None  # whose importance is shown
        self._is_weighing = False
        self._seen: tuple[object, ...] = ()  # the group shown, its results, whether it is open
        self.summary, self.note = QLabel(), QLabel()
        for label in (self.summary, self.note):
            label.setWordWrap(True)
        self.note.setProperty("role", "warning")
        self.open_best = QPushButton("Open &Best")
        self.open_best.setToolTip("Open the best as a project")
        self.open_best.clicked.connect(self._open_best)
        self.confirm = QPushButton("Con&firm…")
        self.confirm.setToolTip(
            "Confirm with fresh seeds: train the best and the project it comes from again, from "
            "seeds that were not used, and compare the two"
        )
        self.confirm.clicked.connect(self._ask_times)
        self.table = TrialsTable(theme)
        self.table.chosen.connect(self.runsChosen)
        self.charts = SettingCharts(theme)
        self.parallel = ParallelCoordinates(theme)
        self.importance = ImportanceBars(theme)
        self._build()
        session.groups.failed.connect(self._on_failed)

    def _build(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setTabBar(TabBar(self.tabs))
        self.tabs.tabBar().setAccessibleName("What is shown of the trials")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.table, "Trials")
        self.tabs.addTab(self.charts, "By Setting")
        self.tabs.addTab(_scrolled(self.parallel), "Parallel")
        self.tabs.setTabToolTip(2, "Parallel coordinates: a line for each trial, the best in green")
        self._importance_tab = _scrolled(self.importance)
        self.tabs.addTab(self._importance_tab, "Importance")
        self.tabs.currentChanged.connect(self._weigh)
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.open_best)
        row.addWidget(self.confirm)
        self.tabs.setCornerWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.summary)
        column.addWidget(self.note)
        column.addWidget(self.tabs, 1)

    def show_group(self, group: Group) -> None:
        seen = group.id, len(group.results), group.is_open
        if seen == self._seen:
            return
        self._seen = seen
        try:
            findings = Findings(group)
        except SpaceError as error:
            self._show_words(f"This group cannot be shown: {error}", "")
            self.tabs.hide()
            return
        self.findings = findings
        self.tabs.show()
        self._show_words(findings.summary, findings.note)
        self.open_best.setEnabled(findings.best is not None)
        self.confirm.setEnabled(findings.is_better)
        self.table.show_findings(findings)
        self.charts.show_findings(findings)
        self.parallel.show_findings(findings)
        self._weigh()

    def _show_words(self, summary: str, note: str) -> None:
        self.summary.setText(breakable(summary))
        self.note.setText(breakable(note))
        self.note.setVisible(bool(note))

    # --- importance ---------------------------------------------------------------------------

    def _weigh(self) -> None:
        """Have the importance of the settings worked out where it can be seen: it takes a while."""
        findings = self.findings
        if findings is None or self.tabs.currentWidget() is not self._importance_tab:
            return
        if len(findings.space.settings) < 2:
            self.importance.show_sentence(_SINGLE)
        elif len(findings.valued) < LEAST_RESULTS:
            self.importance.show_sentence(_NOT_YET.format(least=LEAST_RESULTS))
        elif findings is not self._weighed and not self._is_weighing:
            self._is_weighing = True
            known = self._weighed.group.id if self._weighed is not None else ""
            if known != findings.group.id or not self.importance.shares:
                self.importance.show_sentence(_UNDER_WAY)
            done = partial(self._on_weighed, findings)
            self._session.groups.weigh_settings(findings.group, done)

    def _on_weighed(self, findings: Findings, shares: dict[str, float]) -> None:
        self._is_weighing = False
        if self.findings is not None and findings.group.id == self.findings.group.id:
            self._weighed = findings
            titles = {each.path: each.title for each in findings.space.settings}
            if shares:
                self.importance.show_shares({titles[path]: each for path, each in shares.items()})
            else:
                self.importance.show_sentence(_EQUAL)
        self._weigh()  # there may be more results by now, or another group

    def _on_failed(self) -> None:
        self._is_weighing = False

    # --- what can be done ---------------------------------------------------------------------

    def _open_best(self) -> None:
        if self.findings is not None and self.findings.best is not None:
            self.projectChosen.emit(self.findings.best)

    def _ask_times(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Confirm with fresh seeds")
        dialog.setLabelText("Train the project and its best settings from so many seeds each:")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(2, MOST_TIMES)
        dialog.setIntValue(TIMES)
        dialog.setOkButtonText("Train")
        dialog.intValueSelected.connect(self._confirm)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _confirm(self, times: int) -> None:
        projects = self.findings.confirming() if self.findings is not None else None
        if projects is not None:
            self.repeatsWanted.emit(projects, times)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(widget)
    return area
