"""The page to try the network on: draw, fill in a row or choose images; see the prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.document.data import Mnist
from desktop.document.text import counted
from desktop.views.pages.draw.activations_card import LayerActivationsCard
from desktop.views.pages.draw.answer import Answer
from desktop.views.pages.draw.drawing import DrawingCard
from desktop.views.pages.draw.keep import KeepCard
from desktop.views.pages.draw.nearest_card import NearestCard
from desktop.views.pages.draw.network_input import NetworkInputCard
from desktop.views.pages.draw.prediction import PredictionCard, values_of
from desktop.views.pages.draw.preparation import PreparationCard
from desktop.views.pages.draw.row import RowPage
from desktop.views.pages.draw.show_menu import Part
from desktop.views.theme import SPACE_L, SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.cards import NARROW
from desktop.views.widgets.image_predictions import ImagesCard, takes_image_files
from desktop.views.widgets.live import Live
from desktop.workers.reports import DataSummary, Explanation, Prediction
from desktop.workers.session import Session

EXPLAINED_BY = {
    Part.PIXELS: Explanation.PIXELS,
    Part.ACTIVATIONS: Explanation.ACTIVATIONS,
}
REFRESH = 500  # milliseconds between two predictions while the network changes, at least
NO_DATA = "There is no data yet. Choose it on the Data page."
LOADING = "The data is being loaded…"
NO_CLASSES = (
    "This network's output does not stand for classes: give its last layer one unit for each class."
)
NUMBERS = (
    "A network for this data predicts numbers; what it makes of a drawing is shown for classes "
    "only. Evaluate shows how well it predicts the test images."
)
NO_MODEL = (
    "Train the network first: press Train. You can draw already; the prediction appears as "
    "soon as there is a network, and is updated while it learns."
)
DIGIT_MODEL_EMPTY = (
    "Draw a digit on the left, or drop an image on the window. The digit model that comes with "
    "Layerwise recognizes it; train a network of your own to see its predictions here."
)
DIGIT_MODEL_DATA = Mnist().known_schema  # what the digit model is shown
BUSY = "Recognizing…"
EMPTY = (
    "Draw on the left, or drop an image on the window. The prediction changes with every stroke."
)


class DrawPage(QWidget):
    """Canvas, the network input, and the probability of each class, live.

    While the page can be seen, the drawing is recognized again whenever the network has changed.
    Where the data are digits, the digit model that the program brings answers as well: before there
    is a network, and later if it is chosen. Otherwise, without a network, there is only the image
    that one would get. Where a row is one of a table, its fields are here in place of the canvas.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_drawable = True  # whether the data, or what there was before, can be drawn
        self._own = Answer(self._ask_network, self)
        self._digits = Answer(self._ask_digit_model, self)
        self.drawing = DrawingCard(theme)
        self.canvas = self.drawing.canvas
        self.network_input = NetworkInputCard(theme)
        self.show_menu = self.network_input.show_menu
        self.preparation = PreparationCard(theme)
        self.activations = LayerActivationsCard(theme)
        self.nearest = NearestCard(session, theme)
        self._cards: dict[Part, PreparationCard | LayerActivationsCard | NearestCard] = {
            Part.STEPS: self.preparation,
            Part.ACTIVATIONS: self.activations,
            Part.NEAREST: self.nearest,
        }
        self.result = PredictionCard(theme)
        self.keep = KeepCard(session, self.canvas)
        self.row = RowPage(session, theme)
        self.images = ImagesCard(session, theme)
        self.nothing = QLabel()
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)  # it names the data
        self.nothing.setProperty("role", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setObjectName("no-prediction")
        self._lay_out()

        self.canvas.changed.connect(self._on_drawn)
        self.keep.learning.changed.connect(self._ask)
        self.show_menu.partToggled.connect(self._on_part)
        self.preparation.changed.connect(self._ask)
        session.imageOpened.connect(self._on_image)
        session.dataLoading.connect(self._on_data)
        session.dataLoaded.connect(self._on_data)
        session.dataFailed.connect(self._on_data)
        session.modelReset.connect(self._on_reset)
        session.runStarted.connect(self._refresh)
        session.runEnded.connect(self._refresh)
        session.predicted.connect(self._own.receive)
        session.predictionFailed.connect(self._own.fail)
        session.digitPredicted.connect(self._digits.receive)
        session.digitPredictionFailed.connect(self._digits.fail)
        self._own.changed.connect(self._on_own)
        self._digits.changed.connect(self._refresh)
        self.result.choice.changed.connect(self._on_choice)
        self._live = Live(session, self, REFRESH)
        self._live.due.connect(self._own.ask)
        self._loading = session.summary is None
        self._refresh()

    def _lay_out(self) -> None:
        for card in (self.drawing, self.network_input, self.result):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.keep.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        left = QVBoxLayout()
        left.setSpacing(SPACE_M)
        left.addWidget(self.drawing, 2)
        left.addWidget(self.network_input, 1)
        upper = _Upper()
        columns = QHBoxLayout(upper)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.addLayout(left, 5)
        right = QVBoxLayout()
        right.setSpacing(SPACE_M)
        right.addWidget(self.result, 1)
        right.addWidget(self.keep)
        columns.addLayout(right, 4)
        columns.setSpacing(SPACE_M)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setSpacing(SPACE_M)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(upper, 1)
        rows.addWidget(self.keep.learning.outcome)
        for below in self._cards.values():
            below.hide()
            rows.addWidget(below)
        self._drawing_part = QScrollArea()
        self._drawing_part.setObjectName("drawing-part")
        self._drawing_part.setWidgetResizable(True)
        self._drawing_part.setFrameShape(QFrame.Shape.NoFrame)
        self._drawing_part.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._drawing_part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._drawing_part.setWidget(content)
        self._parts = QVBoxLayout(self)
        self._parts.addWidget(self._drawing_part)
        for part in (self.row, self.images, self.nothing):
            self._parts.addWidget(part)
        self._parts.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)

    # --- asking -----------------------------------------------------------------------------------

    @property
    def _can_ask(self) -> bool:
        summary = self._session.summary
        return summary is not None and summary.is_drawable and not self.canvas.is_empty

    @property
    def prediction(self) -> Prediction | None:
        """The one that is shown."""
        return self._shown.prediction

    @property
    def _shown(self) -> Answer:
        """What is looked at: the network's answer, or the digit model's."""
        session = self._session
        by_model = not session.has_model or self.result.choice.is_digit_model_chosen
        return self._digits if session.has_digit_model and by_model else self._own

    def _ask_network(self) -> int | None:
        if not self._can_ask:
            return None
        raster, left_out = self.canvas.raster(), self.preparation.left_out
        return self._session.predict(raster, left_out, self._wanted_of(self._own))

    def _ask_digit_model(self) -> int | None:
        if not self._can_ask or not self._session.has_digit_model:
            return None
        raster, left_out = self.canvas.raster(), self.preparation.left_out
        return self._session.predict_digit(raster, left_out, self._wanted_of(self._digits))

    def _wanted_of(self, answer: Answer) -> list[Explanation]:
        """What is shown of `answer`; nothing unless it is the one that is looked at."""
        if answer is not self._shown:
            return []
        return [each for part, each in EXPLAINED_BY.items() if self.show_menu.shows(part)]

    @Slot()
    def _ask(self) -> None:
        """Have the drawing recognized."""
        self._own.ask()
        self._digits.ask()

    def _discard(self) -> None:
        """Discard the predictions shown and the pending ones."""
        self._own.discard()
        self._digits.discard()

    def _on_choice(self) -> None:
        if self._wanted_of(self._shown):  # it was not explained before
            self._shown.ask()
        self._refresh()

    def _on_own(self) -> None:
        self._refresh()
        self._live.shown()

    # --- what happens -----------------------------------------------------------------------------

    def _on_drawn(self) -> None:
        if self.canvas.is_empty:
            self._discard()
        self._ask()
        self._refresh()

    def _on_part(self, part: Part, is_shown: bool) -> None:
        """Show `part`, or hide it. Of steps that no one sees all are in use."""
        card = self._cards.get(part)
        if card is not None:
            card.setVisible(is_shown)
            if is_shown:
                self._scroll_to(card)
            else:
                card.show_prediction(None)
        if part is Part.STEPS and not is_shown:
            self.preparation.use_all()
        elif part in EXPLAINED_BY and is_shown:
            self._ask()
        self._refresh()

    def _scroll_to(self, card: QWidget) -> None:
        """Have `card`, which was hidden until now, in sight once it is laid out."""
        QTimer.singleShot(0, card, lambda: self._drawing_part.ensureWidgetVisible(card, 0, 0))

    def _on_image(self, raster: NDArray[np.uint8]) -> None:
        self.canvas.show_image(raster)
        self.canvas.setFocus()  # undo is the canvas's now

    def _on_reset(self) -> None:
        self._discard()
        self._ask()
        self._refresh()

    def _on_data(self, payload: object = None) -> None:
        self._loading = payload is None
        self._discard()
        self.preparation.discard()
        self._ask()
        self._refresh()

    # --- showing ----------------------------------------------------------------------------------

    def _why_not(self) -> str:
        """Why there is no prediction, or "" if there can be one."""
        summary = self._session.summary
        if summary is None:
            return LOADING if self._loading else NO_DATA
        if not summary.schema.class_names:
            return NUMBERS
        if not self._session.has_model and not self._session.has_digit_model:
            return NO_MODEL
        if self.canvas.is_empty:
            return EMPTY if self._session.has_model else DIGIT_MODEL_EMPTY
        prediction = self.prediction
        if prediction is None or not prediction.classes:  # the image alone
            return self._shown.failure or BUSY
        return NO_CLASSES if values_of(prediction) is None else ""

    @Slot()
    def _refresh(self) -> None:
        summary, prediction = self._session.summary, self.prediction
        if summary is not None:
            self._is_drawable = summary.is_drawable
        is_image = takes_image_files(summary)
        is_row = summary is not None and bool(summary.fields)
        self._drawing_part.setVisible(self._is_drawable)
        self.images.setVisible(not self._is_drawable and is_image)
        self.row.setVisible(not self._is_drawable and is_row)
        self.nothing.setVisible(not (self._is_drawable or is_image or is_row))
        if not self._is_drawable:
            self.nothing.setText(self._why_not() if summary is None else _takes(summary))
            return
        self.canvas.hint = _hint(summary)
        self.drawing.show_tools()
        schema = None if summary is None else summary.schema
        if self._shown is self._digits:
            schema = DIGIT_MODEL_DATA
        self.network_input.show_input(
            schema, prediction, with_pixels=self.show_menu.shows(Part.PIXELS)
        )
        for part, card in self._cards.items():
            if self.show_menu.shows(part):
                # Training images are compared with a drawing that is prepared as they were.
                shown = self._own.prediction if part is Part.NEAREST else prediction
                card.show_prediction(shown)
        self.result.choice.show_answers(
            self._own.prediction,
            self._digits.prediction,
            are_two=self._session.has_model and self._session.has_digit_model,
        )
        message = self._why_not()
        if prediction is None or message:
            self.result.show_message(message)
        else:
            self.result.show_prediction(prediction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        edge = SPACE_S if event.size().width() < scaled(NARROW) else SPACE_L
        self._parts.setContentsMargins(edge, edge, edge, edge)
        super().resizeEvent(event)


class _Upper(QWidget):
    """Takes the height that is left, and no more than it needs where that is not enough.

    Its wrapped texts ask for the height that they would like, not for the one they need.
    """

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def _hint(summary: DataSummary | None) -> str:
    digits = summary is None or all(name.isdigit() for name in summary.schema.class_names)
    return "Draw a digit here" if digits else "Draw here"


def _takes(summary: DataSummary) -> str:
    """Why there is nothing to try the network on here."""
    inputs = counted(int(np.prod(summary.schema.input_shape)), "number")
    return (
        f"{summary.title}: this network takes {inputs}, which cannot be drawn or filled in here. "
        "Choose images or a table on the Data page."
    )
