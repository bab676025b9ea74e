"""The text of a step, as Markdown."""

from __future__ import annotations

from math import ceil
from typing import Any

from PySide6.QtCore import QEvent, QSize, QUrl
from PySide6.QtGui import Qt, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QWidget

from desktop.views.theme import SPACE_S, scaled
from desktop.views.widgets.scroll_panel import NARROWEST

_AROUND = 4  # pixels of the frame, on both sides together
_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


class LessonText(QTextBrowser):
    """Shows Markdown as high as it is. HTML is shown as it is written, and nothing is loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._heights: dict[int, int] = {}  # by width
        super().__init__(parent)
        self.setAccessibleName("Text of the step")
        self.setProperty("role", "text")
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)

    def show_markdown(self, text: str) -> None:
        """Show `text`."""
        self.document().setMarkdown(text, _FEATURES)
        block = self.document().begin()
        while block.isValid():
            cursor, form = QTextCursor(block), block.blockFormat()
            form.setNonBreakableLines(False)  # in lines of code
            follows_code = block.next().blockFormat().nonBreakableLines()
            is_code = block.blockFormat().nonBreakableLines()
            form.setBottomMargin(0 if is_code and follows_code else SPACE_S)
            cursor.setBlockFormat(form)
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._heights = {}
        self.updateGeometry()

    # --- Qt ---------------------------------------------------------------------------------------

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            measured = self.document().clone()
            measured.setTextWidth(width - _AROUND)
            self._heights[width] = ceil(measured.size().height()) + _AROUND
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(scaled(NARROWEST), self.heightForWidth(scaled(NARROWEST)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heights = {}
            self.updateGeometry()
