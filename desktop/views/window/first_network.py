"""The first network for the project's data, taken by itself where nothing is lost by it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.document.data import DataSource
from desktop.document.first_network import description
from desktop.document.project import Project, starter_project
from desktop.views.workspace import Workspace


class FirstNetwork(QObject):
    """Lets a network that has not been changed yet follow the data. `taken(text)` says to what."""

    taken = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._taken: Project | None = None  # what took the place of the starter project

    def use_if_untouched(self) -> None:
        """Give a new project a first network for the data that was just chosen.

        Both are one undo step. A network that suits the data stays, unless it was made for others.
        """
        workspace, starter = self._workspace, starter_project()
        project, first = workspace.project, workspace.first_project
        found, usual = workspace.analysis.schema, starter.data.known_schema
        if first is None or found is None:
            return
        if _is_same_network(project, starter):
            suits = usual is not None and found.row is usual.row
        elif self._taken is not None and _is_same_network(project, self._taken):
            suits = _is_same_data(project.data, self._taken.data)
        else:
            return
        if suits and not workspace.analysis.problems:
            return
        if workspace.extend(first):
            self._taken = first
            text = description(first, found)
            self.taken.emit(f"First network for {project.data.title}: {text}")


def _is_same_data(one: DataSource, other: DataSource) -> bool:
    """Whether both read the same rows, whatever their settings."""
    return type(one) is type(other) and one.file == other.file


def _is_same_network(one: Project, other: Project) -> bool:
    return (one.layers, one.training) == (other.layers, other.training)
