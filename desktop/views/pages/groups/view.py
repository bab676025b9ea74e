"""What all views of a group have in common."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme
from desktop.workers.session import Session
from desktop.workers.trials import Group


class GroupView(QWidget):
    """Shows one group at a time; each kind of group has a class of its own, named in `kinds`.

    Signals:
        projectChosen: this Project is to be opened.
        runsChosen: the runs of these ids, a tuple, are to be shown in the table of runs.
        repeatsWanted: these Projects, a tuple, are to be trained so many times each, and compared.
    """

    projectChosen = Signal(object)
    runsChosen = Signal(object)
    repeatsWanted = Signal(object, int)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme

    @abstractmethod
    def show_group(self, group: Group) -> None:
        """Show `group` as it is by now: again with each result that came."""
