"""The card *Setup*: what is trained side by side, with how many rows, and how far that is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.document.comparison import difference_text, differences
from desktop.document.fields import fields_of
from desktop.document.project import Project
from desktop.document.space import REGULARIZATION
from desktop.document.text import counted
from desktop.document.training import Training
from desktop.views.forms.numbers import NumberEditor
from desktop.views.pages.regularization.comparison import Comparison, kinds_of
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.check_box import CheckBox
from desktop.views.widgets.labels import muted_label
from desktop.views.workspace import Workspace

ABOUT = (
    "The network in the window is trained once without regularization and once with each kind "
    "that is checked, from the same seed and with the same rows. The smaller the training set, the "
    "more there is to see: few rows are easily memorized. The two combinations with dropout have "
    "early stopping, too. You can go on working meanwhile; the runs are kept."
)
NO_HIDDEN = "There is no hidden layer that could be regularized"
FEWER = 200  # training rows to begin with
_COLUMNS = 4
_ROWS = next(field for field in fields_of(Training) if field.name == "rows")


class SetupCard(Card):
    """Chooses rows and kinds; begins and cancels a comparison.

    `vary` is the command of the window that is disabled, with the reason, while no group of runs
    can be trained.
    """

    def __init__(
        self,
        workspace: Workspace,
        comparison: Comparison,
        vary: QAction,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Side by side", parent)
        self._workspace, self._comparison, self._vary = workspace, comparison, vary
        self._project: Project | None = None  # the one that is offered
        self.rows: int | None = FEWER
        self.editor = NumberEditor(_ROWS, theme, Training)
        self.editor.target.setAccessibleName("Training rows")
        self.editor.set_value(self.rows)
        self.editor.edited.connect(self._on_rows)
        self.editor.refused.connect(lambda reason: self._say(reason))
        self.of = QLabel()
        self.of.setProperty("role", "muted")
        self.boxes: dict[str, CheckBox] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_S)
        self.button = QPushButton("Train Side by Side")
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._begin)
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop the training; what is done stays")
        self.cancel.clicked.connect(comparison.cancel)
        self.state = muted_label()
        self._build()
        vary.changed.connect(self._show_state)
        workspace.projectChanged.connect(self._show_project)
        comparison.changed.connect(self._show_state)
        comparison.begun.connect(self._show_state)
        theme.changed.connect(self._rescale)
        self._rescale()
        self._show_state()

    def _build(self) -> None:
        about = QLabel(ABOUT)
        about.setWordWrap(True)
        label = QLabel("Training &rows")
        label.setBuddy(self.editor.target)
        row, buttons = QHBoxLayout(), QHBoxLayout()
        for widget in (label, self.editor, self.of):
            row.addWidget(widget)
        row.addStretch(1)
        for button in (self.button, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            buttons.addWidget(button)
        buttons.addWidget(self.state, 1)
        self.body.addWidget(about)
        self.body.addLayout(row)
        self.body.addLayout(self._grid)
        self.body.addLayout(buttons)

    @property
    def names(self) -> list[str]:
        """The kinds that are checked."""
        return [name for name, box in self.boxes.items() if box.isChecked()]

    def _show_project(self) -> None:
        """Offer what can be compared of the current project, once that can be seen."""
        project = self._workspace.project
        if not self.isVisible():
            self._project = None
            return
        self._project = project
        space = kinds_of(project)
        setting = space.settings[0] if space is not None else None
        every = setting.alternatives if setting is not None else {}
        if list(every) != list(self.boxes):
            self._offer(list(every))
        if space is not None:
            for name, box in self.boxes.items():
                found = differences(project, space.apply(project, {REGULARIZATION: name}))
                box.setToolTip(difference_text(found) or "As the project is now")
        schema = self._workspace.analysis.schema
        count = schema.rows.training if schema is not None else None
        self.of.setText(f"of {count:,}; empty for all of them" if count is not None else "")
        self._show_state()

    def _offer(self, names: list[str]) -> None:
        for box in self.boxes.values():
            self._grid.removeWidget(box)
            box.deleteLater()
        self.boxes = {}
        for place, name in enumerate(names):
            box = CheckBox(name[:1].upper() + name[1:])
            box.setChecked(True)
            box.toggled.connect(self._show_state)
            self.boxes[name] = box
            self._grid.addWidget(box, place // _COLUMNS, place % _COLUMNS)

    def _on_rows(self, rows: int | None) -> None:
        self.rows = rows
        self._show_state()

    def _begin(self) -> None:
        project = self._workspace.project
        project = project.replace(training=project.training.replace(rows=self.rows))
        self._comparison.begin(project, self.names, self._workspace.name or "Untitled")

    def _show_state(self) -> None:
        comparison = self._comparison
        running = comparison.is_running
        reason = "" if self._vary.isEnabled() else self._vary.statusTip()
        if not reason and not self.boxes:
            reason = NO_HIDDEN
        if not reason and len(self.names) < 2:
            reason = "Check at least two kinds to compare"
        self.button.setEnabled(not running and not reason)
        self.cancel.setVisible(running)
        if running:
            trained = f"{comparison.done} of {len(comparison.variants)} trained"
            reason = ", ".join(filter(None, (trained, comparison.time_left)))
        elif not reason and comparison.group is not None:
            reason = _shown_text(comparison)
        self._say(reason)

    def _say(self, text: str) -> None:
        self.state.setText(text)

    def _rescale(self) -> None:
        self.editor.setFixedWidth(scaled(90))

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._project is None:
            self._show_project()


def _shown_text(comparison: Comparison) -> str:
    """What the cards below are of."""
    group = comparison.group
    assert group is not None
    rows = group.project.training.rows
    used = counted(rows, "training row") if rows is not None else "all training rows"
    return f"Below: {group.file.name or 'Untitled'}, {used}"
