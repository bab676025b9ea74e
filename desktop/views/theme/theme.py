"""The theme in force: its tokens, and the palette, font and style sheet made from them.

Nothing else in the views names a color or a size of its own. A widget that paints asks
`theme.tokens` while painting, and repaints on `theme.changed`.
"""

from __future__ import annotations

import weakref
from enum import StrEnum

from PySide6.QtCore import QDir, QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop.views.theme import icons, zoom
from desktop.views.theme.style import style_sheet
from desktop.views.theme.tokens import (
    DARK,
    LIGHT,
    SIZE_BODY,
    Tokens,
)

# Marks in the style sheet: file name, QtAwesome icon, token.
_IMAGE_SIZE = 16
_IMAGES = (
    ("up", "mdi6.chevron-up", "muted"),
    ("down", "mdi6.chevron-down", "muted"),
    ("up-off", "mdi6.chevron-up", "border"),
    ("down-off", "mdi6.chevron-down", "border"),
    ("check", "mdi6.check-bold", "on_accent"),
    ("check-off", "mdi6.check-bold", "muted"),
    ("some", "mdi6.minus-thick", "on_accent"),
)


class Mode(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The theme in force, and its zoom. `changed` is emitted when either is another than before."""

    changed = Signal()

    def __init__(
        self,
        mode: Mode = Mode.SYSTEM,
        zoom_percent: int = zoom.USUAL,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._zoom = zoom_percent
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._tokens = self._resolve()
        self._images = QTemporaryDir(QDir.tempPath() + "/layerwise-XXXXXX")
        weakref.finalize(self, self._images.remove)  # also when Python ends with the theme alive

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def is_dark(self) -> bool:
        return self._tokens is DARK

    @property
    def zoom(self) -> int:
        """How large everything is shown, in per cent."""
        return self._zoom

    def set_zoom(self, percent: int) -> None:
        """Show everything larger or smaller: text, icons, and what is painted."""
        if percent != self._zoom:
            self._zoom = percent
            self.apply()
            self.changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Use the light or the dark theme, or follow the system."""
        self._mode = mode
        self._follow_system()

    def apply(self) -> None:
        """Give the application the style, palette, font and style sheet of the tokens."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        zoom.use(self._zoom)
        app.setStyle("Fusion")
        font = QFont(app.font())
        font.setPixelSize(zoom.scaled(SIZE_BODY))
        app.setFont(font)
        app.setPalette(palette(self._tokens))
        app.setStyleSheet(style_sheet(self._tokens, self._write_images()))

    def icon(self, name: str, token: str = "text") -> QIcon:
        """The QtAwesome icon called `name`, e.g. "mdi6.play", in a token's color."""
        return icons.icon(name, getattr(self._tokens, token), self._tokens.border)

    def _write_images(self) -> str:
        """Write the marks a style sheet can only take from files; returns their path prefix."""
        if not self._images.isValid():
            return ""
        prefix = f"{self._images.path()}/{'dark' if self.is_dark else 'light'}-{self._zoom}-"
        size = zoom.scaled(_IMAGE_SIZE)
        for name, icon, token in _IMAGES:
            for scale, suffix in ((1, ""), (2, "@2x")):
                pixmap = self.icon(icon, token).pixmap(size * scale, size * scale)
                pixmap.save(f"{prefix}{name}{suffix}.png")
        return prefix

    def _resolve(self) -> Tokens:
        if self._mode is Mode.SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._mode is Mode.DARK
        return DARK if dark else LIGHT

    def _follow_system(self) -> None:
        tokens = self._resolve()
        if tokens is not self._tokens:
            self._tokens = tokens
            self.apply()
            self.changed.emit()


def palette(tokens: Tokens) -> QPalette:
    """A QPalette in which every role the widgets use comes from the tokens."""
    result = QPalette()
    role = QPalette.ColorRole
    for color_role, token in {
        role.Window: "window",
        role.WindowText: "text",
        role.Base: "surface",
        role.AlternateBase: "hover",
        role.Text: "text",
        role.Button: "raised",
        role.ButtonText: "text",
        role.BrightText: "bad",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.ToolTipBase: "raised",
        role.ToolTipText: "text",
        role.PlaceholderText: "muted",
        role.Link: "accent",
        role.Mid: "border",
        role.Light: "raised",
        role.Midlight: "hover",
        role.Dark: "border",
    }.items():
        result.setColor(color_role, tokens.color(token))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, color_role, tokens.color("muted", 0.6))
    return result
