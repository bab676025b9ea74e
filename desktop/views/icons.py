"""The icons: those of one of QtAwesome's fonts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

PREFIX, FONT = "mdi6", "materialdesignicons6-"  # of the icons' names, and of the font's files


def icon(name: str, color: str, disabled_color: str) -> QIcon:
    """The icon called `name`, e.g. "mdi6.play", in colours given as #RRGGBB.

    Needs a QApplication. Raises an Exception if there is no icon of that name.
    """
    made: QIcon = _font().icon(name, color=color, color_disabled=disabled_color)
    return made


@cache
def _font() -> IconicFont:
    """The font of the icons; QtAwesome by itself would load all its twelve."""
    import qtawesome
    from qtawesome.iconic_font import IconicFont

    folder = Path(qtawesome.get_fonts_info()[0])
    (font,), (names,) = folder.glob(f"{FONT}*.ttf"), folder.glob(f"{FONT}*.json")
    return IconicFont((PREFIX, font.name, names.name))
