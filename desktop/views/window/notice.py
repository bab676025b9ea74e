"""Messages over the lower edge of the page: what the user should know and no widget can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.views.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, Theme, scaled

Action = tuple[str, Callable[[], object]]  # what a button says, and what it does

_WIDEST = 640  # pixels
_LOOK = {
    "bad": ("mdi6.alert-circle-outline", "Error"),
    "warning": ("mdi6.alert-outline", "Warning"),
    "good": ("mdi6.check-circle-outline", "Done"),
    "accent": ("mdi6.information-outline", "Note"),
}


class Banner(QFrame):
    """One message with its buttons. `closed(cause)`: the user closed it or pressed a button."""

    closed = Signal(str)

    def __init__(
        self, theme: Theme, text: str, level: str, actions: Sequence[Action], cause: str
    ) -> None:
        super().__init__()
        self._theme = theme
        self._level = level
        self._cause = cause
        self.setObjectName("banner")
        self.setAccessibleName(f"{_LOOK[level][1]}: {text}")
        self._icon = QLabel()
        self.label = QLabel(text)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)  # messages quote files
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._close = QToolButton()
        self._close.setProperty("role", "flat")
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self._on_close)
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addStretch(1)
        column.addWidget(self.label)
        if actions:
            buttons = QHBoxLayout()
            buttons.setSpacing(SPACE_XS)
            for title, run in actions:
                button = QPushButton(title)
                button.clicked.connect(self._on_close)
                button.clicked.connect(lambda _checked, run=run: run())
                buttons.addWidget(button)
            buttons.addStretch(1)
            column.addLayout(buttons)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_XS, SPACE_XS)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _on_close(self) -> None:
        self.closed.emit(self._cause)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        color = getattr(tokens, self._level)
        self.setStyleSheet(
            f"#banner {{ background: {tokens.raised}; border: 1px solid {tokens.border};"
            f" border-left: {SPACE_XS}px solid {color}; border-radius: {RADIUS}px; }}"
        )
        side = scaled(20)
        self._icon.setPixmap(
            self._theme.icon(_LOOK[self._level][0], self._level).pixmap(side, side)
        )
        self._icon.setFixedHeight(self._close.sizeHint().height())
        self._close.setIcon(self._theme.icon("mdi6.close", "muted"))


class Notice(QWidget):
    """Banners over the lower edge of `host`, the newest at the bottom; they move nothing.

    There is one message per cause: a new one takes the place of the old, and `withdraw` takes it
    away once the cause is gone. `closed(cause)`: the user closed a message.
    """

    closed = Signal(str)

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme = theme
        self._host = host
        self._banners: dict[str, Banner] = {}
        self.setObjectName("notice")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The messages shown, a line each, the newest last; "" if there are none."""
        return "\n".join(banner.label.text() for banner in self._banners.values())

    def show_message(
        self, text: str, level: str = "bad", actions: Sequence[Action] = (), cause: str = ""
    ) -> None:
        """Show `text` until it is closed, withdrawn, or replaced by one with the same `cause`.

        `level` is bad, warning, good or accent. Each of `actions` is a button's text and what it
        runs; the message is closed first.
        """
        self._remove(cause)
        banner = Banner(self._theme, text, level, actions, cause)
        banner.closed.connect(self._on_closed)
        self._banners[cause] = banner
        self._column.addWidget(banner)
        self._place()
        self.show()
        self.raise_()

    def withdraw(self, *causes: str) -> None:
        """Take the messages with these causes away, if they are there."""
        for cause in causes:
            self._remove(cause)
        self._place()

    def _on_closed(self, cause: str) -> None:
        self.withdraw(cause)
        self.closed.emit(cause)

    def _remove(self, cause: str) -> None:
        banner = self._banners.pop(cause, None)
        if banner is not None:
            banner.hide()
            self._column.removeWidget(banner)
            banner.deleteLater()

    def _place(self) -> None:
        """Lie on the lower edge of the host, as wide as is good to read."""
        if not self._banners:
            self.hide()
            return
        area = self._host.rect().adjusted(SPACE_S, SPACE_S, -SPACE_S, -SPACE_S)
        width = max(min(scaled(_WIDEST), area.width()), 1)
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        left = area.left() + (area.width() - width) // 2
        self.setGeometry(left, area.bottom() - height + 1, width, height)

    # --- Qt ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a font or a text has another size
            self._place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
