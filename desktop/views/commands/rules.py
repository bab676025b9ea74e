"""When the commands of the window can be given.

A rule returns why a command cannot be given now, "" if it can.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.theme import Theme, zoom
from desktop.views.workspace import Workspace
from desktop.workers.session import Session, State

NO_VALIDATION = (
    "There are no validation rows to compare by: set a validation split in the settings of the data"
)


@dataclass(frozen=True)
class Situation:
    """What decides which commands there are."""

    workspace: Workspace
    session: Session
    theme: Theme

    @property
    def busy(self) -> str:
        """What has to end first; "" if nothing is running."""
        if self.session.is_running:
            return "Training is running; stop it first"
        return "Evaluation is running" if self.session.state is State.EVALUATING else ""


def always(_now: Situation) -> str:
    return ""


def can_train(now: Situation) -> str:
    return now.busy if now.workspace.analysis.is_trainable else _untrainable(now)


def can_train_times(now: Situation) -> str:
    """The project can be trained, also beside another training."""
    return "" if now.workspace.analysis.is_trainable else _untrainable(now)


def can_vary(now: Situation) -> str:
    """The project can be trained and compared, also beside another training."""
    schema = now.workspace.analysis.schema
    if schema is None or not now.workspace.analysis.is_trainable:
        return _untrainable(now)
    return "" if schema.rows.validation else NO_VALIDATION


def can_compare_activations(now: Situation) -> str:
    """The project can be varied, and has hidden layers with an activation."""
    missing = "No hidden layer has an activation to compare with others"
    return can_vary(now) or ("" if now.workspace.project.hidden_layers else missing)


def _untrainable(now: Situation) -> str:
    """Why the project cannot be trained, though nothing else is running."""
    if not now.workspace.analysis.problems:
        return now.session.data_error or "The data is being read"
    return f"Fix this first: {now.workspace.analysis.problems[0].message}"


def can_use_first_network(now: Situation) -> str:
    first = now.workspace.first_project
    if first is None:
        return now.session.data_error or "The data is being read"
    return "This is the first network already" if first == now.workspace.project else ""


def can_pause(now: Situation) -> str:
    running = now.session.state in (State.TRAINING, State.PAUSED)
    return "" if running else "Training is not running"


def can_stop(now: Situation) -> str:
    under_way = now.session.is_running or now.session.state is State.EVALUATING
    return "" if under_way and now.session.state is not State.STOPPING else "Nothing is running"


def has_network(now: Situation) -> str:
    """There are weights, and nothing changes them."""
    return now.busy or ("" if now.session.model_project else "There is no trained network yet")


def has_run(now: Situation) -> str:
    """A run of this window is there to be shown, also while it is running."""
    return "" if now.session.record is not None else "Nothing has been trained yet"


def can_evaluate(now: Situation) -> str:
    if now.busy or now.session.state is State.IDLE:
        missing = "There is no trained network for this data yet"
        return now.busy or ("" if now.session.has_model else missing)
    return "TensorFlow is not loaded"


def will_continue(now: Situation) -> bool:
    """Training continues from the current weights."""
    return not now.busy and now.session.can_continue(now.workspace.project)


def is_paused(now: Situation) -> bool:
    return now.session.state is State.PAUSED


def can_zoom_in(now: Situation) -> str:
    largest = now.theme.zoom == zoom.STEPS[-1]
    return f"Everything is as large as it can be, {zoom.STEPS[-1]} %" if largest else ""


def can_zoom_out(now: Situation) -> str:
    smallest = now.theme.zoom == zoom.STEPS[0]
    return f"Everything is as small as it can be, {zoom.STEPS[0]} %" if smallest else ""
