"""The answers of two networks side by side; one of them is looked at more closely."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_XS
from desktop.views.widgets.samples import percent
from desktop.workers.reports import Prediction

NETWORK, DIGIT_MODEL = "Network", "Digit model"


class AnswerChoice(QWidget):
    """A button for the network and one for the digit model, each with its answer.

    Signals:
        changed: the other one is chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.network, self.digit_model = QPushButton(NETWORK), QPushButton(DIGIT_MODEL)
        self.network.setToolTip("Look at the prediction of your network")
        self.digit_model.setToolTip("Look at the prediction of the model that Layerwise brings")
        group, row = QButtonGroup(self), QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for name, button in (("network", self.network), ("digit-model", self.digit_model)):
            button.setObjectName(f"answer-{name}")
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            group.addButton(button)
            row.addWidget(button)
        self.network.setChecked(True)
        self.network.toggled.connect(self.changed)
        self.hide()

    @property
    def is_digit_model_chosen(self) -> bool:
        return self.digit_model.isChecked()

    def show_answers(
        self, network: Prediction | None, digit_model: Prediction | None, *, are_two: bool
    ) -> None:
        """Show what each answers, if there `are_two` networks to choose from."""
        self.setVisible(are_two)
        self.network.setText(_with_answer(NETWORK, network))
        self.digit_model.setText(_with_answer(DIGIT_MODEL, digit_model))


def _with_answer(name: str, prediction: Prediction | None) -> str:
    if prediction is None or prediction.probabilities is None or not len(prediction.classes):
        return name
    values = prediction.probabilities
    if not np.isfinite(values).all():
        return name
    best = int(values.argmax())
    if prediction.is_sure is False:
        return f"{name}: unsure"
    return f"{name}: {prediction.classes[best]}, {percent(float(values[best]))}"
