"""How each family of layers looks: an icon and a color, which always go with the family's word."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache

from desktop.document.layers import Family
from desktop.views.theme import DARK, RADIUS, icons


@dataclass(frozen=True)
class FamilyStyle:
    """The mdi6 icon and the color, as #RRGGBB, of one family."""

    icon: str
    color: str


FAMILIES: dict[Family, FamilyStyle] = {
    Family.CORE: FamilyStyle("mdi6.transit-connection-variant", "#4E79A7"),
    Family.CONVOLUTION: FamilyStyle("mdi6.blur", "#59A14F"),
    Family.POOLING: FamilyStyle("mdi6.arrow-collapse", "#76B7B2"),
    Family.RESHAPING: FamilyStyle("mdi6.view-grid-outline", "#9C755F"),
    Family.AUGMENTATION: FamilyStyle("mdi6.image-auto-adjust", "#EDC948"),
    Family.ACTIVATION: FamilyStyle("mdi6.sine-wave", "#F28E2B"),
    Family.NORMALIZATION: FamilyStyle("mdi6.chart-bell-curve", "#B07AA1"),
    Family.REGULARIZATION: FamilyStyle("mdi6.shield-half-full", "#E15759"),
}


def family_color(family: Family) -> QColor:
    """The color of `family`, the same in both themes."""
    return QColor(FAMILIES[family].color)


def tile(
    icon: str, color: str, size: int, ratio: float = 1.0, symbol_color: str = DARK.window
) -> QPixmap:
    """A rounded square of `color` with `icon` on it; `size` in logical pixels.

    The symbol is dark on every family's color, in both themes: contrast at least 3:1.
    """
    key = f"layerwise-tile-{icon}-{color}-{symbol_color}-{size}-{ratio}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(QRectF(0, 0, size, size), RADIUS - 1, RADIUS - 1)
    inner = round(size * 0.72)
    symbol = icons.icon(icon, symbol_color, symbol_color).pixmap(QSize(inner, inner), ratio)
    painter.drawPixmap(
        QRectF((size - inner) / 2, (size - inner) / 2, inner, inner),
        symbol,
        QRectF(symbol.rect()),
    )
    painter.end()
    QPixmapCache.insert(key, pixmap)
    return pixmap


def family_tile(family: Family, size: int, ratio: float = 1.0) -> QPixmap:
    """The tile of `family`."""
    style = FAMILIES[family]
    return tile(style.icon, style.color, size, ratio)
