"""The images of a data set: all of a split, page by page, or the mean image of each class."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from desktop.document.schema import Classes
from desktop.document.text import counted, listed, one_line
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.gallery import SampleView
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.pager import Pager
from desktop.views.widgets.samples import Sample, target_text
from desktop.workers.reports import ClassMeans, DataSummary, IntArray, SplitSummary
from desktop.workers.session import Session

_LEAST = 3  # lines of images on a page
_WIDTHS = (64, 220)  # of a choice: the least and the most
_NAMED = 6  # classes
_NUMBER = "−1.2345e+00"  # as wide as numbers get that stand below an image


class Shown(StrEnum):
    """What is shown."""

    IMAGES = "Images"
    MEANS = "Mean of each class"


class PicturesCard(Card):
    """Images, as many on a page as there is room for.

    Signals:
        classChosen: the number of the class whose images alone are shown, or None.
        pageShown: other images are shown.
    """

    classChosen = Signal(object)
    pageShown = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Images", parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._session = session
        self._summary: DataSummary | None = None
        self._means: ClassMeans | None = None
        self._failure = ""
        self._places: IntArray = np.empty(0, np.int64)  # rows, or classes, on all pages
        self._on_page: list[int] = []  # those on the page that is shown
        self._first = 0  # which of them is the first on the page
        self._choices = QHBoxLayout()
        self._choices.setSpacing(SPACE_S)
        self.splits = self._combo("Split whose images are shown")
        self.splits.activated.connect(self._show)
        self.classes = self._combo("Class whose images are shown")
        self.classes.activated.connect(self._on_class)
        self.seen = self._combo("What is shown of the images")
        for shown in Shown:
            self.seen.addItem(str(shown), shown)
        self.seen.activated.connect(self._show)
        self._choices.addStretch(1)
        self.view = SampleView(theme)
        self.pager = Pager(theme)
        self.pager.turned.connect(self._turn)
        self.pager.add_keys(self.view.gallery)
        self.view.gallery.capacityChanged.connect(self._show_page)
        self._lacking = muted_label()
        self.body.addLayout(self._choices)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._lacking)
        self.body.addWidget(self.pager)
        session.classMeansMade.connect(self._on_means)
        session.classMeansFailed.connect(self._on_failure)
        theme.changed.connect(self._fit)
        self.view.gallery.make_room((_NUMBER,))
        self._fit()

    def show_summary(self, summary: DataSummary) -> None:
        """Show the images of `summary`: of the same split as before, and of all classes."""
        self._summary, self._means = summary, None
        before = self.splits.currentData()
        self.splits.clear()
        for split in summary.splits:
            if split.rows:
                self.splits.addItem(f"{split.rows:,} {split.name}", split.name)
        self.splits.setCurrentIndex(max(0, self.splits.findData(before)))
        names = summary.schema.class_names
        self.view.gallery.make_room(names or (_NUMBER,))
        self._fit()
        self.classes.setVisible(bool(names))
        self.seen.setVisible(bool(names))
        self.seen.setCurrentIndex(0)  # means are worked out when they are asked for, not before
        self.classes.clear()
        self._show()

    def show_class(self, chosen: int | None) -> None:
        """Show the images of one class only, or of all."""
        if self._summary is not None and chosen != self._chosen:
            self.classes.setCurrentIndex(0 if chosen is None else chosen + 1)
            self._show()

    @property
    def selected_names(self) -> tuple[str, ...]:
        """The names of the rows whose images are selected, where rows have names."""
        if self._summary is None or self._shows_means or not self._split.names:
            return ()
        chosen = sorted(index.row() for index in self.view.gallery.selectedIndexes())
        return tuple(self._split.names[self._on_page[row]] for row in chosen)

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def _split(self) -> SplitSummary:
        assert self._summary is not None
        return self._summary.split(self.splits.currentData())

    @property
    def _chosen(self) -> int | None:
        label: int | None = self.classes.currentData()
        return label

    @property
    def _shows_means(self) -> bool:
        return Shown(self.seen.currentData()) is Shown.MEANS

    def _on_class(self) -> None:
        self._show()
        self.classChosen.emit(self._chosen)

    def _show(self) -> None:
        """Show the first page of what was chosen."""
        if self._summary is None:
            return
        self._count_classes()
        split, chosen = self._split, self._chosen
        counts = np.array(split.class_counts)
        if self._shows_means:
            self._places = np.flatnonzero(counts) if chosen is None else np.array([chosen])
            if chosen is not None and not counts[chosen]:
                self._places = self._places[:0]
            if self._means is None or self._means.split is not split:
                self._means, self._failure = None, ""
                self._session.make_class_means(split)
        elif chosen is None:
            self._places = np.arange(split.rows)
        else:
            self._places = np.flatnonzero(split.y == chosen)
        names = self._summary.schema.class_names
        lacking = [names[label] for label in np.flatnonzero(counts == 0)] if names else []
        self._lacking.setVisible(bool(lacking))
        if lacking:
            if len(lacking) > _NAMED:
                lacking[_NAMED:] = [f"{counted(len(lacking) - _NAMED, 'other class', 'others')}"]
            self._lacking.setText(f"No {split.name} image is of class {listed(lacking)}")
        self._first = 0
        self._show_page()

    def _count_classes(self) -> None:
        """Say beside the name of each class how many images of it the split has."""
        assert self._summary is not None
        names, split = self._summary.schema.class_names, self._split
        texts = [f"All {len(names):,} classes"]
        texts += [
            f"{name} ({count:,})" for name, count in zip(names, split.class_counts, strict=False)
        ]
        if self.classes.count() != len(texts):
            self.classes.clear()
            for index, text in enumerate(texts):
                self.classes.addItem(text, index - 1 if index else None)
        for index, text in enumerate(texts):
            self.classes.setItemText(index, text)

    def _turn(self, page: int) -> None:
        self._first = page * self.view.gallery.capacity
        self._show_page()

    def _show_page(self) -> None:
        """Show the page that the first image is on."""
        summary = self._summary
        if summary is None:
            return
        size = self.view.gallery.capacity
        page, pages = self._first // size, max(1, -(-len(self._places) // size))
        self.pager.show_page(page, pages)
        places = self._places[page * size : (page + 1) * size]
        make = self._mean if self._shows_means else self._image
        waits = self._shows_means and self._means is None
        self._on_page = [] if waits else [int(place) for place in places]
        samples = [make(place) for place in self._on_page]
        message = f"The {self._split.name} split has no image of this class"
        if waits:
            message = self._failure or "Working out the mean of each class…"
        self.view.show_samples(samples, summary.schema.value_range, message)
        self.pageShown.emit()

    def _image(self, row: int) -> Sample:
        """The image that is this row of the split."""
        assert self._summary is not None
        split, schema = self._split, self._summary.schema
        name = f"{split.name.capitalize()} row {row + 1:,}"
        if split.names:
            name += f", {one_line(split.names[row])}"
        text = target_text(split.y[row], schema.target)
        return Sample(split.x[row], name, text, is_class=isinstance(schema.target, Classes))

    def _mean(self, label: int) -> Sample:
        """The mean image of the class of this number."""
        assert self._summary is not None and self._means is not None
        count = counted(self._split.class_counts[label], f"{self._split.name} row")
        name = self._summary.schema.class_names[label]
        return Sample(self._means.values[label], f"Mean of {count}", name)

    def _on_means(self, means: ClassMeans) -> None:
        if self._summary is not None and means.split is self._split:
            self._means = means
            self._show_page()

    def _on_failure(self, message: str) -> None:
        self._failure = message
        self._show_page()

    # --- looks ------------------------------------------------------------------------------------

    def _combo(self, name: str) -> ComboBox:
        combo = ComboBox()
        combo.setAccessibleName(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._choices.addWidget(combo, 1000)  # all the room up to the most
        return combo

    def _fit(self) -> None:
        for combo in (self.splits, self.classes, self.seen):
            combo.setMinimumWidth(scaled(_WIDTHS[0]))
            combo.setMaximumWidth(scaled(_WIDTHS[1]))
        self.view.setMinimumHeight(_LEAST * self.view.gallery.gridSize().height() + 2)
