"""A check box whose text wraps, as Qt's does not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from desktop.views.widgets.text import parts

_MARGIN = 4  # pixels that styles leave free


class CheckBox(QCheckBox):
    """Takes as many lines as its text needs in its width. `text()` stays the text as given."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        # Layouts ask again and again. Both are kept until the font or the style changes.
        self._beside: int | None = None
        self._heights: dict[tuple[str, int], int] = {}

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def _beside_text(self) -> int:
        """Pixels that the box itself and the space beside it take."""
        if self._beside is None:
            metric, style = QStyle.PixelMetric, self.style()
            option = QStyleOptionButton()
            option.initFrom(self)
            self._beside = _MARGIN + sum(
                style.pixelMetric(each, option, self)
                for each in (metric.PM_IndicatorWidth, metric.PM_CheckBoxLabelSpacing)
            )
        return self._beside

    def _lines(self, width: int) -> list[str]:
        """The text in lines for a check box of this `width`."""
        room = width - self._beside_text()
        if self._width(self.text()) <= room:
            return [self.text()]
        lines = [""]
        for part in parts(self.text()):
            longer = lines[-1] + part
            if not lines[-1] or self._width(longer.rstrip()) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        return lines

    # --- Qt ---------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        self._beside = None
        self._heights.clear()
        super().changeEvent(event)

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.text = "\n".join(self._lines(self.width()))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        key = self.text(), width
        if key not in self._heights:
            more = len(self._lines(width)) - 1
            height = super().sizeHint().height() + more * self.fontMetrics().lineSpacing()
            self._heights[key] = height
        return self._heights[key]

    def minimumSizeHint(self) -> QSize:
        widest = max(self._width(part.rstrip()) for part in parts(self.text()))
        return QSize(self._beside_text() + widest, super().sizeHint().height())
