"""Axes that put their ticks where a reader expects them: whole epochs, round powers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsSceneResizeEvent

from desktop.document.text import power_text, with_minus
from desktop.views.charts.summary import format_value
from desktop.views.theme import SIZE_SMALL, Tokens, scaled

MANTISSAS: tuple[tuple[float, ...], ...] = (  # of ticks within a power of ten, few to many
    (1.0,),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    tuple(range(1, 10)),
    tuple(np.arange(10, 100) / 10),
    tuple(np.arange(100, 1000) / 100),
)

SHORTEST = 5  # characters of an axis title, with the ellipsis, that still say something
OVERHANG = 8  # pixels that the number of a tick may reach beyond the axis


class ChartAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis in the colors of the theme, with small text and no unit prefixes.

    A title longer than the axis ends in an ellipsis; where hardly any of it fits, there is none.
    """

    def __init__(self, orientation: str) -> None:
        self._title = ""
        self._font = QFont()
        self._font.setPixelSize(SIZE_SMALL - 1)
        super().__init__(orientation, maxTickLength=-4)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickFont=self._font, tickTextOffset=4, hideOverlappingLabels=OVERHANG)

    def paint_with(self, tokens: Tokens, title: str) -> None:
        """Use the colors of `tokens` and the zoom in force, and write `title` along the axis."""
        self._font.setPixelSize(scaled(SIZE_SMALL - 1))
        self.setStyle(tickFont=self._font)
        self.fit()
        self.setPen(pg.mkPen(tokens.color("border"), width=1))
        self.setTickPen(pg.mkPen(tokens.color("grid"), width=1))
        self.setTextPen(pg.mkPen(tokens.color("muted")))
        self._title = title
        self.labelStyle = {"font-size": f"{scaled(SIZE_SMALL - 1)}px", "color": tokens.muted}
        self.setLabel(self._fitting_title())
        self.resizeEvent()  # puts it in the middle

    def fit(self) -> None:
        """Have room for the labels; each axis has its own."""

    def _fitting_title(self) -> str:
        """As much of the title as there is room for."""
        room = self.height() if self.orientation == "left" else self.width()
        mode = Qt.TextElideMode.ElideRight
        shown = QFontMetricsF(self._font).elidedText(self._title, mode, room)
        return shown if len(shown) >= min(SHORTEST, len(self._title)) else ""

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None = None) -> None:
        if self._title and self._fitting_title() != self.labelText:
            self.setLabel(self._fitting_title())
        super().resizeEvent(event)


class EpochAxis(ChartAxis):
    """A horizontal axis that counts whole epochs."""

    def __init__(self) -> None:
        super().__init__("bottom")

    def fit(self) -> None:
        self.setHeight(scaled(36))

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        spacings: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        whole = sorted({max(1.0, float(round(spacing))) for spacing, _ in spacings}, reverse=True)
        if maxVal - minVal < 1.5:  # looking inside an epoch
            return spacings[:1]
        return [(spacing, 0.0) for spacing in whole[:1]]

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        return [f"{value:g}" for value in np.round(values, 6)]


class ValueAxis(ChartAxis):
    """A vertical axis of values, plain or as logarithms to the base of ten."""

    def __init__(self) -> None:
        super().__init__("left")
        self.logarithmic = False
        self.setTickDensity(1.8)
        self.setGrid(255)

    def fit(self) -> None:
        self.setWidth(scaled(50))

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[Any, Any]]:
        if not self.logarithmic or maxVal - minVal > 30:
            plain: list[tuple[Any, Any]] = super().tickValues(minVal, maxVal, size)
            return plain[:1]
        room = max(2, int(size / scaled(28)))  # labels that fit
        ticks: list[float] = []
        for mantissas in MANTISSAS:
            found = [
                power + float(np.log10(mantissa))
                for power in range(int(np.floor(minVal)), int(np.ceil(maxVal)) + 1)
                for mantissa in mantissas
            ]
            found = [tick for tick in found if minVal <= tick <= maxVal]
            if ticks and len(found) > room:
                break
            ticks = found
        ticks = ticks[:: max(1, -(-len(ticks) // room))]
        return [(1.0, ticks)]

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        if not self.logarithmic:
            places = max(0, int(np.ceil(-np.log10(spacing) - 1e-9))) if spacing > 0 else 0
            if places > 4 or (len(values) and max(map(abs, values)) >= 1e5):
                return [_short(f"{value:.3g}") for value in values]
            return [with_minus(f"{value:.{places}f}") for value in values]
        return list(map(_power, values))


def _power(value: float) -> str:
    """10 to the `value`, whole powers as texts write them: 0.01, 10⁻⁷; others short: 2e−7."""
    if value == round(value):
        return power_text(value).removeprefix("1 × ")
    return _short(format_value(float(f"{10.0**value:.3g}")))


def _short(number: str) -> str:
    """A number with its power of ten in as few characters as can be: 1.5e5, 2e−7."""
    mantissa, letter, power = with_minus(number).partition("e")
    sign = "−" if power.startswith("−") else ""
    return mantissa + letter + sign + power.lstrip("+−0")
