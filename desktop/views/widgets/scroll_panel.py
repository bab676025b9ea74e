"""What is shown in a dock beside the pages: as wide as that, and scrolled where it is higher."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, SPACE_S, scaled

NARROWEST = 200  # pixels


class ScrollPanel(QScrollArea):
    """One widget below the other in `column`. What is put there has to fit into `NARROWEST`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        self.column.setSpacing(SPACE_S)
        self.setWidget(self._inside)

    @property
    def needed_height(self) -> int:
        """The height at which everything is seen without a scroll bar, in the width of now."""
        return self._inside.heightForWidth(self.width())

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(NARROWEST), super().minimumSizeHint().height())
