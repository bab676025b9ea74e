"""How much each setting mattered, as bars."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled

_LINE, _BAR = 28, 12  # pixels
_WIDEST = 0.45  # of the width that titles may take


class ImportanceBars(QWidget):
    """A bar for each of `shares`, which add up to 1, by title; or a sentence why there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: Mapping[str, float] = {}
        self._sentence = ""
        theme.changed.connect(self.update)
        self.setObjectName("importance")
        self.setAccessibleName("Importance of settings")

    @property
    def shares(self) -> Mapping[str, float]:
        return self._shares

    @property
    def sentence(self) -> str:
        """What is said in place of bars."""
        return self._sentence

    def show_shares(self, shares: Mapping[str, float]) -> None:
        """Show a bar for each."""
        self._shares, self._sentence = dict(shares), ""
        self.setAccessibleDescription(
            ", ".join(f"{title} {share:.0%}" for title, share in shares.items())
        )
        self.updateGeometry()
        self.update()

    def show_sentence(self, sentence: str) -> None:
        """Say why there is nothing to show."""
        self._shares, self._sentence = {}, sentence
        self.setAccessibleDescription(sentence)
        self.updateGeometry()
        self.update()

    # --- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(scaled(320), scaled(_LINE) * max(2, len(self._shares)) + 2 * SPACE_M)

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._theme.tokens
        area = self.rect().adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M)
        metrics, flags = self.fontMetrics(), Qt.AlignmentFlag
        if self._sentence:
            painter.setPen(tokens.color("muted"))
            wrapped = flags.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, wrapped, self._sentence)
        titles = max((metrics.horizontalAdvance(each) for each in self._shares), default=0)
        left = area.left() + min(titles, int(_WIDEST * area.width())) + SPACE_S
        number = metrics.horizontalAdvance("100 %") + SPACE_S
        room, line, bar = max(1, area.right() - left - number), scaled(_LINE), scaled(_BAR)
        for place, (title, share) in enumerate(self._shares.items()):
            top = area.top() + place * line
            words = QRectF(area.left(), top, left - area.left() - SPACE_S, line)
            shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(words.width()))
            painter.setPen(tokens.color("text"))
            painter.drawText(words, flags.AlignRight | flags.AlignVCenter, shown)
            rect = QRectF(left, top + (line - bar) / 2, max(1.0, room * share), bar)
            painter.fillRect(rect, tokens.color("accent"))
            painter.setPen(tokens.color("muted"))
            place_of_number = QRectF(rect.right() + SPACE_S, top, number, line)
            painter.drawText(place_of_number, flags.AlignLeft | flags.AlignVCenter, f"{share:.0%}")
        painter.end()
