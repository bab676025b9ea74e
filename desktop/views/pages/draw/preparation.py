"""The steps that make the network input of a drawing, each as a picture with a switch."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from desktop.views.pages.draw.network_input import PixelView
from desktop.views.theme import SPACE_M, SPACE_XS, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.check_box import CheckBox
from desktop.views.widgets.labels import muted_label
from desktop.workers.reports import DrawingStep, Prediction, Step

PICTURE = 64  # pixels a side
ABOUT = (
    "Clear a step, and the prediction is for a drawing without it. The network has seen only "
    "images with all of them."
)
NOTHING = "Draw something, and its way to the network input is shown here, step by step."
AS_IT_STANDS = "An image of just this size is the network input as it stands."


class PreparationCard(Card):
    """A picture after each step, and a check box that leaves the step out.

    Signals:
        changed: another step is left out, or used again.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Preparation", parent)
        self._theme = theme
        self._kinds: tuple[tuple[Step | None, str], ...] = ()
        self.pictures: list[PixelView] = []
        self.switches: dict[Step, CheckBox] = {}
        self.about = muted_label(ABOUT)
        self._steps = QWidget()
        self._grid = QGridLayout(self._steps)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_XS)
        self.body.addWidget(self.about)
        self.body.addWidget(self._steps)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._fit)
        self.discard()

    @property
    def left_out(self) -> frozenset[Step]:
        """The steps that are not to be used."""
        return frozenset(step for step, box in self.switches.items() if not box.isChecked())

    def use_all(self) -> None:
        """Leave no step out."""
        before = self.left_out
        for box in self.switches.values():
            box.blockSignals(True)
            box.setChecked(True)
            box.blockSignals(False)
        if before:
            self.changed.emit()

    def discard(self) -> None:
        """Show no steps until a drawing tells which there are, all of them in use."""
        self._make(())
        self._show_parts(NOTHING)

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show how the network input of `prediction` was made; None: nothing is drawn."""
        if prediction is None:
            for picture in self.pictures:
                picture.show_values(None)
            return
        if not prediction.steps:
            self._show_parts(AS_IT_STANDS)
            return
        kinds = tuple((each.step, each.title) for each in prediction.steps)
        if kinds != self._kinds:
            self._make(prediction.steps)
        for picture, each in zip(self.pictures, prediction.steps, strict=True):
            picture.show_values(each.image.astype(np.float32), (0.0, 255.0))
        self._show_parts(ABOUT)

    def _show_parts(self, message: str) -> None:
        self.about.setText(message)
        self._steps.setVisible(message == ABOUT)

    def _make(self, steps: tuple[DrawingStep, ...]) -> None:
        """A column for each of `steps`."""
        while item := self._grid.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._kinds = tuple((each.step, each.title) for each in steps)
        self.pictures, self.switches = [], {}
        for column, each in enumerate(steps):
            picture = PixelView(self._theme, each.title)
            self.pictures.append(picture)
            self._grid.addWidget(picture, 0, column, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(self._label(each), 1, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(column, 1)
        self._fit()

    def _label(self, each: DrawingStep) -> QWidget:
        if each.step is None:
            label = QLabel(each.title)
            label.setWordWrap(True)
            return label
        box = CheckBox(each.title)
        box.setObjectName(f"step-{each.step}")
        box.setChecked(each.is_used)
        box.toggled.connect(self.changed)
        self.switches[each.step] = box
        return box

    def _fit(self) -> None:
        for picture in self.pictures:
            picture.setFixedHeight(scaled(PICTURE))
