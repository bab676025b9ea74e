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

from desktop.document.text import counted
from desktop.views.pages.draw.activations_card import LayerActivationsCard
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
BUSY = "Recognizing…"
EMPTY = (
    "Draw on the left, or drop an image on the window. The prediction changes with every stroke."
)


class DrawPage(QWidget):
    """Canvas, the network input, and the probability of each class, live.

    At most one drawing is being recognized; when its prediction arrives, the newest drawing is sent
    if it has changed by then. While the page can be seen, the drawing is sent again whenever the
    network has changed. Without a network there is only the image that one would get. Where a row
    is one of a table, its fields are here in place of the canvas.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._request: int | None = None  # the pending one
        self._outdated = False  # whether drawing or network changed since it was sent
        self._failure = ""
        self._is_drawable = True  # whether the data, or what there was before, can be drawn
        self.prediction: Prediction | None = None  # the one shown
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
        session.predicted.connect(self._on_predicted)
        session.predictionFailed.connect(self._on_failed)
        self._live = Live(session, self, REFRESH)
        self._live.due.connect(self._ask)
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

    @Slot()
    def _ask(self) -> None:
        """Have the drawing recognized: now, or when the pending prediction has arrived."""
        if self._request is not None:
            self._outdated = True
        elif self._can_ask:
            self._outdated = False
            wanted = [each for part, each in EXPLAINED_BY.items() if self.show_menu.shows(part)]
            self._request = self._session.predict(
                self.canvas.raster(), self.preparation.left_out, wanted
            )

    def _discard(self) -> None:
        """Discard the prediction shown and the pending one."""
        self._request = None
        self._outdated = False
        self._failure = ""
        self.prediction = None

    def _ask_again(self) -> None:
        self._request = None
        if self._outdated:
            self._ask()

    def _on_predicted(self, prediction: Prediction) -> None:
        if prediction.request != self._request:
            return  # an older one, or one that was asked for elsewhere
        self._failure = ""
        self.prediction = prediction if self._can_ask else None
        self._refresh()
        self._live.shown()
        self._ask_again()

    def _on_failed(self, message: str) -> None:
        if self._request is None:
            return
        self.prediction, self._failure = None, message
        self._refresh()
        self._ask_again()

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
        if not self._session.has_model:
            return NO_MODEL
        if self.canvas.is_empty:
            return EMPTY
        prediction = self.prediction
        if prediction is None or not prediction.classes:  # the image alone
            return self._failure or BUSY
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
        self.network_input.show_input(
            summary, prediction, with_pixels=self.show_menu.shows(Part.PIXELS)
        )
        for part, card in self._cards.items():
            if self.show_menu.shows(part):
                card.show_prediction(prediction)
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
