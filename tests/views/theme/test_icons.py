"""The icons have their colors, and whoever needs QtPy still gets it."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.theme.icons import icon


def ink(made: QIcon, mode: QIcon.Mode) -> set[str]:
    """The opaque colors of an icon."""
    image = made.pixmap(32, 32, mode).toImage()
    pixels = [QColor(image.pixelColor(x, y)) for x in range(32) for y in range(32)]
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_an_icon_has_a_color_for_each_state(qtbot: QtBot) -> None:
    made = icon("mdi6.play", "#112233", "#aabbcc")
    assert ink(made, QIcon.Mode.Normal) == {"#112233"}
    assert ink(made, QIcon.Mode.Disabled) == {"#aabbcc"}


def test_a_button_without_room_gets_no_icon(qtbot: QtBot) -> None:
    """It asks for one of negative height. A message of Qt fails the test."""
    made = icon("mdi6.play", "#112233", "#aabbcc")
    button = QToolButton()
    qtbot.addWidget(button)
    button.setIcon(made)
    button.setStyleSheet("padding: 8px")
    button.resize(12, 12)
    button.show()
    assert not button.grab().isNull()
    assert made.pixmap(QSize(10, -3)).isNull()


def test_an_icon_is_as_sharp_as_the_screen(qtbot: QtBot) -> None:
    """Pixels of its own for a screen of twice the resolution."""
    made = icon("mdi6.play", "#112233", "#aabbcc")
    assert made.pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)


def test_qtpy_is_neither_loaded_nor_replaced() -> None:
    script = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from desktop.views.theme.icons import icon; icon('mdi6.play', '#112233', '#aabbcc');"
        "assert not [name for name in sys.modules if name.startswith('qtpy')];"
        "import qtpy.QtCore; assert qtpy.API_NAME == 'PySide6' and qtpy.QtCore.__file__"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
