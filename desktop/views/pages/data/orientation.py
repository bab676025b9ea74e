"""Images as a file has them and turned, side by side: whether to turn them can be seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.document.schema import Classes
from desktop.views.theme import SPACE_L, SPACE_XS, Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.gallery import Gallery
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.samples import Sample
from desktop.workers.reports import DataSummary

_MOST = 12  # images of each
_ABOUT = (
    "EMNIST stores its images with rows and columns swapped: they lie on their side and are "
    'mirrored. "Turn images" in the settings swaps them back.'
)


class OrientationCard(Card):
    """A few training images in both ways, of different classes; hidden where nothing is turned."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Turn images", parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        about = muted_label(_ABOUT)
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        self.titles = QLabel(), QLabel()
        self.galleries = Gallery(theme), Gallery(theme)
        names = "Images as in the file", "Images turned"
        for title, gallery, name in zip(self.titles, self.galleries, names, strict=True):
            gallery.setAccessibleName(name)
            gallery.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the card Images has them for the keys
            gallery.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            column = QVBoxLayout()
            column.setSpacing(SPACE_XS)
            column.addWidget(title)
            column.addWidget(gallery)
            row.addLayout(column, 1)
        self.body.addLayout(row)
        self.body.addWidget(about)
        theme.changed.connect(self._fit)
        self.hide()

    def show_summary(self, summary: DataSummary) -> None:
        """Show the images of `summary` in both ways, if its source can turn them."""
        self.setVisible(summary.turned is not None)
        if summary.turned is None or not isinstance(summary.schema.target, Classes):
            return
        values, classes = summary.samples[:_MOST], summary.schema.class_names
        turned = values.swapaxes(1, 2)
        ways = (turned, values) if summary.turned else (values, turned)
        texts = "As in the file", "Turned"
        for number, (way, gallery) in enumerate(zip(ways, self.galleries, strict=True)):
            gallery.show_samples(
                [
                    Sample(image, texts[number], classes[label])
                    for image, label in zip(way, summary.sample_targets, strict=False)
                ],
                summary.schema.value_range,
            )
            used = bool(number) is summary.turned
            self.titles[number].setText(texts[number] + (", in use" * used))
        self._fit()

    def _fit(self) -> None:
        """Be as tall as one line of images."""
        for gallery in self.galleries:
            gallery.setFixedHeight(max(gallery.gridSize().height(), 0) + 2)
