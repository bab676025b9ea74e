"""The training images that the drawing is most like."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.document.text import decimal_text, one_line
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.gallery import Gallery
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.samples import Sample
from desktop.workers.reports import FloatArray, NearestImages, Prediction
from desktop.workers.session import Session

NOTHING = "Draw something, and the training images that it is most like are shown here."


class NearestCard(Card):
    """The training images with the least distance to the network input, with their labels."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Nearest training images", parent)
        self._session = session
        self._asked: FloatArray | None = None  # what the images are those nearest to
        self.about = muted_label()
        self.gallery = Gallery(theme)
        self.gallery.setObjectName("nearest-images")
        self.gallery.setAccessibleName("Nearest training images")
        self.body.addWidget(self.about)
        self.body.addWidget(self.gallery)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        session.nearest.found.connect(self._on_found)
        session.nearest.failed.connect(self._say)
        theme.changed.connect(self._fit)
        self._say(NOTHING)

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show the images nearest to the network input of `prediction`; None shows none."""
        image = None if prediction is None else prediction.image
        if image is None:
            self._asked = None
            self._say(NOTHING)
        elif self._asked is None or not np.array_equal(image, self._asked):
            self._asked = image
            self._session.nearest.ask(image)

    def _on_found(self, nearest: NearestImages) -> None:
        summary = self._session.summary
        if summary is None or self._asked is None:
            return
        self.about.setText(
            f"Of {nearest.rows:,} training images, those whose pixels differ least from the "
            "network input (Euclidean distance). The network itself does not compare images."
        )
        samples = [
            Sample(
                each.image,
                f"Training row {each.row + 1}, distance {decimal_text(each.distance)}",
                one_line(each.label),
            )
            for each in nearest.images
        ]
        self.gallery.show_samples(samples, summary.schema.value_range)
        self.gallery.show()
        self._fit()

    def _say(self, message: str) -> None:
        self.about.setText(message)
        self.gallery.hide()

    def _fit(self) -> None:
        self.gallery.setFixedHeight(self.gallery.gridSize().height())
