"""The settings of the training: optimizer, loss, metrics, epochs, and when to stop."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.document.fields import fields_of
from desktop.document.training import Training
from desktop.views.forms import Form
from desktop.views.theme import Theme
from desktop.views.widgets.problem_list import ProblemList
from desktop.views.widgets.scroll_panel import ScrollPanel
from desktop.views.workspace import Workspace

_TITLES = {field.name: field.title for field in fields_of(Training)}


class TrainingPanel(ScrollPanel):
    """A form of the training settings of the project, below what is wrong with them."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setObjectName("training_panel")
        self.setAccessibleName("Training settings")
        self.form = Form(theme)
        self.problems = ProblemList(workspace, theme, with_places=False)
        self.column.addWidget(self.problems)
        self.column.addWidget(self.form)
        self.column.addStretch(1)
        self.form.edited.connect(self._edited)
        workspace.projectChanged.connect(self._update)
        self._update()

    def focus_field(self, name: str) -> None:
        """Show the setting called `name` and move the focus to it."""
        self.form.focus_field(name)
        self.ensureWidgetVisible(self.form.editor(name))

    def _edited(self, training: Training, name: str) -> None:
        project = self._workspace.project.replace(training=training)
        text = f"Change {_TITLES[name].lower()}"
        self._workspace.edit(text, project, merge_key=f"training.{name}")

    def _update(self) -> None:
        self.form.set_spec(self._workspace.project.training)
        self.problems.set_problems(
            tuple(
                problem
                for problem in self._workspace.analysis.problems
                if problem.layer is None and problem.field is not None
            )
        )
