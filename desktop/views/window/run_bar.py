"""The part of the toolbar that says how far a training run is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop.document.text import counted
from desktop.views.theme import SPACE_S
from desktop.views.widgets.elided import ElidedLabel
from desktop.workers.session import Session, State

if TYPE_CHECKING:
    from desktop.workers.reports import Progress, RunEnded, RunStarted

_BUSY_TEXT = {
    State.STARTING: "Loading TensorFlow…",
    State.WAITING: "Training starts in a moment…",
    State.STOPPING: "Stopping…",
    State.EVALUATING: "Evaluating…",
}


def duration(seconds: float) -> str:
    """0:07, 12:30 or 1:02:03."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


class RunBar(QWidget):
    """Epoch, progress and time left while training; what happened last otherwise."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run: RunStarted | None = None  # the last one that started
        self._last_epoch = 0
        self._total = 0
        self._status = ""  # what is shown while nothing is running
        self._label = ElidedLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setMinimumWidth(32)
        self._bar.setMaximumWidth(120)
        self._bar.setAccessibleName("Training progress")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._bar)
        row.addWidget(self._label)
        self._say(_BUSY_TEXT[State.STARTING])
        self._show_bar(busy=True)
        session.stateChanged.connect(self._on_state)
        session.engineReady.connect(self._on_ready)
        session.runStarted.connect(self._on_started)
        session.progress.connect(self._on_progress)
        session.runEnded.connect(self._on_ended)
        session.modelReset.connect(self._on_reset)
        session.modelAdopted.connect(self._on_adopted)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._label.accessibleName()

    def _show_bar(self, *, busy: bool = False) -> None:
        self._bar.setRange(0, 0 if busy else 1000)
        self._bar.show()

    def _say(self, text: str) -> None:
        self._label.set_full_text(text)

    def _on_state(self, state: State) -> None:
        if state in _BUSY_TEXT:
            self._say(_BUSY_TEXT[state])
            self._show_bar(busy=True)
        elif state is State.PAUSED:
            self._say(f"Paused in epoch {self._last_epoch}")
        elif state in (State.IDLE, State.UNAVAILABLE):
            self._bar.hide()
            is_idle = state is State.IDLE
            self._say(self._status if is_idle else "TensorFlow could not be loaded")

    def _set_status(self, text: str) -> None:
        """Show `text` whenever nothing is running."""
        self._status = text
        self._on_state(self._session.state)

    def _on_ready(self, _info: object) -> None:
        self._set_status("Ready")

    def _on_started(self, report: RunStarted) -> None:
        self._run = report
        self._last_epoch = report.first_epoch + 1
        self._total = report.first_epoch + report.epochs
        self._show_bar()
        self._bar.setValue(0)
        self._say(f"Epoch {self._last_epoch}/{self._total}")

    def _on_progress(self, report: Progress) -> None:
        from desktop.workers.reports import Phase

        if self._session.state is not State.TRAINING:
            return
        self._last_epoch = report.epoch
        self._bar.setValue(round(report.fraction * 1000))
        left = "" if report.seconds_left is None else f" · {duration(report.seconds_left)} left"
        phase = " · validating" if report.phase is Phase.VALIDATION else ""
        self._say(f"Epoch {report.epoch}/{self._total}{phase}{left}")

    def _on_ended(self, report: RunEnded) -> None:
        from desktop.workers.reports import Outcome

        words = {
            Outcome.FINISHED: "Stopped early" if report.stopped_early else "Finished",
            Outcome.STOPPED: "Stopped",
            Outcome.FAILED: "Failed",
        }[report.outcome]
        if self._run is None or self._run.run != report.run:
            self._set_status(f"{words} before training began")
            return
        before = self._run.first_epoch
        epochs = report.epoch - before  # of this run, like its seconds
        ran = counted(epochs, "more epoch" if before else "epoch")
        first = f"epoch {before + 1:,}" if before else "the first epoch"
        when = f"after {ran}" if epochs else f"in {first}"
        in_all = f" · {report.epoch:,} in total" if before and epochs else ""
        self._set_status(f"{words} {when} · {duration(report.seconds)}{in_all}")

    def _on_reset(self) -> None:
        self._set_status("Ready · new weights")

    def _on_adopted(self, _project: object) -> None:
        self._set_status("Ready · trained network")
