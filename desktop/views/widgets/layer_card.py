"""A layer as a card: what stands on it, how tall it is, and how it is painted.

The same card is painted in the list and under the mouse while it is dragged.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.document.analysis import Analysis
from desktop.document.health import Health, Level
from desktop.document.layers import Family, Layer
from desktop.document.problems import Problem, Severity
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.text import counted, shape_text
from desktop.views.theme import RADIUS, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.theme.families import FAMILIES, family_tile, tile
from desktop.views.widgets.card_text import bold, draw, draw_right, small, wrapped

STRIPE = 4  # width of the family's color along the left edge
TILE = 22
MARK, WAND = 16, 14  # icons of a problem and of its fix
LIGHT = 8  # across
GAP = 3  # between cards, above and below each
SIDE = SPACE_S  # between a card and the edge of the list
DRAG_SPOT = QPoint(-12, -32)  # a dragged card hangs so low that it does not cover where it lands
INPUT_ICON = "mdi6.tray-arrow-down"
_DRAGGED_WIDTH = 240


@dataclass(frozen=True)
class LayerCard:
    """What a card says. `family` is None on the card of the input."""

    name: str
    family: Family | None
    details: str
    shape: str
    parameters: str
    problems: tuple[Problem, ...] = ()
    health: Health | None = None

    @property
    def problem(self) -> Problem | None:
        """The one that is written out: the first, which is the most severe."""
        return self.problems[0] if self.problems else None

    @property
    def message(self) -> str:
        if self.problem is None:
            return ""
        more = len(self.problems) - 1
        return self.problem.message + (f" (+ {more} more)" if more else "")

    @property
    def sentence(self) -> str:
        """Everything on the card, for a screen reader."""
        parts = [self.name, self.family or "", self.details, self.shape, self.parameters]
        parts += [f"health: {self.health.word}"] if self.health is not None else []
        parts += [f"{problem.severity}: {problem.message}" for problem in self.problems]
        return ", ".join(part for part in parts if part)


def input_card(project: Project, schema: DataSchema | None) -> LayerCard:
    """The card above the first layer; `schema` is None as long as the data is not known."""
    shape = shape_text(schema.input_shape if schema else None)
    return LayerCard("Input", None, project.data.title, shape, "")


def layer_card(analysis: Analysis, index: int, health: Health | None = None) -> LayerCard:
    """The card of the layer at `index`; `health` is what is known of how it trains."""
    info = analysis.layers[index]
    shape = f"→ {shape_text(info.output_shape)}"
    return LayerCard(
        info.name,
        info.layer.family,
        info.layer.details(),
        shape,
        counted(info.parameters, "parameter") if info.parameters else "",
        analysis.problems_of(index),
        health,
    )


def class_card(cls: type[Layer]) -> LayerCard:
    """The card of a layer that is not in a stack yet."""
    return LayerCard(cls.tag, cls.family, cls().details(), "", "")


def _count_for(text: str, font: QFont, width: int) -> str:
    """The count of parameters in `text` as it fits into `width` whole, at least the number."""
    number, _, _ = text.partition(" ")
    metrics = QFontMetrics(font)
    forms = (text, text.replace("parameter", "param"), number)
    mode = Qt.TextElideMode.ElideRight
    return next((form for form in forms if metrics.elidedText(form, mode, width) == form), number)


class CardPainter:
    """Measures and paints cards with the colors of `theme`."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def height(self, card: LayerCard, width: int) -> int:
        """The height of `card` in a list `width` wide, with the gaps around it."""
        height = self._body_height(card, QRect(0, 0, width, 0))
        if card.problem is not None:
            height += self._message_rect(card, QRect(0, 0, width, 0)).height() + SPACE_S
            if card.problem.fix is not None:
                height += self._fix_height() + SPACE_XS
        return height + 2 * GAP

    def fix_rect(self, card: LayerCard, rect: QRect) -> QRect:
        """Where the button is that fixes the problem; empty if there is none."""
        if card.problem is None or card.problem.fix is None:
            return QRect()
        message = self._message_rect(card, rect)
        metrics = QFontMetrics(small())
        width = metrics.horizontalAdvance(card.problem.fix.label) + 2 * SPACE_S + scaled(TILE - 4)
        width = min(width, message.width())
        return QRect(message.left(), message.bottom() + SPACE_XS, width, self._fix_height())

    def light_rect(self, card: LayerCard, rect: QRect) -> QRect:
        """Where the light and its word are; empty if nothing is known of the layer's health."""
        if card.health is None:
            return QRect()
        text, line = self._text_left(rect), self._line(small())
        left = text - SPACE_S - scaled(TILE + LIGHT) // 2  # in the middle below the tile
        bottom = self._frame(rect).top() + self._body_height(card, rect) - 6
        word = QFontMetrics(small()).horizontalAdvance(card.health.word)
        right = min(text + word, self._frame(rect).right() - SPACE_XS)
        return QRect(left, bottom - line, right - left, line)

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        card: LayerCard,
        *,
        selected: bool = False,
        hovered: bool = False,
        focused: bool = False,
        on_fix: bool = False,
        on_light: bool = False,
    ) -> None:
        """Paint `card` into `rect`, the place it has in the list."""
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, rect, card, selected, hovered, focused)
        text, side = tokens.color("text"), scaled(TILE)
        muted = text if selected else tokens.color("muted")
        left, top = self._text_left(rect), self._frame(rect).top() + 6
        right = self._frame(rect).right() - SPACE_S
        painter.drawPixmap(
            QPoint(left - side - SPACE_S, top + (self._line(bold()) + 2 - side) // 2 + 1),
            self._tile(card, painter.device().devicePixelRatioF()),
        )
        strong, body, fine = bold(), QApplication.font(), small()
        line = QRect(left, top, right - left, self._line(strong))
        family = str(card.family or "")
        beside_name = self._family_beside_name(card, rect)
        used = draw(painter, line, card.name, strong, text)
        rest = line.adjusted(used + SPACE_S, 0, 0, 0)
        corner = card.shape if card.family is None else family if beside_name else ""
        draw_right(painter, rest, corner, fine, muted)
        line.translate(0, line.height() + 1)
        if card.details or not beside_name:
            line.setHeight(self._line(body))
            used = draw(painter, line, card.details, body, text)
            if not beside_name and used:
                draw_right(painter, line.adjusted(used + SPACE_S, 0, 0, 0), family, fine, muted)
            elif not beside_name:
                draw(painter, line, family, fine, muted)
            line.translate(0, line.height() + 1)
        if card.family is not None and (card.shape or card.parameters):
            line.setHeight(self._line(fine))
            used = draw(painter, line, card.shape, fine, muted)
            rest = line.adjusted(used + SPACE_S, 0, 0, 0)
            draw_right(painter, rest, _count_for(card.parameters, fine, rest.width()), fine, muted)
        if card.health is not None:
            self._paint_light(painter, rect, card, text if selected or on_light else muted)
        if card.problem is not None:
            self._paint_problem(painter, rect, card, on_fix)
        painter.restore()

    def pixmap(self, card: LayerCard, ratio: float) -> QPixmap:
        """An image of `card` to be dragged: the line that shows where it lands shines through."""
        width = scaled(_DRAGGED_WIDTH)
        size = QSize(width, self.height(card, width))
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), card, hovered=True)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.fillRect(QRect(QPoint(0, 0), size), QColor(0, 0, 0, 150))
        painter.end()
        return pixmap

    # --- parts ------------------------------------------------------------------------------------

    def _paint_frame(
        self,
        painter: QPainter,
        rect: QRect,
        card: LayerCard,
        selected: bool,
        hovered: bool,
        focused: bool,
    ) -> None:
        tokens = self._theme.tokens
        frame = QRectF(self._frame(rect)).adjusted(0.5, 0.5, -0.5, -0.5)
        fill = "selection" if selected else "hover" if hovered else "raised"
        edge = "accent" if selected or focused else "border"
        if card.problem is not None and not selected and not focused:
            edge = "bad" if card.problem.severity is Severity.ERROR else "warning"
        pen = QPen(tokens.color(edge), 2 if focused else 1)
        if card.family is None:
            pen.setStyle(Qt.PenStyle.DashLine)
            fill = "hover" if selected else "window"
        painter.setPen(pen)
        painter.setBrush(tokens.color(fill))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if card.family is not None:
            painter.save()
            stripe = QRectF(frame.left(), frame.top(), scaled(STRIPE), frame.height())
            painter.setClipRect(stripe)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(FAMILIES[card.family].color))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
            painter.restore()

    def _paint_light(self, painter: QPainter, rect: QRect, card: LayerCard, color: QColor) -> None:
        assert card.health is not None
        place, side = self.light_rect(card, rect), scaled(LIGHT)
        light = QRectF(place.left(), place.center().y() + 1 - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.tokens.color(LEVEL_TOKENS[card.health.level]))
        painter.drawEllipse(light)
        word = QRect(self._text_left(rect), place.top(), place.width(), place.height())
        word.setRight(place.right() + 2)
        draw(painter, word, card.health.word, small(), color)

    def _paint_problem(self, painter: QPainter, rect: QRect, card: LayerCard, on_fix: bool) -> None:
        problem, tokens = card.problem, self._theme.tokens
        assert problem is not None
        token, icon = SEVERITY_LOOKS[problem.severity]
        message = self._message_rect(card, rect)
        side = scaled(MARK)
        mark = QRect(message.left() - scaled(TILE - 3) - SPACE_S, message.top(), side, side)
        self._theme.icon(icon, token).paint(painter, mark)
        painter.setFont(small())
        painter.setPen(tokens.color("text"))
        lines = wrapped(card.message, QFontMetrics(small()), message.width())
        painter.drawText(message, Qt.AlignmentFlag.AlignTop, "\n".join(lines))
        fix = self.fix_rect(card, rect)
        if problem.fix is None:
            return
        painter.setPen(QPen(tokens.color("accent"), 1))
        painter.setBrush(tokens.color("accent" if on_fix else "raised"))
        painter.drawRoundedRect(QRectF(fix).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        color = "on_accent" if on_fix else "accent"
        side = scaled(WAND)
        wand = QRect(fix.left() + 6, fix.center().y() + 1 - side // 2, side, side)
        self._theme.icon("mdi6.auto-fix", color).paint(painter, wand)
        label = fix.adjusted(SPACE_S + side, 0, -SPACE_XS, 0)
        draw(painter, label, problem.fix.label, small(), tokens.color(color))

    def _tile(self, card: LayerCard, ratio: float) -> QPixmap:
        if card.family is not None:
            return family_tile(card.family, scaled(TILE), ratio)
        tokens = self._theme.tokens
        return tile(INPUT_ICON, tokens.muted, scaled(TILE), ratio, tokens.surface)

    def _frame(self, rect: QRect) -> QRect:
        return rect.adjusted(SIDE, GAP, -SIDE, -GAP)

    def _text_left(self, rect: QRect) -> int:
        return self._frame(rect).left() + scaled(STRIPE) + SPACE_S + scaled(TILE) + SPACE_S

    def _line(self, font: QFont) -> int:
        return QFontMetrics(font).height()

    def _family_beside_name(self, card: LayerCard, rect: QRect) -> bool:
        """Whether the family's word has room in the first line; else it goes into the second."""
        if card.family is None:
            return True
        room = self._frame(rect).right() - SPACE_S - self._text_left(rect)
        name = QFontMetrics(bold()).horizontalAdvance(card.name)
        return name + SPACE_S + QFontMetrics(small()).horizontalAdvance(card.family) <= room

    def _body_height(self, card: LayerCard, rect: QRect) -> int:
        height = 12 + self._line(bold())
        if card.details or not self._family_beside_name(card, rect):
            height += self._line(QApplication.font()) + 1
        if card.family is not None and (card.shape or card.parameters):
            height += self._line(small()) + 1
        if card.health is not None:
            height += self._line(small()) + 1
        return height

    def _fix_height(self) -> int:
        return self._line(small()) + SPACE_S

    def _message_rect(self, card: LayerCard, rect: QRect) -> QRect:
        left, right = self._text_left(rect), self._frame(rect).right() - SPACE_S
        metrics = QFontMetrics(small())
        lines = len(wrapped(card.message, metrics, right - left))
        top = self._frame(rect).top() + self._body_height(card, rect) - 2
        return QRect(left, top, right - left, lines * metrics.lineSpacing())


SEVERITY_LOOKS = {  # token and icon: never told apart by color alone
    Severity.ERROR: ("bad", "mdi6.alert-circle"),
    Severity.WARNING: ("warning", "mdi6.alert"),
}
# The color of a light, and the role of a value; beside it there is always a word.
LEVEL_TOKENS = {Level.OK: "good", Level.WARNING: "warning", Level.ALARM: "bad"}
