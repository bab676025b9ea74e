"""One set of tokens - colours, spacing, type - and the style sheet made from them.

Nothing else in the views names a colour or a size of its own. A widget that paints asks
`theme.tokens` while painting, and repaints on `theme.changed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

SPACE_XS, SPACE_S, SPACE_M, SPACE_L = 4, 8, 12, 16
RADIUS = 6
SIZE_SMALL, SIZE_BODY, SIZE_TITLE, SIZE_DISPLAY = 12, 13, 15, 28  # pixels


class Mode(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, as #RRGGBB. Text on window or surface has contrast >= 4.5:1."""

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
    validation="#C2570C",
    good="#1A7F4B",
    warning="#8F6000",
    bad="#C02B2B",
    grid="#E4E7EC",
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
)


class Theme(QObject):
    """The theme in force. `changed` is emitted when the tokens are other ones than before."""

    changed = Signal()

    def __init__(self, mode: Mode = Mode.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = mode
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._tokens = self._resolve()

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def is_dark(self) -> bool:
        return self._tokens is DARK

    def set_mode(self, mode: Mode) -> None:
        """Use the light or the dark theme, or follow the system."""
        self._mode = mode
        self._follow_system()

    def apply(self) -> None:
        """Give the application the style, palette, font and style sheet of the tokens."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setStyle("Fusion")
        font = QFont(app.font())
        font.setPixelSize(SIZE_BODY)
        app.setFont(font)
        app.setPalette(palette(self._tokens))
        app.setStyleSheet(style_sheet(self._tokens))

    def icon(self, name: str, token: str = "text") -> QIcon:
        """The QtAwesome icon called `name`, e.g. "mdi6.play", in a token's colour."""
        import qtawesome

        icon: QIcon = qtawesome.icon(
            name, color=getattr(self._tokens, token), color_disabled=self._tokens.border
        )
        return icon

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


def style_sheet(tokens: Tokens) -> str:
    """The application's style sheet; widgets choose a look by their dynamic property `role`."""
    t = tokens
    return f"""
    QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.border};
        padding: {SPACE_XS}px; }}
    QLabel[role="title"] {{ font-size: {SIZE_TITLE}px; font-weight: 600; }}
    QLabel[role="display"] {{ font-size: {SIZE_DISPLAY}px; font-weight: 600; }}
    QLabel[role="muted"] {{ color: {t.muted}; }}
    QLabel[role="small"] {{ color: {t.muted}; font-size: {SIZE_SMALL}px; }}
    QLabel[role="bad"] {{ color: {t.bad}; }}
    QLabel[role="warning"] {{ color: {t.warning}; }}
    QLabel[role="good"] {{ color: {t.good}; }}
    QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; }}
    QPushButton, QToolButton {{ padding: 5px 10px; border: 1px solid {t.border};
        border-radius: {RADIUS}px; background: {t.raised}; color: {t.text}; }}
    QToolBar QToolButton, QToolButton[role="flat"] {{ border-color: transparent;
        background: transparent; }}
    QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
    QPushButton:pressed, QToolButton:pressed, QToolButton:checked, QPushButton:checked {{
        background: {t.selection}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1px solid {t.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {t.muted}; background: transparent; }}
    QPushButton[role="primary"], QToolButton[role="primary"] {{ background: {t.accent};
        color: {t.on_accent}; border-color: {t.accent}; font-weight: 600; }}
    QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover {{
        background: {t.accent}; border-color: {t.text}; }}
    QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {{
        background: {t.hover}; color: {t.muted}; border-color: {t.border}; }}
    QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {{ padding: 4px 6px;
        border: 1px solid {t.border}; border-radius: {RADIUS}px; background: {t.surface};
        color: {t.text}; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; min-height: 18px; }}
    QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
    QPlainTextEdit:focus {{ border: 1px solid {t.accent}; }}
    QLineEdit[invalid="true"] {{ border: 1px solid {t.bad}; }}
    QTabWidget::pane {{ border: none; }}
    QTabBar::tab {{ padding: {SPACE_S}px {SPACE_L}px; border: none; color: {t.muted};
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent};
        font-weight: 600; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:focus {{ color: {t.accent}; }}
    QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
    QDockWidget::title {{ padding: {SPACE_S}px {SPACE_M}px; background: {t.window}; }}
    QToolBar {{ border: none; border-bottom: 1px solid {t.border}; background: {t.surface};
        spacing: {SPACE_XS}px; padding: {SPACE_XS}px {SPACE_S}px; }}
    QStatusBar {{ border-top: 1px solid {t.border}; background: {t.surface}; }}
    QMainWindow::separator {{ background: {t.border}; width: 1px; height: 1px; }}
    QSplitter::handle {{ background: {t.border}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ border: none; background: transparent; }}
    QAbstractItemView {{ border: none; outline: none; }}
    QProgressBar {{ border: 1px solid {t.border}; border-radius: {RADIUS}px; height: 8px;
        background: {t.hover}; text-align: center; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: {RADIUS - 1}px; }}
    QHeaderView::section {{ background: {t.window}; color: {t.muted}; border: none;
        border-bottom: 1px solid {t.border}; padding: {SPACE_XS}px {SPACE_S}px; }}
    """
