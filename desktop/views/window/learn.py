"""The page *Learn*: sections, one at a time, chosen by a row of tabs at its top.

To add a section, write its widget as a feature in `desktop/views/pages/`, and give it an entry in
`SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.views.course import Course
from desktop.views.settings import Settings
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.controls import TabBar
from desktop.views.window.explain import glossary
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


@dataclass(frozen=True)
class Parts:
    """What a section may be made with. `action` finds a command of the window by its id.

    `may_discard` asks, where that is due, whether the network of the window may be replaced.
    """

    workspace: Workspace
    session: Session
    theme: Theme
    settings: Settings
    action: Callable[[str], QAction]
    may_discard: Callable[[], bool]
    course: Course


@dataclass(frozen=True)
class Section:
    """A section of the page: the title of its tab, and how its widget is made."""

    title: str
    make: Callable[[Parts], QWidget]


def _lessons(parts: Parts) -> QWidget:
    from desktop.views.pages.lessons.page import LessonsPage

    return LessonsPage(parts.course)


def _activations(parts: Parts) -> QWidget:
    from desktop.views.pages.activations.page import ActivationsPage

    return ActivationsPage(parts.session, parts.theme, parts.action("compare_activations"))


def _regularization(parts: Parts) -> QWidget:
    from desktop.views.pages.regularization.page import RegularizationPage

    return RegularizationPage(parts.workspace, parts.session, parts.theme, parts.action("vary"))


def _perceptron(parts: Parts) -> QWidget:
    from desktop.views.pages.perceptron.page import PerceptronPage

    return PerceptronPage(parts.workspace, parts.session, parts.theme, parts.may_discard)


def _glossary(parts: Parts) -> QWidget:
    from desktop.views.pages.glossary.page import GlossaryPage

    return GlossaryPage(glossary(), parts.course, parts.theme)


GLOSSARY = "Glossary"
SECTIONS = (
    Section("Lessons", _lessons),
    Section("Activations", _activations),
    Section("Regularization", _regularization),
    Section("Perceptron", _perceptron),
    Section(GLOSSARY, _glossary),
)


class Learn(QWidget):
    """Shows one of SECTIONS; `switch` says which. Each is made when it is first shown."""

    def __init__(self, parts: Parts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.switch = TabBar(self)
        self.switch.setAccessibleName("Sections")
        self.switch.setDrawBase(False)
        self.switch.setExpanding(False)
        self._stack = QStackedWidget()
        self._made: dict[int, QWidget] = {}
        for section in SECTIONS:
            self.switch.addTab(section.title)
            self._stack.addWidget(QWidget())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_XS, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.switch)
        column.addWidget(self._stack, 1)
        self.switch.currentChanged.connect(self._on_chosen)

    def show_section(self, title: str) -> QWidget:
        """Bring the section with this title to the front; returns its widget.

        Raises ValueError if there is none.
        """
        place = [section.title for section in SECTIONS].index(title)
        self.switch.setCurrentIndex(place)
        return self._show(place)

    def _on_chosen(self, place: int) -> None:
        if self.isVisible():
            self._show(place)

    def _show(self, place: int) -> QWidget:
        if place not in self._made:
            empty, widget = self._stack.widget(place), SECTIONS[place].make(self._parts)
            self._made[place] = widget
            self._stack.insertWidget(place, widget)
            if empty is not None:
                self._stack.removeWidget(empty)
                empty.deleteLater()
        self._stack.setCurrentIndex(place)
        return self._made[place]

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self.switch.currentIndex())
