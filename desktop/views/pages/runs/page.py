"""The page *Runs*: the table of all runs that are kept, and the curves of those selected."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.text import counted
from desktop.views.pages.runs.curves import CurvesPanel, swatch
from desktop.views.pages.runs.empty import EmptyRuns
from desktop.views.pages.runs.table import RunsTable
from desktop.views.settings import Settings
from desktop.views.theme import SPACE_L, SPACE_S, Theme
from desktop.views.widgets.controls import LineEdit
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary

_SETTLED = 60  # milliseconds without another selection, after which curves are drawn


class RunsPage(QWidget):
    """All runs that are kept, newest first; below them what is selected.

    The list is kept up to date while the page can be seen.
    """

    def __init__(
        self, session: Session, theme: Theme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept = session.kept_runs
        self.table = RunsTable(theme, settings, self)
        self.curves = CurvesPanel(self._kept, theme, self)
        self.empty = EmptyRuns(theme, self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self._show_selection)
        self._selected: tuple[RunSummary, ...] = ()
        self._is_held_up = False
        self._build()
        self._kept.listed.connect(self._on_listed)
        self.table.selected.connect(self._on_selected)
        self.table.edited.connect(self._on_edited)
        self.table.starClicked.connect(self._toggle_star)
        self.table.runs.renamed.connect(self._rename)
        self.curves.looksChanged.connect(self._show_swatches)
        self.curves.runClicked.connect(self._go_to)
        theme.changed.connect(self._show_swatches)

    def _build(self) -> None:
        self.filter_box = LineEdit()
        self.filter_box.setPlaceholderText("Filter: words in name, notes, tags, network or data")
        self.filter_box.setAccessibleName("Filter runs")
        self.filter_box.setClearButtonEnabled(True)
        self.filter_box.textChanged.connect(self._filter)
        self.find_action = QAction("Filter Runs", self)
        self.find_action.setShortcut(QKeySequence.StandardKey.Find)
        self.find_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.find_action.triggered.connect(self._focus_filter)
        self.addAction(self.find_action)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.test_box = QCheckBox("Show test &results")
        self.test_box.setToolTip(
            "Results on the test rows. Choosing a network by them makes them look better than they "
            "are: choose by validation, and look at them once, at the end."
        )
        self.test_box.toggled.connect(self.table.runs.set_with_test)
        self.columns_button = QToolButton()
        self.columns_button.setText("Columns")
        self.columns_button.setToolTip("Choose the columns of the table")
        self.columns_button.clicked.connect(self._open_columns)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.filter_box, 1)
        for widget in (self.count, self.test_box, self.columns_button):
            bar.addWidget(widget)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setProperty("role", "gap")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE_S)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.curves)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(self.splitter, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.curves.hide()

    @property
    def is_empty(self) -> bool:
        """Whether the page says what to do instead of showing runs."""
        return self._pages.currentIndex() == 0

    # --- what there is ------------------------------------------------------------------------

    def _on_listed(self, runs: tuple[RunSummary, ...]) -> None:
        if self.table.state() is RunsTable.State.EditingState:
            self._is_held_up = True
            return
        self._is_held_up = False
        was_empty = not self.table.runs.all
        self.table.runs.show(runs)
        if was_empty:
            self.table.fit_columns()
        self.empty.show_none()
        self._pages.setCurrentIndex(1 if runs else 0)
        self._say_count()

    def _on_edited(self) -> None:
        if self._is_held_up and self._kept.runs is not None:
            QTimer.singleShot(0, self, self._show_again)

    def _show_again(self) -> None:
        if self._kept.runs is not None:
            self._on_listed(self._kept.runs)

    def _filter(self, text: str) -> None:
        self.table.runs.filter(text)
        self._say_count()

    def _say_count(self) -> None:
        shown, there = len(self.table.runs.shown), len(self.table.runs.all)
        count = counted(there, "run")
        self.count.setText(count if shown == there else f"{shown:,} of {count}")

    def _focus_filter(self) -> None:
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def _open_columns(self) -> None:
        menu = self.table.columns_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.columns_button.mapToGlobal(self.columns_button.rect().bottomLeft()))

    # --- what is selected ---------------------------------------------------------------------

    def _on_selected(self, runs: tuple[RunSummary, ...]) -> None:
        self._selected = runs
        self._settle.start()

    def _show_selection(self) -> None:
        self.curves.show_runs(self._selected)
        if self._selected and self.curves.isHidden():
            half = self.splitter.height() // 2
            self.curves.show()
            self.splitter.setSizes([half, half])
            self.table.scrollTo(self.table.currentIndex())
        elif not self._selected:
            self.curves.hide()

    def _show_swatches(self) -> None:
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        swatches = {run: swatch(look, tokens, ratio) for run, look in self.curves.looks.items()}
        self.table.runs.show_swatches(swatches)

    def _go_to(self, run: str) -> None:
        """Go to the row of a run whose curve was clicked; the selection stays."""
        self.table.go_to(run)

    # --- what is changed ----------------------------------------------------------------------

    def _rename(self, run: str, name: str) -> None:
        self._kept.label([run], name=name)

    def _toggle_star(self, run: str) -> None:
        shown = self.table.runs.run(run)
        if shown is not None:
            self._kept.label([run], starred=not shown.starred)

    # --- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._kept.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._kept.watch(False)
