"""Images in files with what the network predicts for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget

from desktop.document.text import counted, one_line
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.file_questions import IMAGE_SUFFIXES, files_filter
from desktop.views.widgets.gallery import Gallery
from desktop.views.widgets.image_pages import Pages
from desktop.views.widgets.live import Live
from desktop.views.widgets.samples import percent, score
from desktop.views.widgets.stage import UNTRAINED, stage
from desktop.workers.reports import (
    DataSummary,
    FloatArray,
    ImageFailure,
    ImagePrediction,
    ImagePredictions,
)
from desktop.workers.session import Session

IMAGES = files_filter(("Images", IMAGE_SUFFIXES))
MOST = 200  # images at once
LISTED = 5  # files that cannot be predicted, with the reason
MOST_VALUES = 2**22  # of all images together
REFRESH = 500  # milliseconds between two predictions while the network changes, at least
TIP = "Predict the classes of images in files"
BUSY = "Predicting…"
EMPTY = "Choose images, or drop them on the window, to see what the network predicts."
NO_MODEL = (
    "Train the network first: press Train. Then choose images, or drop them on the window, to see "
    "what it predicts."
)


@dataclass(frozen=True)
class PredictedImage:
    """An image as the network gets it, and what it predicts."""

    prediction: ImagePrediction

    @property
    def values(self) -> FloatArray:
        image = self.prediction.image
        assert image is not None
        return image

    @property
    def caption(self) -> tuple[str, ...]:
        runner_up, number = self.prediction.runner_up, self.prediction.number
        name = one_line(self.prediction.path.name)
        lines = f"{name}, {number}" if number else name, self._text(self.prediction.best)
        return lines if runner_up is None else (*lines, f"runner-up {self._text(runner_up)}")

    @property
    def description(self) -> str:
        name, *lines = self.caption
        return f"{name}: predicted {', '.join(lines)}"

    def _text(self, index: int) -> str:
        value = float(self.prediction.values[index])
        is_likely = self.prediction.are_probabilities
        return f"{self.prediction.classes[index]} {percent(value) if is_likely else score(value)}"


def takes_image_files(summary: DataSummary | None) -> bool:
    """Whether a network for the data can be shown images in files, to predict their classes."""
    return summary is not None and summary.schema.is_image and bool(summary.schema.class_names)


class ImagesCard(Card):
    """Image files that the user chooses, as the network gets them, each with its prediction.

    They are predicted again when the network has changed and the card can be seen. What cannot be
    predicted is listed with the reason. `filesChanged`: other files are shown, or none.
    """

    filesChanged = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Predicted images", parent)
        self._session = session
        self._paths: tuple[Path, ...] = ()
        self._left_out = 0  # files beyond those that are shown
        self._request: int | None = None  # the newest; in fast training it may be overtaken
        self.choose = QPushButton("Choose images…")
        self.choose.setObjectName("choose-images")
        self.choose.setToolTip(TIP)
        self.choose.clicked.connect(self.ask)
        self.clear = QPushButton("Clear")
        self.clear.setObjectName("clear-images")
        self.clear.setToolTip("Show no images")
        self.clear.clicked.connect(self.clear_files)
        self.status = self._label("small", "images-status")
        self.failures = self._label("bad", "images-failures")
        self.message = self._label("muted", "images-message")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.gallery = Gallery(theme, side=96)
        self.gallery.setAccessibleName("Predicted images")
        self.pages = Pages(theme)
        self.heading.addWidget(self.choose)
        self.heading.addWidget(self.clear)
        self.body.addWidget(self.status)
        self.body.addWidget(self.failures)
        self.body.addWidget(self.pages)
        self.body.addWidget(self.gallery, 1)
        self.body.addWidget(self.message, 1)
        self._live = Live(session, self, REFRESH)
        self._live.due.connect(self._ask)
        session.dataLoading.connect(self._discard)
        session.dataLoaded.connect(self._live.refresh)
        session.modelReset.connect(self._discard)
        session.imagesPredicted.connect(self._on_predicted)
        session.imagePredictionFailed.connect(self._on_failed)
        self.show_files(())

    def _label(self, role: str, name: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)  # it may name files
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.setObjectName(name)
        return label

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are shown."""
        return self._paths

    def ask(self) -> None:
        """Ask for images, and show them."""
        names, _ = QFileDialog.getOpenFileNames(self, "Predict images", "", IMAGES)
        if names:
            self.show_files([Path(name) for name in names])

    def show_files(self, paths: Sequence[Path]) -> None:
        """Predict and show the images at `paths`; as many as can be looked at."""
        summary = self._session.summary
        values = prod(summary.schema.input_shape) if summary is not None else 1
        most = max(1, min(MOST, MOST_VALUES // values))
        self._paths, self._left_out = tuple(paths[:most]), max(len(paths) - most, 0)
        self.clear.setEnabled(bool(self._paths))
        self._discard()
        is_shown = self.isVisible()
        self.filesChanged.emit()
        if is_shown:  # otherwise they are predicted when they can be seen
            self._ask()

    @Slot()
    def clear_files(self) -> None:
        """Show no images."""
        self.show_files(())

    @Slot()
    def _ask(self) -> None:
        if not self._session.can_predict_images:
            self._show_message(NO_MODEL)
        elif not self._paths:
            self._show_message(EMPTY)
        else:
            if self._request is None:
                self._show_message(BUSY)
            self._request = self._session.predict_images(self._paths)

    @Slot()
    def _discard(self) -> None:
        """Discard the predictions shown and the pending ones."""
        self._request = None
        waiting = BUSY if self._paths else EMPTY
        self._show_message(waiting if self._session.can_predict_images else NO_MODEL)

    def _on_predicted(self, predictions: ImagePredictions) -> None:
        summary = self._session.summary
        paths = {each.path for each in predictions.results}
        if self._request is None or paths != set(self._paths) or summary is None:
            return  # of other files
        shown = [
            PredictedImage(each)
            for each in predictions.results
            if isinstance(each, ImagePrediction)
        ]
        failed = [each.message for each in predictions.results if isinstance(each, ImageFailure)]
        if len(failed) > LISTED:
            failed[LISTED:] = [f"and {len(failed) - LISTED:,} more"]
        trained = stage(predictions) if predictions.is_trained else UNTRAINED
        what = "image" if not any(each.prediction.number for each in shown) else "symbol"
        lines = [f"Predicted {counted(len(shown), what)}, {trained}"] if shown else []
        if self._left_out:
            lines.append(
                f"{counted(self._left_out, 'more image')} not shown: the command “predict” takes "
                "any number"
            )
        self.status.setText("\n".join(lines))
        self.failures.setText("\n".join(failed))
        self.gallery.show_samples(shown, summary.schema.value_range)
        self.pages.show_pages([each.prediction for each in shown if each.prediction.number])
        self._show_parts(has_images=bool(shown))
        self._live.shown()

    def _on_failed(self, message: str) -> None:
        if self._request is not None:
            self._request = None
            self._show_message(message)

    def _show_message(self, message: str) -> None:
        self.status.clear()
        self.failures.clear()
        self.gallery.show_samples(())
        self.pages.show_pages(())
        self.message.setText(message)
        self._show_parts(has_images=False)

    def _show_parts(self, *, has_images: bool) -> None:
        self.status.setVisible(bool(self.status.text()))
        self.failures.setVisible(bool(self.failures.text()))
        self.gallery.setVisible(has_images)
        self.message.setVisible(not has_images and not self.failures.text())
