"""F1, What's This and the glossary: what the words in the window mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QMenu,
    QTabBar,
    QWhatsThis,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.views.pages.glossary.page import GlossaryPage
from desktop.views.window.explain import Explain, glossary
from desktop.views.window.learn import GLOSSARY, SECTIONS
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")

# Words of short labels that mean what they mean everywhere. Whatever else is a term, for which the
# glossary needs an entry.
ORDINARY = (Path(__file__).parent / "ordinary_words.txt").read_text().split()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = new_window(qtbot)
    window.resize(1366, 768)
    window.show()
    window.pages.prepare()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    QWhatsThis.hideText()
    QApplication.processEvents()


def short_texts(window: MainWindow) -> Iterator[str]:
    """What is written in a few words on labels, tabs, headers and buttons."""
    for each in window.findChildren(QWidget):
        if isinstance(each.window(), QMenu):
            continue  # of charts, which pyqtgraph writes
        texts: list[str] = []
        if isinstance(each, QLabel | QAbstractButton):
            texts = [each.text()]
        elif isinstance(each, QGroupBox):
            texts = [each.title()]
        elif isinstance(each, QTabBar):
            texts = [each.tabText(place) for place in range(each.count())]
        elif isinstance(each, QHeaderView):
            model = each.model()
            texts = [
                str(model.headerData(n, each.orientation()) or "") for n in range(each.count())
            ]
        yield from (text.replace("&", "") for text in texts if 0 < len(text.split()) <= 4)


def test_every_term_on_a_label_has_an_entry(window: MainWindow) -> None:
    for section in SECTIONS:
        window.pages.learn.show_section(section.title)
    unknown = {}
    texts = set(short_texts(window))
    assert len(texts) > 100
    for text in texts:
        rest = text.replace("_", " ")
        for entry in glossary().mentioned(rest):
            for name in sorted(entry.names, key=len, reverse=True):
                rest = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", " ", rest)
        for word in re.findall(r"[A-Za-z][A-Za-z-]{2,}", rest):
            if word.lower() not in ORDINARY:
                unknown[word.lower()] = text
    assert sorted(unknown.items()) == []
    assert not glossary().mentioned("widget")  # an unknown word would be seen


def is_explaining() -> bool:
    """Whether the small window of an explanation is there."""
    QApplication.processEvents()
    windows = [each for each in QApplication.topLevelWidgets() if each.inherits("QWhatsThat")]
    return any(each.isVisible() for each in windows)


def explain(window: MainWindow) -> Explain:
    return Explain(window.pages._theme, window)


def test_f1_explains_the_control_with_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    window.stack.select_layer(1)
    QApplication.processEvents()
    combo = next(each for each in window.properties.findChildren(QComboBox) if each.isVisible())
    combo.setFocus()
    page = window.pages.shown
    entries = explain(window).entries(combo)
    assert combo.accessibleName() == "Activation"
    assert [each.term for each in entries][-1] == "Activation function"
    assert not is_explaining()
    qtbot.keyClick(combo, Qt.Key.Key_F1)
    assert is_explaining() and window.pages.shown is page


def test_f1_without_a_term_opens_the_glossary(qtbot: QtBot, window: MainWindow) -> None:
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.pages.shown is Page.LEARN
    page = window.pages.learn.show_section(GLOSSARY)
    assert isinstance(page, GlossaryPage) and page.search.hasFocus()


def test_whats_this_explains_what_is_clicked(qtbot: QtBot, window: MainWindow) -> None:
    tabs = window.pages.tabBar()
    place = next(n for n in range(tabs.count()) if tabs.tabText(n) == "Evaluate")
    at = tabs.tabRect(place).center()
    page = window.pages.shown
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert QWhatsThis.inWhatsThisMode()
    assert [each.term for each in explain(window).entries(tabs, at)] == ["Evaluate"]
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=at)
    assert is_explaining()
    assert window.pages.shown is page  # the click went to the explanation
    QWhatsThis.leaveWhatsThisMode()
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=at)
    QWhatsThis.hideText()
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=at)
    assert window.pages.shown is Page.EVALUATE


def test_what_is_in_a_view_is_explained_by_its_place(window: MainWindow) -> None:
    stack = window.stack
    terms = []
    for row in range(stack.model().rowCount()):
        at = stack.visualRect(stack.model().index(row, 0)).center()
        terms.append(explain(window).entries(stack.viewport(), at)[0].term)
    assert {"Flatten", "Dense layer"} <= set(terms)


def test_the_glossary_is_searched_and_its_links_followed(qtbot: QtBot, window: MainWindow) -> None:
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section(GLOSSARY)
    assert isinstance(page, GlossaryPage)
    assert page.shown == glossary().entries
    qtbot.keyClicks(page.search, "patience")
    assert page.shown[0].term == "Patience"
    assert len(page.shown) < 10 and "Patience" in page.text.toPlainText()
    page.text.anchorClicked.emit(QUrl("#Early%20stopping"))
    assert page.search.text() == "" and page.shown == glossary().entries
    bar = page.text.verticalScrollBar()
    assert bar.value() > 0
    top = page.text.cursorForPosition(QPoint(5, 5)).block().text()
    assert top.startswith("Early stopping")
    page.text.anchorClicked.emit(QUrl("lesson:regularization"))
    lesson = window.pages.parts.course.lesson
    assert lesson is not None and lesson.title == "Regularization"
    qtbot.keyClicks(page.search, "<b>zyx")
    assert page.shown == () and '"<b>zyx"' in page.text.toPlainText()
