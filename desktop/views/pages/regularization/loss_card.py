"""The card *Loss in two parts*: what the data and what the penalty contribute, in each variant."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from desktop.document.metrics import LOSS, in_sentence, metric_title
from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.results import figure
from desktop.workers.regularization import Regularized

ABOUT = (
    "All of it is measured after the training, with dropout off. L1 and L2 add a penalty for large "
    "weights to the loss (hatched), so their losses cannot be compared with the others: compare "
    "the part that the data contributes, or the accuracy. The column on the right is what Keras "
    "reported while training; with dropout on it looks worse than the network is."
)
_WITH_BARS = 460  # pixels of the card at least, to have bars beside the figures


class PartsBar(QWidget):
    """Two numbers as a bar: that of the data, and the penalty, hatched, behind it."""

    def __init__(self, theme: Theme, data: float, penalty: float, longest: float) -> None:
        super().__init__()
        self._theme, self._parts, self._longest = theme, (data, penalty), longest
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(scaled(80), scaled(14))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(40), scaled(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter, x = self._theme.tokens, QPainter(self), 0.0
        colors = (tokens.color("accent"), tokens.color("validation"))
        styles = (Qt.BrushStyle.SolidPattern, Qt.BrushStyle.BDiagPattern)
        for part, color, style in zip(self._parts, colors, styles, strict=True):
            width = self.width() * max(part, 0.0) / self._longest if self._longest > 0 else 0.0
            area = QRectF(x, 0, width, self.height())
            color_behind = tokens.color("validation", 0.2)
            if style is not Qt.BrushStyle.SolidPattern:
                painter.fillRect(area, color_behind)
            brush = painter.brush()
            brush.setColor(color)
            brush.setStyle(style)
            painter.fillRect(area, brush)
            x += width
        painter.end()


class LossCard(Card):
    """A line for each variant that is measured."""

    def __init__(self, comparison: Comparison, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Loss in two parts", parent)
        self._comparison, self._theme = comparison, theme
        about = muted_label(ABOUT)
        self.table = QWidget()
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_S)
        policy = QSizePolicy.Policy
        self.table.setSizePolicy(policy.Ignored, policy.Preferred)  # the bars give way
        self.lines: list[tuple[str, ...]] = []
        self._bars: list[PartsBar] = []
        self._shown: list[tuple[str, Regularized]] = []
        self.body.addWidget(about)
        self.body.addWidget(self.table)
        comparison.changed.connect(self.refresh)
        comparison.begun.connect(self.refresh)
        theme.changed.connect(self.table.update)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known by now."""
        shown = [
            (each, each.measured) for each in self._comparison.shown if each.measured is not None
        ]
        self.setVisible(bool(shown))
        state = [(variant.run, measured) for variant, measured in shown]
        if state == self._shown:
            return
        self._shown = state
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        metric = _second_metric(shown)
        heads = ["", "", "Data", "Penalty"]
        if metric:
            title = in_sentence(metric_title(metric))
            heads += [f"{rows} {title}" for rows in ("Training", "Validation", "Reported")]
        for column, head in enumerate(heads):
            self._put(0, column, head, "small")
        longest = max((found.data_loss + found.penalty for _, found in shown), default=0.0)
        self.lines, self._bars = [], []
        for row, (variant, found) in enumerate(shown, start=1):
            line = self._line(variant, found, metric)
            self.lines.append(line)
            self._put(row, 0, line[0])
            bar = PartsBar(self._theme, found.data_loss, found.penalty, longest)
            bar.setAccessibleName(f"{line[0]}: data {line[1]}, penalty {line[2]}")
            self._grid.addWidget(bar, row, 1)
            self._bars.append(bar)
            for column, text in enumerate(line[1:], start=2):
                self._put(row, column, text)
        self._grid.setColumnStretch(1, 1)
        self._fit()

    def _fit(self) -> None:
        """Leave the bars out where the figures need the room."""
        for bar in self._bars:
            bar.setVisible(self.width() >= scaled(_WITH_BARS))

    def _line(self, variant: Variant, found: Regularized, metric: str) -> tuple[str, ...]:
        """The texts of a line: name, data, penalty, and three times the metric."""
        texts = [
            variant.name[:1].upper() + variant.name[1:],
            figure(found.data_loss),
            figure(found.penalty),
        ]
        if metric:
            record = variant.record
            logs = (
                [each.logs for each in record.epochs if each.epoch == found.epoch] if record else []
            )
            reported = logs[0].get(metric) if logs else None
            texts += [
                figure(found.training.get(metric)),
                figure(found.validation.get(metric)),
                figure(reported),
            ]
        return tuple(texts)

    def _put(self, row: int, column: int, text: str, role: str = "") -> None:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(bool(role) or not column)
        if role:
            label.setProperty("role", role)
        side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
        label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(label, row, column)

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _second_metric(shown: list[tuple[Variant, Regularized]]) -> str:
    """The first metric beside the loss; "" if there is none."""
    names = (name for _, found in shown for name in found.training if name != LOSS)
    return next(names, "")
