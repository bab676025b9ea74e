"""Images in which several symbols were found, with a box around each and what is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.document.text import one_line
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.labels import muted_label
from desktop.workers.reports import ImagePrediction

_HIGHEST, _SMALLEST = 320, 120  # pixels
MOST = 6  # images at once


class Page(QWidget):
    """One such image, as wide as there is room."""

    def __init__(self, theme: Theme, symbols: Sequence[ImagePrediction]) -> None:
        super().__init__()
        self._theme, self._symbols = theme, tuple(symbols)
        page = symbols[0].page
        assert page is not None
        height, width = page.shape
        self._image = QImage(page.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
        self._image = self._image.copy()  # of bytes that are its own
        self.setMinimumSize(scaled(_SMALLEST), scaled(_SMALLEST))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        classes = " ".join(each.classes[each.best] for each in symbols)
        self.setAccessibleName(f"{one_line(symbols[0].path.name)}: predicted {classes}")

    @property
    def symbols(self) -> tuple[ImagePrediction, ...]:
        """What is predicted for each, in reading order."""
        return self._symbols

    def _place(self) -> QRect:
        """Where the image is painted."""
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRect(QPoint(0, 0), size)

    # --- Qt ---------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        width = scaled(_HIGHEST)
        return QSize(width, self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        height = round(width * self._image.height() / self._image.width())
        return max(min(height, scaled(_HIGHEST)), scaled(_SMALLEST))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place, tokens = self._place(), self._theme.tokens
        painter.drawImage(place, self._image)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        for each in self._symbols:
            assert each.box is not None
            box = QRectF(
                place.left() + each.box.left * place.width(),
                place.top() + each.box.top * place.height(),
                each.box.width * place.width(),
                each.box.height * place.height(),
            ).adjusted(-2, -2, 2, 2)
            painter.setPen(tokens.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            text = each.classes[each.best]
            tag = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * SPACE_XS, metrics.height())
            tag.moveBottomLeft(box.topLeft())
            if tag.top() < 0:
                tag.moveTopLeft(box.topLeft())
            painter.fillRect(tag, tokens.color("accent"))
            painter.setPen(tokens.color("on_accent"))
            painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)


class Pages(QWidget):
    """The images below one another; nothing where there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pages: list[Page] = []
        self._more = muted_label()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_S)
        self._layout.addWidget(self._more)
        self.hide()

    def show_pages(self, symbols: Sequence[ImagePrediction]) -> None:
        """Show the images of `symbols`, those of one image one after another."""
        for page in self.pages:
            self._layout.removeWidget(page)
            page.deleteLater()
        groups = [list(group) for _, group in groupby(symbols, lambda each: each.path)]
        self.pages = [Page(self._theme, group) for group in groups[:MOST]]
        for place, page in enumerate(self.pages):
            self._layout.insertWidget(place, page)
        left = len(groups) - len(self.pages)
        self._more.setText(f"{left:,} more are not shown with boxes.")
        self._more.setVisible(left > 0)
        self.setVisible(bool(self.pages))
