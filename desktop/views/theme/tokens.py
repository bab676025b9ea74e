"""The colors, spacing and type sizes that every widget is made with."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

SPACE_XS, SPACE_S, SPACE_M, SPACE_L = 4, 8, 12, 16
RADIUS = 6
SIZE_SMALL, SIZE_BODY, SIZE_TITLE, SIZE_DISPLAY = 12, 13, 15, 28  # pixels


@dataclass(frozen=True)
class Tokens:
    """The colors of one theme, as #RRGGBB. Text on window or surface has contrast >= 4.5:1."""

    window: str
    surface: str
    raised: str
    border: str
    hover: str
    selection: str
    text: str
    muted: str
    accent: str  # training, and what can be pressed
    on_accent: str
    validation: str
    good: str
    warning: str
    bad: str
    grid: str
    class_1: str  # of points in a plane; told apart also by color-blind eyes (Okabe and Ito)
    class_2: str
    class_3: str
    class_4: str
    class_5: str

    @property
    def classes(self) -> tuple[QColor, ...]:
        """The colors of classes, in their order; the first two are also low and high numbers."""
        return tuple(self.color(f"class_{number}") for number in range(1, 6))

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """The token called `name` as a QColor, with opacity `alpha` from 0 to 1."""
        color = QColor(getattr(self, name))
        color.setAlphaF(alpha)
        return color


LIGHT = Tokens(
    window="#F5F6F8",
    surface="#FFFFFF",
    raised="#FFFFFF",
    border="#D8DCE2",
    hover="#EDF0F4",
    selection="#DCE7FD",
    text="#1B1F24",
    muted="#59626E",
    accent="#2563EB",
    on_accent="#FFFFFF",
    validation="#B8520B",
    good="#1A7F4B",
    warning="#8F6000",
    bad="#C02B2B",
    grid="#E4E7EC",
    class_1="#0072B2",
    class_2="#E06A00",
    class_3="#009E73",
    class_4="#B85C93",
    class_5="#B09A00",
)
DARK = Tokens(
    window="#15171B",
    surface="#1D2026",
    raised="#262A31",
    border="#353B44",
    hover="#2B3038",
    selection="#2A3C63",
    text="#E7EAEE",
    muted="#9BA5B1",
    accent="#6EA0FF",
    on_accent="#10131A",
    validation="#FF9A4D",
    good="#4CC38A",
    warning="#E3B341",
    bad="#FF7B72",
    grid="#2C313A",
    class_1="#56B4E9",
    class_2="#F58A2E",
    class_3="#2FC79A",
    class_4="#E08BBD",
    class_5="#EFE04A",
)
