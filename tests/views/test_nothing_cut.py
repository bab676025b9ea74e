"""In panels of any width nothing is cut and nothing scrolls sideways: labels and texts wrap."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.data import DataSource, Digits
from desktop.document.fields import Kind, fields_of
from desktop.document.layers import LAYER_CLASSES, Conv2D, Dense, Layer
from desktop.document.project import Project
from desktop.document.spec import Spec, variants
from desktop.document.training import Training
from desktop.views.editor.properties.panel import PropertiesPanel
from desktop.views.editor.training.panel import TrainingPanel
from desktop.views.pages.data.source import SourceCard
from desktop.views.theme import Theme
from desktop.views.widgets.cards import CardPage
from desktop.views.widgets.scroll_panel import NARROWEST
from desktop.views.workspace import Workspace

WIDTHS = (NARROWEST, 230, 262, 290, 400)
CARD_WIDTHS = (300, 370, 435, 540)  # of a card on a page: the first is that at 1440 × 900


def cut(area: QScrollArea) -> list[str]:
    """What cannot be seen whole in `area`, however one scrolls up and down."""
    inside = area.widget()
    assert inside is not None
    found = [] if inside.width() <= area.viewport().width() else ["scrolls sideways"]
    for widget in inside.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget.parent(), QLineEdit):
            continue
        if isinstance(widget, QHeaderView):  # asks for the height of any area that scrolls
            continue
        needed = widget.minimumSizeHint()
        if isinstance(widget, QLabel) and widget.hasHeightForWidth():
            needed.setHeight(widget.heightForWidth(widget.width()))
        is_high_enough = widget.height() >= needed.height() or widget.layout() is not None
        parent = widget.parentWidget()
        is_inside = parent is None or parent.rect().contains(widget.geometry())
        if not is_high_enough or widget.width() < needed.width() or not is_inside:
            found.append(f"{type(widget).__name__} {widget.objectName()} {widget.geometry()}")
    return found


def elided(panel: QWidget) -> list[str]:
    """The choices, and the words for what is not set, that do not fit into their fields."""
    found = []
    for combo in panel.findChildren(QComboBox):
        shown = combo.currentIndex()
        for index in range(combo.count() if combo.isVisible() else 0):
            combo.setCurrentIndex(index)
            option = QStyleOptionComboBox()
            combo.initStyleOption(option)
            if option.currentText != combo.currentText():
                found.append(f"{combo.objectName()}: {combo.currentText()}")
        combo.setCurrentIndex(shown)
    for line in panel.findChildren(QLineEdit):
        option = QStyleOptionFrame()
        line.initStyleOption(option)
        contents = QStyle.SubElement.SE_LineEditContents
        room = line.style().subElementRect(contents, option, line).width()
        words = line.placeholderText()
        if line.isVisible() and line.fontMetrics().horizontalAdvance(words) > room:
            found.append(f"{line.objectName()}: {words}")
    return found


def wait_until_whole(qtbot: QtBot, panel: QScrollArea, *, texts: bool = False) -> None:
    """Wait until all is laid out; fails with what is cut for good. Of `texts` none is elided."""

    def whole() -> None:
        assert cut(panel) == []
        assert not texts or elided(panel) == []

    qtbot.waitUntil(whole)


def unfold(panel: QWidget) -> None:
    for button in panel.findChildren(QToolButton):
        if button.isVisible() and "hidden" in button.accessibleName():
            button.click()


def with_all_settings(spec: Spec) -> Spec:
    """`spec` with everything turned on that has settings of its own."""
    for field in fields_of(type(spec)):
        value = getattr(spec, field.name)
        if field.kind in (Kind.VARIANT, Kind.NESTED):
            chosen = value if value is not None else field.variants[-1].suggested()
            spec = spec.replace(**{field.name: with_all_settings(chosen)})
    return spec


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=lambda cls: cls.__name__)
def test_of_a_layer(qtbot: QtBot, theme: Theme, cls: type[Layer]) -> None:
    layers = (Conv2D(), with_all_settings(cls()), Dense(units=12, activation="softmax"), Dense())
    workspace = Workspace(Project(data=Digits(), layers=layers))
    panel = PropertiesPanel(workspace, theme)
    qtbot.addWidget(panel)
    panel.show()
    for place in (-1, 0, 1, 3):
        panel.show_layer(place)
        for width in WIDTHS:
            panel.resize(width, 300)
            unfold(panel)
            wait_until_whole(qtbot, panel)


def test_of_the_training(qtbot: QtBot, theme: Theme) -> None:
    workspace = Workspace(Project(data=Digits(), training=with_all_settings(Training())))
    panel = TrainingPanel(workspace, theme)
    qtbot.addWidget(panel)
    panel.show()
    for width in WIDTHS:
        panel.resize(width, 300)
        unfold(panel)
        wait_until_whole(qtbot, panel)


@pytest.mark.parametrize("kind", variants(DataSource), ids=lambda kind: kind.tag)
def test_of_a_data_source(qtbot: QtBot, theme: Theme, kind: type[DataSource]) -> None:
    card = SourceCard(Workspace(Project(data=kind())), theme)
    card.loading.hide()
    page = CardPage()
    qtbot.addWidget(page)
    page.rows.addWidget(card)
    page.rows.addStretch(1)
    page.show()
    beside = page.width() - card.width()
    for width in CARD_WIDTHS:
        page.resize(width + beside, 500)
        unfold(page)
        wait_until_whole(qtbot, page, texts=True)
