"""The question how often a network is to be trained."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.document.project import Project
from desktop.views.theme import SPACE_M, SPACE_XS, scaled
from desktop.views.widgets.controls import LineEdit
from desktop.workers.groups import GroupWork
from desktop.workers.trials import MAX_SEED, most_workers

USUAL, MOST = 5, 1000  # times


class RepeatDialog(QDialog):
    """Asks how often to train `project`. `accepted_for(project, times)`: with its first seed."""

    accepted_for = Signal(object, int)

    def __init__(self, project: Project, work: GroupWork, parent: QWidget) -> None:
        super().__init__(parent)
        self._project, self._work = project, work
        self.setObjectName("repeat_dialog")
        self.setWindowTitle("Train N Times")
        self.times = QSpinBox()
        self.times.setRange(2, MOST)
        self.times.setValue(USUAL)
        seed = project.training.seed
        self.seed = LineEdit("" if seed is None else f"{seed}")
        self.seed.setPlaceholderText("Random")
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self))
        self.seed.setToolTip(
            f"From 0 to {MAX_SEED:,}. The runs have this seed and those that follow it; two "
            "networks that are trained from the same seeds are compared most precisely"
        )
        self.workers = QSpinBox()
        self.workers.setRange(1, most_workers())
        self.workers.setValue(min(work.workers or most_workers(), most_workers()))
        for box in (self.times, self.workers):
            box.lineEdit().setTextMargins(SPACE_XS, 0, 0, 0)
        self.workers.setEnabled(not work.groups)
        self.workers.setToolTip(
            "How many runs are trained at the same time, each in a process of its own"
            if not work.groups
            else "The processes are at work already; this group waits for those before it"
        )
        form = QFormLayout()
        form.addRow("&Times", self.times)
        form.addRow("&First seed", self.seed)
        form.addRow("&Worker processes", self.workers)
        about = QLabel(
            "The same network is trained several times, each time from another seed, in processes "
            "of its own. You can keep working meanwhile; every run is kept."
        )
        about.setWordWrap(True)
        about.setProperty("role", "muted")
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.buttons.button(standard.Ok).setText("Train")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_M)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(scaled(380))
        self.seed.textChanged.connect(self._check)
        self.accepted.connect(self._tell)

    @property
    def _seed(self) -> int | None:
        return int(self.seed.text()) if self.seed.text() else None

    def _check(self) -> None:
        fits = self._seed is None or self._seed <= MAX_SEED
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(fits)

    def _tell(self) -> None:
        if not self._work.groups:
            self._work.workers = self.workers.value()
        training = self._project.training.replace(seed=self._seed)
        self.accepted_for.emit(self._project.replace(training=training), self.times.value())
