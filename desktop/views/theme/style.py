"""The application's style sheet, made from the tokens of a theme."""

from __future__ import annotations

import re

from desktop.views.theme.tokens import (
    RADIUS,
    SIZE_DISPLAY,
    SIZE_SMALL,
    SIZE_TITLE,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    Tokens,
)
from desktop.views.theme.zoom import scaled

_LENGTH = re.compile(r"\b(\d+)px")


def style_sheet(tokens: Tokens, images: str = "") -> str:
    """The application's style sheet; widgets choose a look by their dynamic property `role`.

    `images` is what the paths of the marks begin with; without it arrows and checks are Qt's own.
    All lengths follow the zoom, but lines one pixel wide stay as thin.
    """
    parts = [_text(tokens), _buttons(tokens), _inputs(tokens), _frames(tokens), _views(tokens)]
    if images:
        parts.append(_marks(tokens))
    return _LENGTH.sub(_scale, "".join(parts)).replace("url(", f"url({images}")


def _scale(length: re.Match[str]) -> str:
    pixels = int(length[1])
    return f"{scaled(pixels) if pixels > 1 else pixels}px"


def _text(t: Tokens) -> str:
    return f"""
    QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.border};
        padding: {SPACE_XS}px; }}
    QLabel[role="title"] {{ font-size: {SIZE_TITLE}px; font-weight: 600; }}
    QLabel[role="display"] {{ font-size: {SIZE_DISPLAY}px; font-weight: 600; }}
    QLabel[role="huge"] {{ font-size: {2 * SIZE_DISPLAY}px; font-weight: 700; }}
    QLabel[role="muted"] {{ color: {t.muted}; }}
    QLabel[role="small"] {{ color: {t.muted}; font-size: {SIZE_SMALL}px; }}
    QLabel[role="bad"] {{ color: {t.bad}; }}
    QLabel[role="warning"] {{ color: {t.warning}; }}
    QLabel[role="good"] {{ color: {t.good}; }}
    """


def _buttons(t: Tokens) -> str:
    return f"""
    QPushButton, QToolButton, QMenu {{ icon-size: 16px; }}
    QToolBar {{ icon-size: 24px; }}
    QMessageBox {{ icon-size: 48px; }}
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
    QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus {{
        border: 2px solid {t.text}; padding: 4px 9px; }}
    QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {{
        background: {t.hover}; color: {t.muted}; border-color: {t.border}; }}
    """


def _inputs(t: Tokens) -> str:
    return f"""
    QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {{ padding: 4px 6px;
        border: 1px solid {t.border}; border-radius: {RADIUS}px; background: {t.surface};
        color: {t.text}; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; min-height: 18px; }}
    QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {{ border-color: {t.muted}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
    QTextEdit:focus {{ border: 1px solid {t.accent}; }}
    QTextBrowser[role="text"] {{ padding: 0; border: 1px solid transparent;
        background: transparent; }}
    QTextBrowser[role="text"]:focus {{ border: 1px solid {t.accent}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {t.muted};
        background: {t.window}; }}
    QLineEdit[invalid="true"] {{ border: 1px solid {t.bad}; }}
    QAbstractItemView QLineEdit, QAbstractItemView QAbstractSpinBox {{ padding: 0 4px;
        border-radius: 0; min-height: 0; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0;
        background: transparent; min-height: 0; }}
    QAbstractSpinBox {{ padding: 0; min-height: 26px; max-height: 26px; }}
    QComboBox {{ combobox-popup: 0; }}
    QComboBox QAbstractItemView {{ border: 1px solid {t.border}; background: {t.raised};
        padding: {SPACE_XS}px; }}
    QComboBox QAbstractItemView::item {{ min-height: 24px; padding: 0 {SPACE_XS}px;
        border-radius: {SPACE_XS}px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {t.selection}; color: {t.text}; }}
    QSlider {{ min-height: 16px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
    QSlider::sub-page:horizontal {{ border-radius: 2px; background: {t.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {t.border}; }}
    QSlider::handle:horizontal {{ width: 14px; margin: -6px 0; border: 1px solid {t.accent};
        border-radius: 7px; background: {t.raised}; }}
    QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{
        background: {t.accent}; }}
    QSlider::handle:horizontal:disabled {{ border-color: {t.border}; }}
    QProgressBar {{ border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
        background: {t.border}; text-align: center; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    """


def _frames(t: Tokens) -> str:
    return f"""
    QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; }}
    QTabWidget::pane {{ border: none; }}
    QTabBar::tab {{ padding: {SPACE_S}px {SPACE_M}px; border: none; color: {t.muted};
        border-bottom: 2px solid transparent; }}
    QMainWindow > QTabBar::tab {{ padding: {SPACE_S}px {SPACE_XS}px; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent};
        font-weight: 600; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:focus {{ color: {t.accent}; }}
    QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
    /* The icons of the desktop know nothing of the theme: black on dark. */
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QDockWidget::title {{ padding: {SPACE_S}px {SPACE_M}px; background: {t.window}; }}
    QToolBar {{ border: none; border-bottom: 1px solid {t.border}; background: {t.surface};
        spacing: {SPACE_XS}px; padding: {SPACE_XS}px {SPACE_S}px; }}
    QStatusBar {{ border-top: 1px solid {t.border}; background: {t.surface}; }}
    QStatusBar::item {{ border: none; }}
    QMenuBar {{ background: {t.surface}; }}
    QMenuBar::item {{ padding: {SPACE_XS}px {SPACE_S}px; background: transparent;
        border-radius: {SPACE_XS}px; }}
    QMenuBar::item:selected {{ background: {t.hover}; }}
    QMenu {{ background: {t.raised}; border: 1px solid {t.border}; padding: {SPACE_XS}px; }}
    QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: {SPACE_XS}px;
        background: transparent; }}
    QMenu::item:selected {{ background: {t.selection}; color: {t.text}; }}
    QMenu::item:disabled {{ color: {t.muted}; }}
    QMenu::icon {{ padding-left: {SPACE_S}px; }}
    QMenu::separator {{ height: 1px; margin: {SPACE_XS}px; background: {t.border}; }}
    QMainWindow::separator {{ background: {t.border}; width: 1px; height: 1px; }}
    QSplitter::handle {{ background: {t.border}; }}
    QSplitter[role="gap"]::handle {{ background: transparent; }}
    QSplitter[role="gap"]::handle:hover {{ background: {t.border}; border-radius: {SPACE_XS}px; }}
    """


def _views(t: Tokens) -> str:
    muted = t.color("muted")
    handle = f"rgba({muted.red()}, {muted.green()}, {muted.blue()}, 60%)"
    return f"""
    QScrollArea, QScrollArea > QWidget > QWidget {{ border: none; background: transparent; }}
    QAbstractItemView {{ border: none; outline: none; selection-color: {t.text};
        selection-background-color: {t.selection}; }}
    QTableView {{ gridline-color: {t.grid}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{ background: {t.window}; color: {t.muted}; border: none;
        padding: {SPACE_XS}px {SPACE_S}px; }}
    QHeaderView::section:horizontal {{ border-bottom: 1px solid {t.border}; }}
    QHeaderView::section:vertical {{ border-right: 1px solid {t.border}; }}
    QTableCornerButton::section {{ background: {t.window}; border: none;
        border-right: 1px solid {t.border}; border-bottom: 1px solid {t.border}; }}
    QScrollBar {{ background: transparent; border: none; margin: 0; }}
    QScrollBar:vertical {{ width: 10px; }}
    QScrollBar:horizontal {{ height: 10px; }}
    QScrollBar::handle {{ background: {handle}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {t.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    """


def _marks(t: Tokens) -> str:
    """What needs an image: arrows of spin boxes and combo boxes, checks."""
    box = "QCheckBox::indicator, QAbstractItemView::indicator, QMenu::indicator"
    return f"""
    QComboBox::drop-down {{ subcontrol-origin: border; subcontrol-position: center right;
        width: 24px; border: none; }}
    QComboBox::down-arrow {{ image: url(down.png); width: 16px; height: 16px; }}
    QComboBox::down-arrow:disabled {{ image: url(down-off.png); }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ subcontrol-origin: border;
        width: 22px; border: none; margin: 1px; border-radius: {RADIUS - 2}px; }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
        background: {t.hover}; }}
    QAbstractSpinBox::up-button:pressed, QAbstractSpinBox::down-button:pressed {{
        background: {t.selection}; }}
    QAbstractSpinBox::up-arrow {{ image: url(up.png); width: 12px; height: 12px; }}
    QAbstractSpinBox::down-arrow {{ image: url(down.png); width: 12px; height: 12px; }}
    QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off {{
        image: url(up-off.png); }}
    QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off {{
        image: url(down-off.png); }}
    QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {t.muted};
        border-radius: 7px; background: {t.surface}; }}
    QRadioButton::indicator:checked {{ width: 8px; height: 8px; border: 4px solid {t.accent}; }}
    QRadioButton::indicator:focus {{ border-color: {t.accent}; }}
    QCheckBox {{ spacing: {SPACE_S}px; }}
    {box} {{ width: 14px; height: 14px; border: 1px solid {t.muted};
        border-radius: 4px; background: {t.surface}; }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked,
    QMenu::indicator:checked {{ image: url(check.png); background: {t.accent};
        border-color: {t.accent}; }}
    QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {{
        image: url(some.png); background: {t.accent}; border-color: {t.accent}; }}
    QCheckBox::indicator:checked:focus, QCheckBox::indicator:indeterminate:focus {{
        border-color: {t.text}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.border}; background: {t.window}; }}
    QCheckBox::indicator:checked:disabled {{ image: url(check-off.png); }}
    QMenu::indicator {{ margin-left: 6px; }}
    """
