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
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

PREFIX, FONT = "mdi6", "materialdesignicons6-"  # of the icons' names, and of the font's files


def icon(name: str, color: str, disabled_color: str) -> QIcon:
    """The icon called `name`, e.g. "mdi6.play", in colors given as #RRGGBB.

    Needs a QApplication. Raises an Exception if there is no icon of that name.
    """
    return QIcon(_Engine(_font().icon(name, color=color, color_disabled=disabled_color)))


class _Engine(QIconEngine):
    """Paints an icon of QtAwesome, and nothing where there is no room.

    A button that is not laid out yet asks for an icon of negative height, with which QtAwesome
    makes Qt warn.
    """

    def __init__(self, icon: QIcon) -> None:
        super().__init__()
        self._icon = icon

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if not rect.isEmpty():
            self._icon.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return QPixmap() if size.isEmpty() else self._icon.pixmap(size, 1.0, mode, state)


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
