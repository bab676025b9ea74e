"""Paints the rows of the stack as cards."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.views.editor.stack.model import CARD_ROLE
from desktop.views.theme import Theme
from desktop.views.widgets.layer_card import CardPainter, LayerCard

Index = QModelIndex | QPersistentModelIndex


class Spot(Enum):
    """A place on a card that can be clicked."""

    FIX = auto()  # the button that fixes its problem
    LIGHT = auto()  # the light that says how well it trains


class CardDelegate(QStyledItemDelegate):
    """Cards for a list view. `hot` is the spot that the mouse is on, and its row, if it is."""

    def __init__(self, view: QListView, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self.painter = CardPainter(theme)
        self.hot: tuple[int, Spot] | None = None

    def spot_rect(self, index: Index, rect: QRect, spot: Spot) -> QRect:
        """Where in `rect`, the place of the row, its `spot` is; empty without one."""
        card = index.data(CARD_ROLE)
        if not isinstance(card, LayerCard):
            return QRect()
        find = self.painter.fix_rect if spot is Spot.FIX else self.painter.light_rect
        return find(card, rect)

    # --- Qt ---------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card = index.data(CARD_ROLE)
        if not isinstance(card, LayerCard):
            return
        state = option.state
        rect = option.rect
        flag = QStyle.StateFlag
        self.painter.paint(
            painter,
            rect,
            card,
            selected=bool(state & flag.State_Selected),
            hovered=bool(state & flag.State_MouseOver) and card.family is not None,
            focused=bool(state & flag.State_HasFocus) and self._view.hasFocus(),
            on_fix=self.hot == (index.row(), Spot.FIX),
            on_light=self.hot == (index.row(), Spot.LIGHT),
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        card = index.data(CARD_ROLE)
        return QSize(width, self.painter.height(card, width) if isinstance(card, LayerCard) else 0)
