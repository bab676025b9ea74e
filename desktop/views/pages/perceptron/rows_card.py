"""The card *Rows*: what a unit makes of each row, with its numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from desktop.views.pages.perceptron.choice import Unit, layer_of, weights_of
from desktop.views.pages.perceptron.words import figure, short, sum_text
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.pager import Pager
from desktop.views.widgets.row_table import set_up_rows
from desktop.workers.stepping import StepState

PAGE = 10  # rows
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MARK = "▸"  # before the rows of the last step
ABOUT = (
    "The weighted sum and the activation of the unit whose weights are above, for each row. "
    "The output of the network is {output}; error is {error}. ▸ marks the rows of the last step."
)
OF_TWO = "the second class, 0 to 1", "target − output"
OF_MORE = "the probability of the target", "1 − output"
OF_NUMBERS = "the number", "target − output"


class RowsCard(Card):
    """A table of the first rows, a page at a time; the rows of the last step are marked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Rows", parent)
        self.state: StepState | None = None
        self._unit: Unit | None = None
        self.about = muted_label()
        self.table = QTableWidget()
        self.table.setAccessibleName("Rows")
        set_up_rows(self.table, theme)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pager = Pager(theme)
        self.pager.add_keys(self.table)
        self.pager.turned.connect(self._fill)
        for widget in (self.about, self.table, self.pager):
            self.body.addWidget(widget)

    def show_state(self, state: StepState, unit: Unit) -> None:
        """Show what `unit` makes of the rows."""
        layer = layer_of(state, unit)
        if layer is None:
            return
        self.state, self._unit = state, unit
        pages = -(-len(state.x) // PAGE)
        self.pager.show_page(min(self.pager.page, pages - 1), pages)
        classes = len(state.schema.class_names)
        output, error = OF_NUMBERS if not classes else OF_TWO if classes == 2 else OF_MORE
        about = ABOUT.format(output=output, error=error)
        if state.total > len(state.x):
            about += f" The first {len(state.x):,} of {state.total:,} training rows are listed."
        self.about.setText(about)
        weights = layer.inputs.shape[1]
        sum_of = "w1·x1 + w2·x2" if layer.on_data else f"sum of {weights} products"
        has_bias = weights_of(state, unit)[1] is not None
        headers = [] if layer.on_data else ["x1", "x2"]
        headers = ["", *headers, f"{sum_of}{' + b' * has_bias} = z", f"{layer.activation}(z)"]
        if not self._is_output:
            headers.append("Output")
        headers += ["Target", "Error"]
        self.table.setColumnCount(len(headers))
        self.table.setHorizontalHeaderLabels(headers)
        self._fill()

    @property
    def _is_output(self) -> bool:
        """Whether the unit is the only one of the last layer: its output is that of the network."""
        assert self.state is not None and self._unit is not None
        layer = layer_of(self.state, self._unit)
        assert layer is not None
        return (
            layer.is_last
            and layer.outputs.shape[1] == 1
            and np.allclose(layer.outputs[:, 0], self.state.outputs, atol=1e-6)
        )

    def cells(self, row: int) -> list[str]:
        """What the table says of that row."""
        state, unit = self.state, self._unit
        assert state is not None and unit is not None
        layer = layer_of(state, unit)
        assert layer is not None
        weights, bias = weights_of(state, unit)
        names = state.schema.class_names
        target, output = float(state.targets[row]), float(state.outputs[row])
        error = 1 - output if len(names) > 2 else target - output
        return [
            str(row + 1),
            *([] if layer.on_data else [short(value) for value in state.x[row]]),
            f"{sum_text(layer, row, weights, bias)} = {figure(layer.sums[row, unit.number])}",
            figure(layer.outputs[row, unit.number]),
            *([] if self._is_output else [figure(output)]),
            names[int(target)] if names else figure(target),
            figure(error),
        ]

    def _fill(self) -> None:
        state, table = self.state, self.table
        if state is None:
            return
        first = self.pager.page * PAGE
        shown = range(first, min(first + PAGE, len(state.x)))
        used = set() if state.update is None else set(state.update.rows.tolist())
        table.setRowCount(len(shown))
        for place, row in enumerate(shown):
            for column, text in enumerate(self.cells(row)):
                item = table.item(place, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(RIGHT)
                    table.setItem(place, column, item)
                item.setText(f"{MARK} {text}" if not column and row in used else text)
        bar = table.horizontalScrollBar().sizeHint().height()
        height = table.horizontalHeader().sizeHint().height() + bar
        table.setFixedHeight(table.verticalHeader().length() + height)
