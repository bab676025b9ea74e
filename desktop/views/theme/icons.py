"""The icons: those of one of QtAwesome's fonts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import PySide6
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtGui import QIcon

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

PREFIX, FONT = "mdi6", "materialdesignicons6-"  # of the icons' names, and of the font's files


def icon(name: str, color: str, disabled_color: str) -> QIcon:
    """The icon called `name`, e.g. "mdi6.play", in colors given as #RRGGBB.

    Needs a QApplication. Raises an Exception if there is no icon of that name.
    """
    made: QIcon = _font().icon(name, color=color, color_disabled=disabled_color)
    return made


@cache
def _font() -> IconicFont:
    """The font of the icons; QtAwesome by itself would load all its twelve."""
    with _without_qtpy():
        import qtawesome
        from qtawesome.iconic_font import IconicFont

    folder = Path(qtawesome.get_fonts_info()[0])
    (font,), (names,) = folder.glob(f"{FONT}*.ttf"), folder.glob(f"{FONT}*.json")
    return IconicFont((PREFIX, font.name, names.name))


@contextmanager
def _without_qtpy() -> Iterator[None]:
    """Import the modules of Qt where QtPy's are asked for.

    QtPy, which QtAwesome takes Qt from, makes every class of Qt as it is imported: a quarter of the
    time that the window takes to appear.
    """
    parts = {"QtCore": QtCore, "QtGui": QtGui, "QtWidgets": QtWidgets}
    qtpy = ModuleType("qtpy")
    vars(qtpy).update(parts, PYSIDE_VERSION=PySide6.__version__)
    modules = {"qtpy": qtpy, **{f"qtpy.{name}": part for name, part in parts.items()}}
    before = {name: sys.modules[name] for name in modules if name in sys.modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]
        sys.modules.update(before)
