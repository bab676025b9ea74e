"""A single row of a table whose prediction follows live: the counterpart of the canvas."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.document.text import counted
from desktop.views.pages.draw.prediction import PredictionCard
from desktop.views.pages.draw.row_fields import CellEditor, cell_editor
from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.live import Live
from desktop.views.widgets.scroll_panel import ScrollPanel
from desktop.workers.reports import Cell, DataSummary, Row, RowField, RowPrediction
from desktop.workers.session import Session

MOST_FIELDS = 100  # that are filled in by hand
REFRESH = 500  # milliseconds between two predictions while the network changes, at least
NARROW = 520  # pixels
NAME_WIDTH = 180  # pixels; of a longer name the beginning is shown
NO_MODEL = (
    "Train the network first: press Train. The prediction for this row appears as soon as there is "
    "a network, and is updated while it learns."
)
BUSY = "Predicting…"


class RowCard(Card):
    """A field for each column, and a button that takes a test row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Row", parent)
        self.fields: tuple[RowField, ...] = ()
        self.editors: list[CellEditor] = []  # of the first fields
        self._cells: dict[str, Cell] = {}  # of the row that was shown last
        self.more = QLabel()
        self.more.setProperty("role", "muted")
        self.more.setWordWrap(True)
        self.more.hide()
        self.take = QPushButton("Take row")
        self.take.setObjectName("take-row")
        self.take.setToolTip("Take the next test row, which the network was not trained with")
        self.usual = QPushButton("Usual values")
        self.usual.setToolTip("The medians and most frequent values of the training rows")
        self.true = QLabel()
        self.true.setObjectName("true-target")
        self.true.setTextFormat(Qt.TextFormat.PlainText)  # it names classes
        self.true.setProperty("role", "small")
        self.true.setWordWrap(True)
        self.panel = ScrollPanel()
        self.heading.addWidget(self.take)
        self.heading.addWidget(self.usual)
        self.body.addWidget(self.true)
        self.body.addWidget(self.panel, 1)
        self.body.addWidget(self.more)

    @property
    def cells(self) -> Row:
        """The row, by columns."""
        return self._cells | {editor.field.name: editor.cell for editor in self.editors}

    def show_fields(self, fields: tuple[RowField, ...]) -> None:
        """Have an editor for each of `fields`, with its usual value."""
        self.fields = fields
        shown = fields[:MOST_FIELDS]
        self.more.setVisible(len(fields) > len(shown))
        self.more.setText(
            f"The first {len(shown):,} of {counted(len(fields), 'field')}. The others keep the "
            "values of the row."
        )
        for editor in self.editors:
            editor.deleteLater()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, SPACE_S, 0)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        self.editors = []
        for row, field in enumerate(shown):
            name, editor = ElidedLabel(), cell_editor(field, self)
            name.set_full_text(field.name)
            name.setMaximumWidth(scaled(NAME_WIDTH))
            grid.addWidget(name, row, 0)
            grid.addWidget(editor.main, row, 1, 1, 1 if editor.beside is not None else 2)
            if editor.beside is not None:
                grid.addWidget(editor.beside, row, 2)
            self.editors.append(editor)
        grid.setRowStretch(len(shown), 1)
        self.panel.setWidget(inside)
        self.show_cells({field.name: field.usual for field in fields})

    def show_cells(self, cells: Row) -> None:
        """Show the row of `cells`."""
        self._cells = dict(cells)
        for editor in self.editors:
            editor.show_cell(cells.get(editor.field.name))


class RowPage(QWidget):
    """A row that is filled in, and the prediction for it, live.

    It is asked for again after each change and, while it can be seen, when the network has changed.
    At most one row is being predicted; the session drops those that are overtaken.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._request: int | None = None  # the newest
        self._example = 0  # the test row that is taken next
        self._fields: tuple[RowField, ...] = ()
        self.card = RowCard()
        self.result = PredictionCard(theme)
        self.result.top.setProperty("role", "title")  # names need more room than digits
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(SPACE_M)
        for card, stretch in ((self.card, 5), (self.result, 4)):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            self._cards.addWidget(card, stretch)
        self.card.take.clicked.connect(self.take_row)
        self.card.usual.clicked.connect(self._show_usual)
        session.dataLoaded.connect(self._on_data)
        session.modelReset.connect(self._ask)
        self._live = Live(session, self, REFRESH)
        self._live.due.connect(self._ask)
        session.rowPredicted.connect(self._on_predicted)
        session.rowPredictionFailed.connect(self._on_failed)
        if session.summary is not None:
            self._on_data(session.summary)

    def take_row(self) -> None:
        """Show the next test row, with its true target."""
        summary = self._session.summary
        if summary is None or not summary.examples:
            return
        example = summary.examples[self._example % len(summary.examples)]
        self._example += 1
        self.card.show_cells(example.cells)
        self.card.true.setText(f"Test row {example.row}, true: {example.target}")
        self._ask()

    def _show_usual(self) -> None:
        self.card.show_cells({field.name: field.usual for field in self._fields})
        self._on_edited()

    def _on_edited(self) -> None:
        self.card.true.clear()
        self._ask()

    def _on_data(self, summary: DataSummary) -> None:
        self._example = 0
        self.card.take.setVisible(bool(summary.examples))
        self.card.true.clear()
        self._fields = summary.fields
        if self.isVisible():
            self._make_editors()
        self._ask()

    def _make_editors(self) -> None:
        """Have an editor for each field: in sight only, as a row may have thousands."""
        if self.card.fields != self._fields:
            self.card.show_fields(self._fields)
            for editor in self.card.editors:
                editor.changed.connect(self._on_edited)

    @Slot()
    def _ask(self) -> None:
        if not self._session.has_model:
            self._request = None
            self.result.show_message(NO_MODEL)
        elif self._fields and self.card.fields == self._fields:
            if self._request is None:
                self.result.show_message(BUSY)
            self._request = self._session.predict_row(self.card.cells)

    def _on_predicted(self, prediction: RowPrediction) -> None:
        if self._request is None or not self._fields:
            return  # of a network that is gone
        if prediction.numbers:
            self.result.show_numbers(prediction)
        else:
            self.result.show_prediction(prediction)
        self._live.shown()

    def _on_failed(self, message: str) -> None:
        if self._request is not None:
            self.result.show_message(message)

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self._make_editors()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room beside the form, the prediction stands above it: in sight."""
        narrow = event.size().width() < scaled(NARROW)
        self._cards.setDirection(
            QBoxLayout.Direction.BottomToTop if narrow else QBoxLayout.Direction.LeftToRight
        )
        height = QSizePolicy.Policy.Maximum if narrow else QSizePolicy.Policy.Expanding
        self.result.setSizePolicy(QSizePolicy.Policy.Ignored, height)
        super().resizeEvent(event)
