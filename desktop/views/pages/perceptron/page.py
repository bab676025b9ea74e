"""The section *Perceptron*: its cards, and the network that they show."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Dense
from desktop.document.project import Project
from desktop.document.storage import read_project
from desktop.paths import example_projects
from desktop.views.pages.perceptron.choice import Unit, layer_of, places_of, weights_of
from desktop.views.pages.perceptron.line_plane import Line, LinePlane
from desktop.views.pages.perceptron.rows_card import RowsCard
from desktop.views.pages.perceptron.steps_card import StepsCard
from desktop.views.pages.perceptron.surface_card import SurfaceCard
from desktop.views.pages.perceptron.weights_card import WeightsCard
from desktop.views.pages.perceptron.words import COPY, LOADING, OTHER_DATA, TRAINING, USED
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.gradual_page import GradualPage
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.narrow import may_be_narrow
from desktop.views.widgets.plane.view import is_plane
from desktop.views.workspace import Workspace
from desktop.workers.session import Session
from desktop.workers.stepping import StepState

EXAMPLE = "perceptron.layerwise"
HIDDEN_UNITS = 4
PLANE_HEIGHT = 300  # pixels


class PerceptronPage(GradualPage):
    """A copy of the network of the project, trained step by step, for data with two inputs.

    `may_discard` asks, where that is due, whether the network of the window may be replaced.
    """

    steps: StepsCard
    weights: WeightsCard
    plane: LinePlane
    rows_card: RowsCard
    surface: SurfaceCard

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        theme: Theme,
        may_discard: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._session, self._theme = workspace, session, theme
        self._work, self._may_discard = session.steps, may_discard
        self.state: StepState | None = None
        self._message, self._is_copying = "", False
        self._made_of: Project | None = None  # what the network is of, or was to be
        self.make_later(
            self._add_other_data,
            self._add_steps,
            self._add_plane,
            self._add_weights,
            self._add_rows,
            self._add_surface,
            self._connect,
        )

    # --- making the cards -------------------------------------------------------------------------

    def _add_other_data(self) -> None:
        self.other_data = Card("Two inputs")
        about = QLabel(OTHER_DATA)
        about.setWordWrap(True)
        self.open_example = QPushButton("Open the Perceptron &Example")
        may_be_narrow(self.open_example)
        self.open_example.setToolTip("Make the example the project, which can be undone")
        self.open_example.clicked.connect(self._open_example)
        self.other_data.body.addWidget(about)
        self.other_data.body.addWidget(self.open_example)
        self.rows.addWidget(self.other_data)
        self.other_data.setVisible(not self._suits)

    def _add_steps(self) -> None:
        self.steps = StepsCard()
        self.steps.show_project(self._workspace.project)
        self.rows.addWidget(self.steps)
        self.steps.setVisible(self._suits)

    def _add_plane(self) -> None:
        self.plane_card = Card("Points, prediction and line")
        self.plane = LinePlane(self._theme)
        self.plane.setFixedHeight(scaled(PLANE_HEIGHT))
        self.plane.show_held_out(False)  # the rows are those for training
        self.about_line = muted_label()
        self.plane_card.body.addWidget(self.plane)
        self.plane_card.body.addWidget(self.about_line)
        self.plane_card.body.addStretch(1)
        self.plane.dragged.connect(self._on_dragged)
        self._show_points()

    def _add_weights(self) -> None:
        self.weights = WeightsCard()
        self._upper = self.add_columns(self.plane_card, self.weights)
        self._upper.setVisible(self._suits)
        self.rows.addStretch(1)

    def _add_rows(self) -> None:
        self.rows_card = RowsCard(self._theme)
        self.rows.insertWidget(self.rows.count() - 1, self.rows_card)

    def _add_surface(self) -> None:
        self.surface = SurfaceCard(self._theme)
        self.rows.insertWidget(self.rows.count() - 1, self.surface)

    def _connect(self) -> None:
        work, session = self._work, self._session
        work.changed.connect(self._on_changed)
        work.failed.connect(self._on_failed)
        work.surfaceMade.connect(self.surface.show_surface)
        work.runningChanged.connect(self._show)
        self.steps.stepped.connect(work.step)
        self.steps.runToggled.connect(self._toggle)
        self.steps.reset.connect(self._reset)
        self.steps.hiddenLayerWanted.connect(self._add_hidden_layer)
        self.steps.dataChosen.connect(self._choose_data)
        self.steps.useWanted.connect(self._use_weights)
        self.weights.chosen.connect(self._show)
        self.weights.moved.connect(work.set_values)
        self.surface.wanted.connect(work.ask_surface)
        session.dataLoaded.connect(self._begin)
        session.dataFailed.connect(self._show)
        session.engineReady.connect(self._begin)
        session.engineFailed.connect(self._show)
        session.stateChanged.connect(self._on_session)
        session.modelAdopted.connect(self._on_adopted)
        self._workspace.projectChanged.connect(self._begin)
        self._theme.changed.connect(self._rescale)
        self._begin()

    # --- the network ------------------------------------------------------------------------------

    @property
    def _suits(self) -> bool:
        """Whether the data has two inputs that can be drawn in a plane."""
        return is_plane(self._workspace.analysis.schema)

    def _begin(self) -> None:
        """Make a network of the project, unless there is one of it."""
        project = self._workspace.project
        for widget in (self.steps, self._upper, self.rows_card, self.surface):
            widget.setVisible(self._suits)
        self.other_data.setVisible(not self._suits)
        self.steps.show_project(project)
        wanted = project.replace(training=project.training.replace(epochs=1))
        if not self._suits or not self.isVisible():
            if wanted != self._made_of:
                self._forget()
            return
        if wanted == self._made_of:
            return
        self._forget()
        summary = self._session.summary
        if summary is not None and self._session.info is not None:
            self._show_points()
            if self._work.begin(project, None):
                self._made_of = wanted

    def _rescale(self) -> None:
        self.plane.setFixedHeight(scaled(PLANE_HEIGHT))

    def _show_points(self) -> None:
        summary = self._session.summary
        if summary is not None and is_plane(summary.schema):
            self.plane.show_points(summary)
            self._work.extent = self.plane.extent

    def _forget(self) -> None:
        self.state, self._made_of, self._message = None, None, ""
        self._work.discard()
        self.plane.show_surface(None)
        self.plane.show_line(None)
        self._show()

    def _reset(self, other: bool) -> None:
        seed = None if self.state is None else self.state.seed
        self._work.begin(self._workspace.project, secrets.randbits(32) if other else seed)

    def _toggle(self) -> None:
        if self._work.is_running:
            self._work.stop()
        else:
            self._work.run()

    def _use_weights(self) -> None:
        """Make a network with these weights that of the window."""
        if self._may_discard():
            self._is_copying = True
            self._work.copy()

    def _on_changed(self, state: StepState) -> None:
        self.state, self._message = state, ""
        self.steps.about.setText(COPY)
        self._show()

    def _on_adopted(self, _project: object) -> None:
        if self._is_copying:
            self._is_copying = False
            self.steps.about.setText(USED)

    def _on_failed(self, message: str) -> None:
        self._message, self._is_copying = message, False
        self._show()

    def _on_session(self) -> None:
        if self._session.is_running:
            self._work.stop()
        self._show()

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def unit(self) -> Unit | None:
        """The unit that is looked at."""
        return self.weights.unit

    def _show(self) -> None:
        state = self.state
        message = TRAINING if self._session.is_running else self._message
        if state is None and not message:
            message = self._session.data_error or self._session.engine_error or LOADING
        self.steps.show_state(state, message, self._work.is_running)
        is_there = state is not None and bool(state.layers)
        self.weights.setEnabled(is_there)
        if state is None or not self.isVisible():
            return
        self.weights.show_state(state)
        self.plane.show_surface(state.surface)
        unit = self.unit
        if unit is None:
            return
        self._show_line(state, unit)
        self.rows_card.show_state(state, unit)
        self.surface.show_state(state)

    def _show_line(self, state: StepState, unit: Unit) -> None:
        layer = layer_of(state, unit)
        weights, bias = weights_of(state, unit)
        if layer is None or not layer.on_data or len(weights) != 2:
            self.plane.show_line(None)
            self.about_line.setText(
                "The boundary is that of the whole network. Choose a unit of the first layer to "
                "see its line."
            )
            return
        self.plane.show_line(Line(float(weights[0]), float(weights[1]), bias or 0.0))
        text = "The line is where w1·x1 + w2·x2 + b = 0."
        if bias is not None:
            text += " Drag it to move it, and its ends to turn it."
        self.about_line.setText(text)

    def _on_dragged(self, line: Line) -> None:
        state, unit = self.state, self.unit
        if state is None or unit is None:
            return
        places = places_of(state, unit)
        self._work.set_values(dict(zip(places, (line.w1, line.w2, line.b), strict=False)))

    # --- edits of the project ---------------------------------------------------------------------

    def _open_example(self) -> None:
        self._workspace.edit(
            "Open the perceptron example", read_project(example_projects() / EXAMPLE)
        )

    def _choose_data(self, data: object) -> None:
        self._workspace.edit("Choose a logic table", self._workspace.project.replace(data=data))

    def _add_hidden_layer(self) -> None:
        project = self._workspace.project
        units = [place for place, layer in enumerate(project.layers) if layer.units_field]
        if units:
            layer = Dense(units=HIDDEN_UNITS, activation=ActivationFunction.TANH)
            self._workspace.edit("Add a hidden layer", project.inserted(units[-1], layer))

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        was_made = self.is_made
        super().showEvent(event)
        if was_made:
            self._begin()
            self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._work.stop()
