"""The page to try the network on: draw, and see its input and its prediction."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.views.pages.draw.canvas import Canvas
from desktop.views.pages.draw.recognition import PixelView, ProbabilityBars
from desktop.views.theme import SIZE_DISPLAY, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.cards import NARROW, Card
from desktop.views.widgets.controls import Slider
from desktop.views.widgets.samples import percent, score
from desktop.views.widgets.stage import stage
from desktop.workers.reports import DataSummary, FloatArray, Prediction, Progress
from desktop.workers.session import Session

THINNEST, BROADEST = 6, 60  # units of the canvas
REFRESH = 0.5  # seconds of training between two predictions within an epoch
NO_DATA = "There is no data yet. Choose it on the Data page."
LOADING = "The data is being loaded…"
NO_CLASSES = (
    "This network's output does not stand for classes: give its last layer one unit for each class."
)
NO_MODEL = (
    "Train the network first: press Train. You can draw already; the prediction comes as soon as "
    "there is a network, and follows it while it learns."
)
BUSY = "Recognizing…"
EMPTY = "Draw on the left. The prediction changes with every stroke."
GUESS = "untrained: a guess"
SCORES = (
    "This is the output as it is, and no probability: neither the last layer nor the loss applies "
    "softmax or sigmoid."
)
NOT_NUMBERS = (
    "The network's output is not a number: its training went wrong. Reset it, then train with a "
    "lower learning rate."
)


class DrawPage(QWidget):
    """Canvas, the picture the network gets, and the probability of each class, live.

    At most one drawing is being recognized; when its answer arrives, the newest drawing is sent if
    it is another one by then. Whenever the network has changed, the drawing is sent again: after
    each epoch and, while the page can be seen, every `REFRESH` seconds of training. Without a
    network there is only the picture that one would get.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._request: int | None = None  # the one under way
        self._outdated = False  # whether drawing or network changed since it was sent
        self._failure = ""
        self._refreshed = 0.0  # seconds of the run under way at the last prediction
        self.prediction: Prediction | None = None  # the one on show

        self.canvas = Canvas(theme)
        self.canvas.setObjectName("canvas")
        self._make_tools()
        self.pixels = PixelView(theme)
        self.pixels.setObjectName("network-input")
        self._about_pixels = QLabel()
        self._about_pixels.setProperty("role", "muted")
        self._about_pixels.setWordWrap(True)
        self._about_pixels.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.top = QLabel()
        self.top.setObjectName("top-class")
        self.top.setAccessibleName("Most probable class")
        font = self.top.font()
        font.setPixelSize(2 * SIZE_DISPLAY)
        font.setBold(True)
        self.top.setFont(font)
        self.sure = QLabel()
        self.sure.setObjectName("top-probability")
        self.sure.setProperty("role", "title")
        self.epoch = QLabel()
        self.epoch.setProperty("role", "small")
        self.bars = ProbabilityBars(theme)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)  # it may quote a file
        self.message.setObjectName("draw-message")
        self.message.setProperty("role", "muted")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()

        self.canvas.changed.connect(self._on_drawn)
        theme.changed.connect(self._set_icons)
        session.dataLoading.connect(self._on_data)
        session.dataLoaded.connect(self._on_data)
        session.dataFailed.connect(self._on_data)
        session.modelReset.connect(self._on_reset)
        session.runStarted.connect(self._on_run_started)
        session.progress.connect(self._on_progress)
        session.epochEnded.connect(self._on_network)
        session.runEnded.connect(self._on_network)
        session.predicted.connect(self._on_predicted)
        session.predictionFailed.connect(self._on_failed)
        self._loading = session.summary is None
        self._set_icons()
        self._refresh()

    # --- making the parts -------------------------------------------------------------------------

    def _make_tools(self) -> None:
        self.pen = self._tool("Pen", "Draw with the pen", checkable=True)
        self.eraser = self._tool("Eraser", "Rub out; the right mouse button does too", True)
        self.undo = self._tool("Undo stroke", "Take back the last stroke (Backspace)")
        self.redo = self._tool("Redo stroke", "Draw it again (Shift+Backspace)")
        self.clear = self._tool("Clear", "Clear the paper (Delete)")
        self.pen.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.pen)
        group.addButton(self.eraser)
        self.eraser.toggled.connect(self._on_tool)
        self.undo.clicked.connect(self.canvas.undo)
        self.redo.clicked.connect(self.canvas.redo)
        self.clear.clicked.connect(self.canvas.clear)
        self.canvas.cleared.connect(self.pen.click)
        self.width_label = QLabel("Pen &width")
        self.width_slider = Slider()
        self.width_slider.setRange(THINNEST, BROADEST)
        self.width_slider.setPageStep(6)
        self.width_slider.setMinimumWidth(60)
        self.width_slider.setMaximumWidth(180)
        self.width_label.setBuddy(self.width_slider)
        self._on_tool(False)
        self.width_slider.valueChanged.connect(self._on_width)

    def _tool(self, name: str, tip: str, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name.lower().replace(" ", "-"))
        button.setAccessibleName(name)
        button.setToolTip(f"{name}: {tip[0].lower()}{tip[1:]}")
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        tools, width = QHBoxLayout(), QHBoxLayout()
        for row in (tools, width):
            row.setSpacing(SPACE_XS)
        tools.addWidget(self.pen)
        tools.addWidget(self.eraser)
        tools.addStretch(1)
        tools.addWidget(self.undo)
        tools.addWidget(self.redo)
        tools.addWidget(self.clear)
        width.addWidget(self.width_label)
        width.addSpacing(SPACE_XS)
        width.addWidget(self.width_slider, 1)
        width.addStretch(1)
        drawing = Card("Draw")
        drawing.title.hide()
        drawing.body.addLayout(tools)
        drawing.body.addWidget(self.canvas, 1)
        drawing.body.addLayout(width)

        shown = Card("Network input")
        both = QHBoxLayout()
        both.setSpacing(SPACE_M)
        both.addWidget(self.pixels, 3)
        both.addWidget(self._about_pixels, 2)
        shown.body.addLayout(both, 1)

        # What is shown must not move the paper while someone draws on it.
        self._about_pixels.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        answer = Card("Prediction")
        best, beside = QHBoxLayout(), QVBoxLayout()
        beside.setSpacing(0)
        beside.addStretch(1)
        beside.addWidget(self.sure)
        beside.addWidget(self.epoch)
        beside.addStretch(1)
        best.setSpacing(SPACE_M)
        best.addWidget(self.top)
        best.addLayout(beside, 1)
        answer.body.addLayout(best)
        answer.body.addWidget(self.bars, 10)
        answer.body.addWidget(self.message, 1)
        answer.body.addStretch(1)

        for card in (drawing, shown, answer):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

        left = QVBoxLayout()
        left.addWidget(drawing, 3)
        left.addWidget(shown, 1)
        self._columns = QHBoxLayout(self)
        self._columns.addLayout(left, 5)
        self._columns.addWidget(answer, 4)
        left.setSpacing(SPACE_M)
        self._columns.setSpacing(SPACE_M)
        self._columns.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)

    def _set_icons(self) -> None:
        for button, icon in (
            (self.pen, "mdi6.pencil-outline"),
            (self.eraser, "mdi6.eraser"),
            (self.undo, "mdi6.undo"),
            (self.redo, "mdi6.redo"),
            (self.clear, "mdi6.trash-can-outline"),
        ):
            button.setIcon(self._theme.icon(icon))

    # --- asking -----------------------------------------------------------------------------------

    @property
    def _can_ask(self) -> bool:
        summary = self._session.summary
        return summary is not None and takes_drawings(summary) and not self.canvas.is_empty

    def _ask(self) -> None:
        """Have the drawing recognised: now, or when the answer under way has come."""
        if self._request is not None:
            self._outdated = True
        elif self._can_ask:
            self._outdated = False
            self._request = self._session.predict(self.canvas.raster())

    def _forget(self) -> None:
        """Drop the answer on show and the one under way."""
        self._request = None
        self._outdated = False
        self._failure = ""
        self.prediction = None

    def _answered(self) -> None:
        self._request = None
        if self._outdated:
            self._ask()

    def _on_predicted(self, prediction: Prediction) -> None:
        if prediction.request != self._request:
            return  # an older one, or one that was asked for elsewhere
        self._failure = ""
        self.prediction = prediction if self._can_ask else None
        self._refresh()
        self._answered()

    def _on_failed(self, message: str) -> None:
        if self._request is None:
            return
        self.prediction, self._failure = None, message
        self._refresh()
        self._answered()

    # --- what happens -----------------------------------------------------------------------------

    def _on_drawn(self) -> None:
        if self.canvas.is_empty:
            self._forget()
        self._ask()
        self._refresh()

    def _on_network(self, _report: object) -> None:
        self._ask()
        self._refresh()

    def _on_run_started(self, report: object) -> None:
        self._refreshed = 0.0
        self._on_network(report)

    def _on_progress(self, report: Progress) -> None:
        if self.isVisible() and report.seconds >= self._refreshed + REFRESH:
            self._refreshed = report.seconds
            self._ask()

    def _on_reset(self) -> None:
        self._forget()
        self._ask()
        self._refresh()

    def _on_data(self, payload: object = None) -> None:
        self._loading = payload is None
        self._forget()
        self._ask()
        self._refresh()

    def _on_tool(self, eraser: bool) -> None:
        self.canvas.eraser = eraser
        name = "Eraser" if eraser else "Pen"
        self.width_label.setText(f"{name} &width")
        self.width_slider.setAccessibleName(f"{name} width")
        self.width_slider.setToolTip(f"Width of the {name.lower()}")
        self.width_slider.setValue(round(self.canvas.width_in_use))

    def _on_width(self, width: int) -> None:
        self.canvas.width_in_use = float(width)

    # --- showing ----------------------------------------------------------------------------------

    def _why_not(self) -> str:
        """Why there is no answer, or "" if there can be one."""
        summary = self._session.summary
        if summary is None:
            return LOADING if self._loading else NO_DATA
        if not takes_drawings(summary):
            inputs = int(np.prod(summary.schema.input_shape))
            return (
                f"{summary.title}: this network reads {inputs} numbers, not a picture, so there is "
                "nothing to draw for it. Choose data made of pictures on the Data page."
            )
        if not self._session.has_model:
            return NO_MODEL
        if self.canvas.is_empty:
            return EMPTY
        prediction = self.prediction
        if prediction is None or not prediction.classes:  # the picture alone
            return self._failure or BUSY
        return NO_CLASSES if _values(prediction) is None else ""

    def _refresh(self) -> None:
        summary, prediction = self._session.summary, self.prediction
        drawable = summary is None or takes_drawings(summary)
        self.canvas.setEnabled(drawable)
        self.canvas.hint = _hint(summary) if drawable else ""
        for tool in (self.pen, self.eraser, self.width_slider):
            tool.setEnabled(drawable)
        self.undo.setEnabled(drawable and self.canvas.can_undo)
        self.redo.setEnabled(drawable and self.canvas.can_redo)
        self.clear.setEnabled(drawable and not self.canvas.is_empty)

        message = self._why_not()
        values = _values(prediction) if prediction is not None else None
        if values is not None and not np.isfinite(values).all():
            values, message = None, NOT_NUMBERS
        self.message.setText(message)
        self.message.setVisible(bool(message))
        for widget in (self.top, self.sure, self.epoch, self.bars):
            widget.setVisible(values is not None and not message)
        self._show_pixels(summary, prediction)
        if prediction is not None and values is not None:
            best = int(np.argmax(values))
            self.top.setText(prediction.classes[best])
            self.epoch.setText(stage(prediction) if prediction.is_trained else GUESS)
            is_score = prediction.scores is not None
            text = score(values[best]) if is_score else percent(float(values[best]))
            self.sure.setText(f"output {text}" if is_score else f"{text} sure")
            self.sure.setToolTip(SCORES if is_score else "")
            self.bars.show_values(prediction.classes, values, score if is_score else percent)

    def _show_pixels(self, summary: DataSummary | None, prediction: Prediction | None) -> None:
        """The picture the network got; as long as it got none, an empty one of the same shape."""
        picture = summary is not None and takes_drawings(summary)
        self.pixels.setVisible(picture)
        if summary is None or not picture:
            self.pixels.show_values(None)
            self._about_pixels.setText("Numbers, not a picture" if summary is not None else "")
            return
        image = np.zeros(summary.schema.input_shape[:2]) if prediction is None else prediction.image
        self.pixels.show_values(image, summary.maximum)
        height, width = image.shape
        self._about_pixels.setText(
            f"{width} × {height} pixels from 0 (black) to {summary.maximum:g} (white), prepared "
            "like the training data"
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()  # the network may have been trained since

    def resizeEvent(self, event: QResizeEvent) -> None:
        edge = SPACE_S if event.size().width() < NARROW else SPACE_L
        self._columns.setContentsMargins(edge, edge, edge, edge)
        super().resizeEvent(event)


def takes_drawings(summary: DataSummary) -> bool:
    """Whether the network's input is a grey picture: (height, width) or (height, width, 1)."""
    shape = summary.schema.input_shape
    return len(shape) in (2, 3) and shape[2:] in ((), (1,)) and min(shape[:2]) > 1


def _hint(summary: DataSummary | None) -> str:
    digits = summary is None or all(name.isdigit() for name in summary.schema.class_names)
    return "Draw a digit here" if digits else "Draw here"


def _values(prediction: Prediction) -> FloatArray | None:
    """What the network gives each class: a probability, or the output as it is."""
    return prediction.scores if prediction.probabilities is None else prediction.probabilities
