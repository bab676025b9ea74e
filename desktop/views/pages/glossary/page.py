"""The section *Glossary*: every term with what it means, narrowed down by a search."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, unquote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QKeySequence, Qt
from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from desktop.document.glossary import Entry, Glossary
from desktop.views.course import Course
from desktop.views.theme import SPACE_M, SPACE_S, Theme
from desktop.views.widgets.controls import LineEdit

_LESSON = "lesson"  # the scheme of links to lessons


class GlossaryPage(QWidget):
    """All entries of `glossary`, or those with what is searched for.

    A link opens the lesson of `course` that treats a term.
    """

    def __init__(
        self, glossary: Glossary, course: Course, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._glossary, self._course, self._theme = glossary, course, theme
        self._lessons = {path.name: (path, lesson.title) for path, lesson, _ in course.known()}
        self._shown: tuple[Entry, ...] = ()
        self.search = LineEdit()
        self.search.setPlaceholderText("Search, e.g. overfitting")
        self.search.setAccessibleName("Search the glossary")
        self.search.setToolTip("Terms, and words in their explanations (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show_matching)
        self.text = QTextBrowser()
        self.text.setObjectName("glossary_text")
        self.text.setAccessibleName("Terms and what they mean")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        # Not with Tab: hundreds of links would be in the way through the window.
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.anchorClicked.connect(self._follow)
        find = QAction("Search the Glossary", self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.triggered.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.addAction(find)
        self.setFocusProxy(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(self.search)
        column.addWidget(self.text, 1)
        theme.changed.connect(self._write)
        self._show_matching()

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries that are shown, from the top."""
        return self._shown

    def go_to(self, term: str) -> None:
        """Show all entries, that of `term` at the top. One that is not there changes nothing."""
        entry = self._glossary.find(term)
        if entry is not None:
            self.search.clear()
            self.text.scrollToAnchor(quote(entry.term))

    def _show_matching(self) -> None:
        self._shown = self._glossary.matching(self.search.text())
        self._write()

    def _write(self) -> None:
        tokens = self._theme.tokens
        parts = [self._html(each, tokens.accent, tokens.muted) for each in self._shown]
        if not parts:
            wanted = escape(self.search.text().strip())
            parts = [f'<p style="color: {tokens.muted}">No term has "{wanted}" in it.</p>']
        self.text.setHtml("".join(parts))

    def _html(self, entry: Entry, accent: str, muted: str) -> str:
        also = ", ".join(entry.also)
        named = f' <span style="color: {muted}">{escape(also)}</span>' if also else ""

        def link(to: str, text: str) -> str:
            style = f"color: {accent}; text-decoration: none"
            return f'<a href="{to}" style="{style}">{escape(text)}</a>'

        see = ""
        if entry.see:
            links = ", ".join(link(f"#{quote(term)}", term) for term in entry.see)
            see = f'<br><span style="color: {muted}">See also:</span> {links}'
        if entry.lesson in self._lessons:
            title = link(f"{_LESSON}:{entry.lesson}", self._lessons[entry.lesson][1])
            see += f'<br><span style="color: {muted}">Lesson:</span> {title}'
        return (
            f'<p style="margin: 0 0 14px 0"><a name="{quote(entry.term)}"></a>'
            f"<b>{escape(entry.term)}</b>{named}<br>{escape(entry.text)}{see}</p>"
        )

    def _follow(self, link: QUrl) -> None:
        if link.scheme() == _LESSON:
            self._course.open(self._lessons[link.path()][0])
        else:
            self.go_to(unquote(link.fragment()))
