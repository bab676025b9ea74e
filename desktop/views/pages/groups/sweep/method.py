"""How settings are varied: every combination, or a search within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from desktop.document.metrics import metric_title
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS
from desktop.views.widgets.controls import ComboBox

_TRIALS, _MINUTES = 30, 10  # to begin with
_MOST_TRIALS, _MOST_MINUTES = 10_000, 10_000


@dataclass(frozen=True)
class Method:
    """A grid where there is neither a number of `trials` nor of `minutes`, else a search."""

    metric: str
    workers: int
    trials: int | None = None
    minutes: float | None = None

    @property
    def is_search(self) -> bool:
        return self.trials is not None or self.minutes is not None


class MethodBox(QWidget):
    """Edits a Method; `changed` when it is another."""

    changed = Signal()

    def __init__(
        self, metrics: Sequence[str], most_workers: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.grid = QRadioButton("&Grid: every combination of the values")
        self.search = QRadioButton("&Search: learn from the trials so far, for")
        self.search.setToolTip(
            "Optuna proposes the next settings by the results so far (TPE), and ends a "
            "trial early that is worse than half of the others at the same epoch"
        )
        self.grid.setChecked(True)
        self.amount = QSpinBox()
        self.amount.setAccessibleName("Budget of the search")
        self.unit = ComboBox()
        self.unit.setAccessibleName("Unit of the budget")
        self.unit.addItems(["trials", "minutes"])
        self.judge = ComboBox()
        for name in metrics:
            self.judge.addItem(metric_title(name), name)
        self.judge.setToolTip("The test rows are not looked at: they are for the end")
        self.workers = QSpinBox()
        self.workers.setRange(1, max(1, most_workers))
        self.workers.setValue(most_workers)
        self.workers.setToolTip("Trainings at the same time, each in a process of its own")
        for box in (self.amount, self.workers):
            box.lineEdit().setTextMargins(SPACE_XS, 0, 0, 0)
        self._build()
        self._on_unit()
        self.grid.toggled.connect(self._on_kind)
        self.unit.currentIndexChanged.connect(self._on_unit)
        self.amount.valueChanged.connect(self.changed)
        self._show_kind()

    def _build(self) -> None:
        budget = QHBoxLayout()
        budget.setSpacing(SPACE_S)
        budget.addWidget(self.search)
        budget.addWidget(self.amount)
        budget.addWidget(self.unit)
        budget.addStretch(1)
        metric, workers = QLabel("Judged &by"), QLabel("&Worker processes")
        metric.setBuddy(self.judge)
        workers.setBuddy(self.workers)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE_M)
        layout.setVerticalSpacing(SPACE_S)
        layout.addWidget(self.grid, 0, 0)
        layout.addLayout(budget, 1, 0)
        layout.setColumnStretch(0, 1)
        for row, (text, control) in enumerate(((metric, self.judge), (workers, self.workers))):
            layout.addWidget(text, row, 1)
            layout.addWidget(control, row, 2)

    @property
    def method(self) -> Method:
        """What is chosen."""
        amount = self.amount.value() if self.search.isChecked() else None
        in_trials = self.unit.currentIndex() == 0
        return Method(
            self.judge.currentData(),
            self.workers.value(),
            trials=amount if in_trials else None,
            minutes=None if in_trials else amount,
        )

    def fix_workers(self, workers: int | None) -> None:
        """Show that so many, None for the usual number, are at work already."""
        if workers is not None:
            self.workers.setMaximum(max(workers, self.workers.maximum()))
            self.workers.setValue(workers)
        self.workers.setEnabled(False)
        self.workers.setToolTip("Other trials are running: these will use the same processes")

    def _on_kind(self) -> None:
        self._show_kind()
        self.changed.emit()

    def _show_kind(self) -> None:
        for each in (self.amount, self.unit):
            each.setEnabled(self.search.isChecked())

    def _on_unit(self) -> None:
        in_trials = self.unit.currentIndex() == 0
        self.amount.setRange(2 if in_trials else 1, _MOST_TRIALS if in_trials else _MOST_MINUTES)
        self.amount.setValue(_TRIALS if in_trials else _MINUTES)
        self.changed.emit()
