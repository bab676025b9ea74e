"""What stands around the cards: the total below them, and the hint while there are none."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.document.analysis import Analysis
from desktop.document.text import UNKNOWN, counted
from desktop.views.theme import RADIUS, SPACE_L, SPACE_S, Theme, scaled
from desktop.views.widgets.layer_card import INPUT_ICON, SIDE

EMPTY_TEXT = "Drag layers here, or double-click one in the list"
_ICON = 32


class Footer(QLabel):
    """The total of parameters, in one line that is shortened to fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._full = ""
        self.setObjectName("parameters")
        self.setProperty("role", "small")
        self.setAccessibleName("Total parameters")
        self.setIndent(SIDE + SPACE_S)

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the total of `analysis`, as far as its layers can work."""
        known = analysis.schema is not None
        text = counted(analysis.parameters, "parameter") if known else f"{UNKNOWN} parameters"
        fixed = sum(info.parameters - info.trainable_parameters for info in analysis.layers)
        broken = next((info for info in analysis.layers if info.output_shape is None), None)
        if broken is not None and known:
            text += f" before {broken.name}"
        elif fixed:
            text += f", {fixed:,} not trained"
        self._full = text
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.fit()

    def fit(self) -> None:
        """Show as much of the text as there is room for."""
        room = max(self.width() - self.indent() - SPACE_S, 1)
        mode = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._full, mode, room))

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def paint_empty(painter: QPainter, area: QRect, theme: Theme) -> None:
    """Say in `area` how layers get into the stack."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.tokens.color("border"), 1, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(area, RADIUS, RADIUS)
    middle = area.center()
    side = scaled(_ICON)
    mark = QRect(middle.x() - side // 2, middle.y() - side - SPACE_L, side, side)
    theme.icon(INPUT_ICON, "muted").paint(painter, mark)
    painter.setPen(theme.tokens.color("muted"))
    text = area.adjusted(SPACE_L, area.height() // 2 - SPACE_S, -SPACE_L, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, EMPTY_TEXT)
