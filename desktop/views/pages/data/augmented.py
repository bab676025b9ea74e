"""Images before and after the layers that augment them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.document.augmentation import layers_ahead, range_after
from desktop.document.layers import Layer
from desktop.document.schema import Classes
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.gallery import Gallery
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.samples import Sample, target_text
from desktop.views.workspace import Workspace
from desktop.workers.reports import AugmentedSamples, DataSummary, FloatArray, SamplesToAugment
from desktop.workers.session import Session

_MOST = 24  # images, if there is room for so many
_VERSIONS = 3  # of each
_BEFORE = "Training images, and below each what the network may get of it while training"


@dataclass(frozen=True)
class _Version:
    """An augmented image. The class stands below the original."""

    values: FloatArray
    description: str
    caption: tuple[str, ...] = ()


class AugmentedCard(Card):
    """A line of training images, and below it lines of augmented ones.

    Hidden where the network has no layers that augment, or these do not work. Nothing is computed
    before the card can be seen.
    """

    def __init__(
        self, workspace: Workspace, session: Session, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("Augmented images", parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self._workspace, self._session = workspace, session
        self._summary: DataSummary | None = None
        self._draw = 0
        self._question: SamplesToAugment | None = None  # the one that was asked last
        self._answer: AugmentedSamples | None = None
        self.new_versions = QPushButton("Augment again")
        self.new_versions.setObjectName("augment_again")
        self.new_versions.setToolTip("Augment the same images with other random numbers")
        self.new_versions.clicked.connect(self._draw_again)
        self.heading.addWidget(self.new_versions)
        self.body.addWidget(muted_label(_BEFORE))
        self.original, *self.versions = (Gallery(theme) for _ in range(1 + _VERSIONS))
        names = ("Training images", *(f"Version {n + 1} of them" for n in range(_VERSIONS)))
        for gallery, name in zip((self.original, *self.versions), names, strict=True):
            gallery.setAccessibleName(name)
            gallery.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the card Images has them for the keys
            gallery.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.body.addWidget(gallery)
        self._failure = muted_label()
        self._failure.hide()
        self.body.addWidget(self._failure)
        self.original.capacityChanged.connect(self._show)
        workspace.projectChanged.connect(self._update)
        session.engineReady.connect(self._ask)
        session.augmenter.answered.connect(self._on_answer)
        session.augmenter.failed.connect(self._on_failure)
        theme.changed.connect(self._fit)
        self.hide()

    def show_summary(self, summary: DataSummary | None) -> None:
        """Show images of `summary`; None hides the card."""
        self._summary, self._question, self._answer = summary, None, None
        self._update()

    @property
    def _layers(self) -> tuple[Layer, ...]:
        """The layers that make the images; none if there are none or one of them cannot work."""
        layers, infos = self._workspace.project.layers, self._workspace.analysis.layers
        ahead = layers_ahead(layers)
        works = all(info.output_shape is not None for info in infos[:ahead])
        return layers[:ahead] if works else ()

    def _update(self) -> None:
        summary = self._summary
        self.setVisible(summary is not None and summary.schema.is_image and bool(self._layers))
        if not self.isHidden():
            self._show()
            self._ask()

    def _draw_again(self) -> None:
        self._draw += 1
        self._ask()

    def _ask(self) -> None:
        """Have images augmented, unless they are already, or cannot be seen."""
        summary = self._summary
        if summary is None or self._session.info is None or not self.isVisible():
            return
        if summary.source != self._workspace.project.data:
            return  # what the layers are for is being loaded
        rows = summary.samples[:_MOST]
        question = SamplesToAugment(self._layers, rows, _VERSIONS, self._draw)
        if question != self._question:
            self._question = question
            self._session.augmenter.ask(question)

    def _on_answer(self, answer: AugmentedSamples) -> None:
        if answer.question is self._question:
            self._answer = answer
            self._failure.hide()
            self._show()

    def _on_failure(self, message: str) -> None:
        self._failure.setText(message)
        self._failure.show()

    def _show(self) -> None:
        """Show as many images as fit into a line."""
        summary = self._summary
        if summary is None:
            return
        target, values = summary.schema.target, summary.schema.value_range
        texts = [target_text(y, target) for y in summary.sample_targets[:_MOST]]
        for gallery in (self.original, *self.versions):
            gallery.make_room(texts)
        texts = texts[: self.original.columns]
        samples = [
            Sample(x, f"Sample {number}", text, is_class=isinstance(target, Classes))
            for number, (x, text) in enumerate(zip(summary.samples, texts, strict=False), start=1)
        ]
        self.original.show_samples(samples, values)
        if self._answer is not None:
            after = range_after(self._answer.question.layers, values) or values
            for gallery, images in zip(self.versions, self._answer.values, strict=True):
                gallery.show_samples(
                    [
                        _Version(image, f"{sample.name}, augmented: {sample.true}")
                        for sample, image in zip(samples, images, strict=False)
                    ],
                    after,
                )
        self._fit()

    def _fit(self) -> None:
        """Let each gallery be as tall as a line of images."""
        for gallery in (self.original, *self.versions):
            gallery.setFixedHeight(max(gallery.gridSize().height(), 0) + 2)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()
