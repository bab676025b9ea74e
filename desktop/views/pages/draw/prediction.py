"""The prediction for a drawing: the most probable class, and a bar for each class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.document.text import number_text, one_line, with_minus
from desktop.views.pages.draw.answer_choice import AnswerChoice
from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.samples import percent, score
from desktop.views.widgets.stage import UNTRAINED, stage
from desktop.workers.reports import FloatArray, Prediction, RowPrediction

WIDEST_NAME = 160  # pixels; of a longer name the beginning is shown
MOST_BARS = 12  # with more classes, the most probable of them are shown
SCORES = (
    "This is the output itself, not a probability: neither the last layer nor the loss applies "
    "softmax or sigmoid."
)
NOT_NUMBERS = (
    "The network's output is not a number: training diverged. Reset the "
    "network, then train with a smaller learning rate."
)


UNKNOWN = "?"
UNSURE = "No class is probable enough: this may be something else."


class Bar(QWidget):
    """A horizontal bar, full at 1."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share = 0.0
        self._top = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_share(self, share: float, *, top: bool) -> None:
        """Show `share`, 0 to 1, stronger if it is the `top` one."""
        self._share, self._top = share, top
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(24), scaled(8))

    def sizeHint(self) -> QSize:
        return QSize(scaled(80), scaled(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        height = float(min(self.height() - 4, scaled(22)))
        track = QRectF(0, (self.height() - height) / 2, self.width(), height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._fill(painter, track, tokens.color("hover"))
        if self._share >= 0.005:  # less is told as 0 %
            track.setWidth(max(track.width() * min(self._share, 1.0), 2.0))
            self._fill(painter, track, tokens.color("accent" if self._top else "muted"))
        painter.end()

    def _fill(self, painter: QPainter, area: QRectF, color: QColor) -> None:
        radius = min(3.0, area.width() / 2)
        painter.setBrush(color)
        painter.drawRoundedRect(area, radius, radius)


class ProbabilityBars(QWidget):
    """A line for each class: its name, a bar, and the probability as text.

    Up to `MOST_BARS` classes stand in their own order; of more, the most probable are
    shown, the first of them on top.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[tuple[ElidedLabel, Bar, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.setAccessibleName("Probability of each class")
        theme.changed.connect(self._fit)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The class and the value of each line, as they can be read."""
        return tuple((name.full_text, value.text()) for name, _, value in self._lines)

    def show_values(
        self,
        classes: tuple[str, ...],
        values: FloatArray,
        as_text: Callable[[float], str] = percent,
    ) -> None:
        """Show `values`, shape (classes,): probabilities, or outputs that are none."""
        kind = "Probability" if as_text is percent else "Output"
        self.setAccessibleName(f"{kind} of each class")
        order = list(range(len(classes)))
        if len(order) > MOST_BARS:
            order = np.argsort(-values, kind="stable")[:MOST_BARS].tolist()
        self._make_lines(len(order))
        top = int(np.argmax(values))
        for index, (name, bar, value) in zip(order, self._lines, strict=True):
            text = as_text(float(values[index]))
            name.set_full_text(classes[index])
            bar.show_share(float(values[index]), top=index == top)
            value.setText(text)
            value.setAccessibleName(f"{classes[index]}: {text}")
            for label in (name, value):
                _set_bold(label, index == top)
        summary = ", ".join(f"{name} {value}" for name, value in self.texts)
        self.setAccessibleDescription(summary)

    def _make_lines(self, count: int) -> None:
        if len(self._lines) == count:
            return
        for line in self._lines:
            for widget in line:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._lines = []
        for row in range(count):
            name, bar, value = ElidedLabel(), Bar(self._theme), QLabel()
            name.setMaximumWidth(WIDEST_NAME)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(bar, row, 1)
            self._grid.addWidget(value, row, 2)
            self._lines.append((name, bar, value))
        self._fit()

    def _fit(self) -> None:
        """Keep room for the widest probability, so that the bars do not change their length."""
        for _, _, value in self._lines:
            value.ensurePolished()
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance(">99 %") + SPACE_S)


def _set_bold(label: QLabel, bold: bool) -> None:
    """Through the style sheet: a font set directly is lost when the application's sheet changes."""
    if bold != bool(label.property("bold")):
        label.setProperty("bold", bold)
        label.setStyleSheet("font-weight: 600" if bold else "")


class PredictionCard(Card):
    """The most probable class in large letters and all classes as bars, or why there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Prediction", parent)
        self.top = ElidedLabel()
        self.top.setObjectName("top-class")
        self.top.setProperty("role", "huge")
        self.sure = QLabel()
        self.sure.setObjectName("top-probability")
        self.sure.setProperty("role", "title")
        self.runner_up = QLabel()
        self.runner_up.setTextFormat(Qt.TextFormat.PlainText)  # it names a class
        self.runner_up.setObjectName("runner-up")
        self.runner_up.setProperty("role", "small")
        self.epoch = QLabel()
        self.epoch.setProperty("role", "small")
        self.choice = AnswerChoice()
        self.bars = ProbabilityBars(theme)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)  # it may quote a file
        self.message.setObjectName("draw-message")
        self.message.setProperty("role", "muted")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        best, beside = QHBoxLayout(), QVBoxLayout()
        beside.setSpacing(0)
        beside.addStretch(1)
        beside.addWidget(self.sure)
        beside.addWidget(self.runner_up)
        beside.addWidget(self.epoch)
        beside.addStretch(1)
        best.setSpacing(SPACE_M)
        best.addWidget(self.top)
        best.addLayout(beside, 1)
        self.body.addWidget(self.choice)
        self.body.addLayout(best)
        self.body.addWidget(self.bars, 10)
        self.body.addWidget(self.message, 1)
        self.body.addStretch(1)

    def show_numbers(self, prediction: RowPrediction) -> None:
        """Show the numbers that the network predicts, in the unit of the table."""
        if not np.isfinite(prediction.numbers).all():
            self.show_message(NOT_NUMBERS)
            return
        self._show_parts("")
        self.bars.hide()
        self.runner_up.hide()
        texts = [with_minus(number_text(number)) for number in prediction.numbers]
        names = ", ".join(map(one_line, prediction.targets))
        self.top.set_full_text(", ".join(texts))
        self.top.setAccessibleName(f"Predicted {names}: {self.top.full_text}")
        self.sure.setText(names)
        self.sure.setToolTip("")
        self.epoch.setText(stage(prediction) if prediction.is_trained else UNTRAINED)

    def show_prediction(self, prediction: Prediction | RowPrediction) -> None:
        """Show what the network gives each class, if these are numbers."""
        values = values_of(prediction)
        if values is None or not np.isfinite(values).all():
            self.show_message(NOT_NUMBERS)
            return
        self._show_parts("")
        best = int(np.argmax(values))
        self.top.set_full_text(prediction.classes[best])
        self.top.setAccessibleName(f"Most probable class: {prediction.classes[best]}")
        self.epoch.setText(stage(prediction) if prediction.is_trained else UNTRAINED)
        is_score = prediction.scores is not None
        text = score(values[best]) if is_score else percent(float(values[best]))
        self.sure.setText(f"output {text}" if is_score else f"{text} sure")
        self.sure.setToolTip(SCORES if is_score else "")
        self.runner_up.setText(_runner_up(prediction.classes, values, is_score=is_score))
        self.runner_up.setVisible(len(values) > 1)
        if isinstance(prediction, Prediction) and prediction.is_sure is False:
            self.top.set_full_text(UNKNOWN)
            self.top.setAccessibleName(f"Unsure: {prediction.classes[best]} at {text}")
            self.sure.setText("Unsure")
            self.sure.setToolTip(UNSURE)
            self.runner_up.setText(f"most like {prediction.classes[best]}, {text}")
        self.bars.show_values(prediction.classes, values, score if is_score else percent)

    def show_message(self, message: str) -> None:
        """Say why there is no prediction."""
        self._show_parts(message)

    def _show_parts(self, message: str) -> None:
        self.message.setText(message)
        self.message.setVisible(bool(message))
        for widget in (self.top, self.sure, self.runner_up, self.epoch, self.bars):
            widget.setVisible(not message)


def _runner_up(classes: tuple[str, ...], values: FloatArray, *, is_score: bool) -> str:
    if len(values) < 2:
        return ""
    second = int(np.argsort(-values, kind="stable")[1])
    value = float(values[second])
    return f"then {one_line(classes[second])}, {score(value) if is_score else percent(value)}"


def values_of(prediction: Prediction | RowPrediction) -> FloatArray | None:
    """What the network gives each class: a probability, or the output as it is."""
    return prediction.scores if prediction.probabilities is None else prediction.probabilities
