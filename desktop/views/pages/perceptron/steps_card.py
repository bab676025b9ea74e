"""The card *Steps*: the buttons that train, and how well the network predicts."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.document.data import LogicTable
from desktop.document.data.logic import GATES
from desktop.document.project import Project
from desktop.views.pages.perceptron.words import (
    COPY,
    REFUSED,
    is_two_inputs_table,
    measured_text,
    progress_text,
    verdict,
)
from desktop.views.theme import SPACE_M, SPACE_S
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.narrow import may_be_narrow
from desktop.workers.stepping import Part, StepState

OWN = "Own rows"
USE = (
    "Make a network with these weights that of the window. The one there was stays among the runs, "
    "if it was trained."
)
_BUTTONS = (
    ("row", "One &Row", "Train on the next row"),
    ("batch", "One &Batch", "Train on the next batch, of the batch size of the training settings"),
    ("epoch", "One &Epoch", "Train on the rest of the rows of this epoch"),
    ("run", "R&un", "Train epoch after epoch until it is stopped"),
    ("same", "Reset", "Begin with the same first weights again"),
    ("other", "Reset with &New Seed", "Begin with other first weights"),
    ("use", "Use These &Weights", USE),
)


class StepsCard(Card):
    """Buttons and what has become of the network.

    Signals:
        stepped: the Part that is to be trained.
        runToggled: epoch after epoch is to be trained, or no more.
        reset: new first weights are wanted; whether they are to be others.
        hiddenLayerWanted: the project is to get one.
        dataChosen: the LogicTable that is to be the data.
        useWanted: the network of the window is to have these weights.
    """

    stepped = Signal(object)
    runToggled = Signal()
    reset = Signal(bool)
    hiddenLayerWanted = Signal()
    dataChosen = Signal(object)
    useWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Steps", parent)
        self.table = ComboBox()
        self._table_label = QLabel("&Logic table")
        self._table_label.setBuddy(self.table)
        for name in (*GATES, OWN):
            self.table.addItem(name)
        self.table.activated.connect(self._on_table)
        may_be_narrow(self.table)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self._table_label)
        row.addWidget(self.table, 1)
        self.heading.addLayout(row, 2)
        self.buttons: dict[str, QPushButton] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_S)
        for name, text, tip in _BUTTONS:
            button = QPushButton(text)
            button.setToolTip(tip)
            may_be_narrow(button)
            self.buttons[name] = button
        self._arrange()
        self.body.addLayout(self._grid)
        for part in Part:
            self.buttons[part].clicked.connect(lambda _=False, part=part: self.stepped.emit(part))
        self.buttons["run"].clicked.connect(self.runToggled)
        self.buttons["same"].clicked.connect(lambda: self.reset.emit(False))
        self.buttons["other"].clicked.connect(lambda: self.reset.emit(True))
        self.buttons["use"].clicked.connect(self.useWanted)
        self.progress, self.measured, self.verdict = QLabel(), QLabel(), QLabel()
        self.message, self.about = QLabel(), QLabel(COPY)
        self.hidden_layer = QPushButton("Add a &Hidden Layer")
        self.hidden_layer.setToolTip("Put a Dense layer of 4 units before the last one")
        self.hidden_layer.clicked.connect(self.hiddenLayerWanted)
        for label in (self.progress, self.measured, self.verdict):
            self.body.addWidget(label)
        self.body.addWidget(self.hidden_layer, 0, Qt.AlignmentFlag.AlignLeft)
        for label in (self.message, self.about):
            self.body.addWidget(label)
            label.setProperty("role", "muted")
        for label in (self.progress, self.measured, self.verdict, self.message, self.about):
            label.setWordWrap(True)
        self.progress.setProperty("role", "title")

    def show_project(self, project: Project) -> None:
        """Offer the logic tables where the data is one."""
        shows = is_two_inputs_table(project)
        self._table_label.setVisible(shows)
        self.table.setVisible(shows)
        if shows and isinstance(project.data, LogicTable):
            with QSignalBlocker(self.table):
                self.table.setCurrentText(project.data.gate or OWN)

    def show_state(self, state: StepState | None, message: str, is_running: bool) -> None:
        """Show how the network is; `message` says why it cannot be trained, if that is so."""
        can_step = state is not None and not message
        for name, button in self.buttons.items():
            button.setEnabled(can_step and (name == "run" or not is_running))
        self.buttons["run"].setText("Sto&p" if is_running else "R&un")
        if state is not None:
            self.progress.setText(progress_text(state))
            self.measured.setText(measured_text(state))
            self.verdict.setText(verdict(state))
            message = message or (REFUSED if state.refused else "")
        for label in (self.progress, self.measured, self.verdict):
            label.setVisible(state is not None and bool(label.text()))
        self.hidden_layer.setVisible(
            state is not None
            and bool(state.layers)
            and not state.has_hidden_layer
            and not state.separable
        )
        self.message.setText(message)
        self.message.setVisible(bool(message))

    def _arrange(self) -> None:
        """Put the buttons in as many columns as there is room for."""
        widest = max(button.sizeHint().width() for button in self.buttons.values())
        inside = self.contentsRect().width() - 2 * SPACE_M
        columns = next((n for n in (7, 4, 3, 2) if inside >= n * widest + (n - 1) * SPACE_S), 1)
        for place, button in enumerate(self.buttons.values()):
            self._grid.addWidget(button, place // columns, place % columns)

    def _on_table(self) -> None:
        if (rows := GATES.get(self.table.currentText())) is not None:
            self.dataChosen.emit(LogicTable(rows=rows))

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
