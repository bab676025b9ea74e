"""The theme: readable in both modes, and every control has its marks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QStyle,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.views.pages.evaluate.confusion import contrast
from desktop.views.theme import DARK, LIGHT, Mode, Theme, Tokens

TEXTS = ("text", "muted", "accent", "validation", "good", "warning", "bad")


@pytest.fixture
def untouched(qapp: QApplication) -> Iterator[QApplication]:
    """The application, given back its looks afterwards."""
    style, sheet = qapp.style().name(), qapp.styleSheet()
    palette, font = QPalette(qapp.palette()), QFont(qapp.font())
    yield qapp
    qapp.setStyleSheet(sheet)
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["window", "surface"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable(tokens: Tokens, ground: str, text: str) -> None:
    assert contrast(tokens.color(text), tokens.color(ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize(("text", "ground"), [("on_accent", "accent"), ("text", "selection")])
def test_text_on_color_is_readable(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(tokens.color(text), tokens.color(ground)) >= 4.5


def test_a_change_of_mode_is_reported_once(untouched: QApplication, qtbot: QtBot) -> None:
    theme = Theme(Mode.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(Mode.DARK)
    assert theme.is_dark and theme.tokens is DARK
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode(Mode.DARK)


def has_color(widget: QWidget, color: QColor, left: int = 0) -> bool:
    """Whether a pixel of `widget`, from the column `left` on, has nearly that color."""
    image = widget.grab().toImage()
    pixels = (
        image.pixelColor(x, y)
        for x in range(left + 3, image.width() - 3)
        for y in range(3, image.height() - 3)
    )
    wanted = color.getRgb()
    near = (
        max(abs(a - b) for a, b in zip(pixel.getRgb(), wanted, strict=True)) for pixel in pixels
    )
    return min(near) < 24


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_checks_and_arrows_are_drawn_in_the_tokens(
    untouched: QApplication, qtbot: QtBot, mode: Mode
) -> None:
    theme = Theme(mode)
    theme.apply()
    box, combo = QCheckBox(), QComboBox()
    box.setChecked(True)
    for widget in (box, combo):
        qtbot.addWidget(widget)
        widget.resize(120, 28)
        widget.ensurePolished()
    assert has_color(box, theme.tokens.color("accent"))
    assert has_color(box, theme.tokens.color("on_accent"))
    assert has_color(combo, theme.tokens.color("muted"), left=98)


def test_no_images_are_left_when_the_program_ends(tmp_path: Path) -> None:
    script = (
        "import ctypes, sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from desktop.views.theme import Theme\n"
        "app = QApplication([])\n"
        "theme = Theme()\n"
        "theme.apply()\n"
        "ctypes.pythonapi.Py_IncRef(ctypes.py_object(theme))  # nobody lets go of it\n"
        "print(len(list(Path(sys.argv[1]).rglob('*.png'))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=os.environ | {"TMPDIR": str(tmp_path), "TMP": str(tmp_path)},
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert int(done.stdout) > 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_buttons_of_dialogs_have_no_icons_of_the_desktop(
    untouched: QApplication, qtbot: QtBot
) -> None:
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    untouched.setStyleSheet("QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 1; }")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    qtbot.addWidget(box)
    box.ensurePolished()
    assert box.style().styleHint(hint, None, box)
    Theme(Mode.DARK).apply()
    box.ensurePolished()
    assert not box.style().styleHint(hint, None, box)
