"""What the palette shows while layers are dragged over it: letting go removes them."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.theme import RADIUS, SPACE_S, Theme

_ICON = 32


class RemoveHint(QWidget):
    """Covers its parent while it is shown."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = ""
        self.setObjectName("remove_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_for(self, count: int) -> None:
        """Say that `count` layers are removed when they are dropped."""
        self.text = f"Release to remove {'the layer' if count == 1 else f'{count} layers'}"
        self.setAccessibleName(self.text)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    # --- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.9)  # the list shines through: it is still there
        painter.fillRect(self.rect(), tokens.color("window"))
        painter.setOpacity(1)
        painter.setPen(QPen(tokens.color("bad"), 2, Qt.PenStyle.DashLine))
        area = self.rect().adjusted(SPACE_S, SPACE_S, -SPACE_S, -SPACE_S)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        top = area.top() + area.height() // 3
        icon = QRect(area.center().x() - _ICON // 2, top - _ICON - SPACE_S, _ICON, _ICON)
        self._theme.icon("mdi6.delete-outline", "bad").paint(painter, icon)
        painter.setPen(tokens.color("text"))
        text = area.adjusted(SPACE_S, top - area.top(), -SPACE_S, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self.text)
