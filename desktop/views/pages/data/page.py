"""The page for the data: where the rows come from, and what they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.data import DataSource, Digits, GeneratedDigits, Mnist, TableSource
from desktop.document.fields import Kind
from desktop.document.schema import Classes, Target, shown_names
from desktop.document.text import counted, number_text, row_text
from desktop.paths import keras_datasets, keras_file
from desktop.views.pages.data.augmented import AugmentedCard
from desktop.views.pages.data.bars import ClassBars, SplitLegend
from desktop.views.pages.data.columns import ColumnsCard
from desktop.views.pages.data.drawings import DrawingsLine
from desktop.views.pages.data.first_rows import FirstRows
from desktop.views.pages.data.offer import NetworkOffer
from desktop.views.pages.data.orientation import OrientationCard
from desktop.views.pages.data.pictures import PicturesCard
from desktop.views.pages.data.points import PointsCard
from desktop.views.pages.data.rows import RowsCard
from desktop.views.pages.data.source import SourceCard
from desktop.views.theme import SPACE_L, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.cards import Card, CardPage
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.file_questions import files_filter
from desktop.views.widgets.gallery import SampleView
from desktop.views.widgets.plane.view import is_plane
from desktop.views.widgets.samples import Sample, target_text
from desktop.views.workspace import Workspace
from desktop.workers.reports import DataPreview, DataSummary
from desktop.workers.session import Session

NOTHING = 1e-6  # of the range: what is left of a mean that standardizing made zero
PATIENCE = 200  # milliseconds of loading before what was there gives way to "Loading"


def _label(role: str = "", name: str = "") -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)  # it may quote a file
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def _show_text(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


class FactsCard(Card):
    """What is loaded, that it is being loaded, or why it could not be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loaded", parent)
        self._loading = QWidget()
        self._loading_text = QLabel()
        self._loading_text.setTextFormat(Qt.TextFormat.PlainText)  # it may name a file
        self._loading_text.setProperty("role", "muted")
        column = QVBoxLayout(self._loading)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._loading_text)
        self.first_rows = FirstRows()
        column.addWidget(self.first_rows)

        self._failed = QWidget()
        self._failure = _label("bad", "data-failure")
        self.download = QPushButton()
        self.choose_file = QPushButton("Choose a file…")
        self.use_digits = QPushButton("Use built-in digits")
        self.use_generated = QPushButton("Use generated digits")
        self.use_generated.setToolTip("Digits of the same size, which the program draws itself")
        self.try_again = QPushButton("Try again")
        column = QVBoxLayout(self._failed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._failure)
        for button in (
            self.download,
            self.choose_file,
            self.use_generated,
            self.use_digits,
            self.try_again,
        ):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

        self._facts = QWidget()
        self._splits = _label("", "data-splits")
        self._note = _label("muted", "data-note")
        self._warnings = _label("warning", "data-warnings")
        self._values: dict[str, QLabel] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_L)
        form.setVerticalSpacing(SPACE_XS)
        for title in ("One row", "Target", "Values", "Mean"):
            name = QLabel(title)
            name.setProperty("role", "muted")
            self._values[title] = _label("", f"data-{title.lower().replace(' ', '-')}")
            form.addRow(name, self._values[title])
        column = QVBoxLayout(self._facts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._splits)
        column.addLayout(form)
        column.addWidget(self._note)
        column.addWidget(self._warnings)
        for part in (self._loading, self._failed, self._facts):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.show_loading("data")

    def show_loading(self, title: str, work: str = "Loading") -> None:
        """Say that the data called `title` is on its way, and by what `work`."""
        self._loading_text.setText(f"{work} {title}…")
        self.first_rows.hide()
        self._show(work, self._loading)

    def show_failure(self, message: str, source: DataSource) -> None:
        """Say why `source` could not be loaded, and what can be done about it."""
        self._failure.setText(message)
        wanted = [each for each in source.downloads if not keras_file(each.file).is_file()]
        self.download.setVisible(bool(wanted) and not source.file)
        if wanted:
            size, host = sum(each.size for each in wanted), urlsplit(wanted[0].url).hostname
            self.download.setText(f"Download {size / 1e6:.1f} MB")
            self.download.setToolTip(f"From {host} into Keras's data folder, {keras_datasets()}")
        self.choose_file.setVisible(bool(source.file_field()))
        folder = source.takes_folder()
        self.choose_file.setText("Choose a folder…" if folder else "Choose a file…")
        self.use_generated.setVisible(isinstance(source, Mnist))
        self.use_digits.setVisible(not isinstance(source, Digits))
        self._show(f"{source.title} is not loaded", self._failed)

    def show_summary(self, summary: DataSummary) -> None:
        """Say what was loaded."""
        parts = (f"{split.rows:,} {split.name}" for split in summary.splits if split.rows)
        self._splits.setText(" · ".join(parts))
        self._values["One row"].setText(row_text(summary.schema.input_shape))
        self._values["Target"].setText(_target_text(summary.schema.target))
        self._values["Values"].setText(
            f"{number_text(summary.minimum)} to {number_text(summary.maximum)}"
        )
        nearly_zero = abs(summary.mean) < NOTHING * (summary.maximum - summary.minimum)
        self._values["Mean"].setText("0" if nearly_zero else number_text(summary.mean))
        _show_text(self._note, "\n".join(summary.notes))
        _show_text(self._warnings, "\n".join(f"⚠ {each}." for each in summary.warnings))
        self._show(summary.title, self._facts)

    def _show(self, title: str, part: QWidget) -> None:
        self.title.setText(title)
        for widget in (self._loading, self._failed, self._facts):
            widget.setVisible(widget is part)


def _target_text(target: Target) -> str:
    """What is to be predicted."""
    names = shown_names(target)
    words = ("class", "classes") if isinstance(target, Classes) else ("number", "numbers")
    listed = ", ".join(names) if len(names) <= 12 else f"{names[0]} … {names[-1]}"
    return f"{counted(len(names), *words)}: {listed}"


class DataPage(CardPage):
    """Source and settings, what is loaded, how many rows of each class, and samples of them."""

    def __init__(
        self, workspace: Workspace, session: Session, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._session = session
        self._summary: DataSummary | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._show_loading)
        self.source = SourceCard(workspace, theme)
        self.facts = FactsCard()
        self.offer = NetworkOffer(workspace, self)
        self.columns = ColumnsCard(theme)
        self.plane = PointsCard(workspace, session, theme)
        self.columns.edited.connect(self._on_column)
        self.facts.download.clicked.connect(self._download)
        self.facts.choose_file.clicked.connect(self._choose_file)
        self.facts.use_digits.clicked.connect(self._use_digits)
        self.facts.use_generated.clicked.connect(self._use_generated)
        self.facts.try_again.clicked.connect(self._try_again)
        self.source.loading.cancel.clicked.connect(session.cancel_data)
        self.classes = Card("Rows of each class")
        self.bars = ClassBars(theme)
        self.bars.classSelected.connect(self._show_samples)
        self._legend = SplitLegend(theme)
        self.classes.body.addWidget(self._legend)
        self.classes.body.addWidget(self.bars)
        self.samples = Card("Samples")
        self.sample_view = SampleView(theme)
        self.sample_view.setMinimumHeight(220)
        self.shown = ElidedLabel()
        self.shown.setProperty("role", "muted")
        self.show_all = QPushButton("Show all")
        self.show_all.setToolTip("Show samples of every class")
        self.show_all.clicked.connect(self.bars.clearSelection)
        self.samples.heading.addWidget(self.shown)
        self.samples.heading.addWidget(self.show_all)
        self.samples.body.addWidget(self.sample_view)
        self.rows.addWidget(self.offer)
        self.rows.addWidget(self.plane)
        self.add_columns(self.source, self.facts)
        self.rows.addWidget(self.columns)
        self.table_rows = RowsCard(theme)
        self.bars.classSelected.connect(self.table_rows.show_class)
        self.rows.addWidget(self.table_rows)
        self.orientation = OrientationCard(theme)
        self.rows.addWidget(self.orientation)
        self.pictures = PicturesCard(session, theme)
        self.drawings = DrawingsLine(session, self.pictures)
        self.pictures.body.addWidget(self.drawings)
        self.bars.classSelected.connect(self.pictures.show_class)
        self.pictures.classChosen.connect(self.bars.select_class)
        self.rows.addWidget(self.pictures, 1)
        self.augmented = AugmentedCard(workspace, session, theme)
        self.rows.addWidget(self.augmented)
        self._rows = self.add_columns(self.classes, self.samples, stretch=1)
        self.rows.addStretch(0)
        session.dataLoading.connect(self._on_loading)
        session.dataPreviewed.connect(self._on_previewed)
        session.dataProgress.connect(self.source.loading.show_progress)
        session.dataLoaded.connect(self._on_loaded)
        session.dataFailed.connect(self._on_failed)
        session.drawings.changed.connect(self._refresh_if_seen)
        if session.summary is None:
            self._show_loading()
        else:
            self._on_loaded(session.summary)

    def _on_loading(self) -> None:
        source = self._workspace.project.data
        if self._summary is not None and type(self._summary.source) is type(source):
            self._patience.start()
        else:
            self._show_loading()

    def _show_loading(self) -> None:
        self._hide_data()
        self.source.loading.show_work("Loading")
        self.facts.show_loading(self._workspace.project.data.title)

    def _hide_data(self) -> None:
        """Show nothing of data that is not the project's any more."""
        self._patience.stop()
        self._summary = None
        for part in (self._rows, self.columns, self.table_rows, self.orientation, self.pictures):
            part.hide()
        self.augmented.show_summary(None)
        if not is_plane(self._workspace.project.data.known_schema):
            self.plane.hide()

    def _on_previewed(self, first: DataPreview) -> None:
        self.source.form.set_names(Kind.SHEET, first.sheets)
        if not first.rows:
            return
        if self._patience.isActive():
            self._show_loading()
        self.facts.first_rows.show_rows(first)

    def _on_failed(self, message: str) -> None:
        self._hide_data()
        self.source.loading.hide()
        self.facts.show_failure(message, self._workspace.project.data)
        QTimer.singleShot(0, self, self._show_facts)  # laid out by then

    def _show_facts(self) -> None:
        self.ensureWidgetVisible(self.facts)

    def _on_loaded(self, summary: DataSummary) -> None:
        self._patience.stop()
        self._summary = summary
        self.source.loading.hide()
        self.facts.show_summary(summary)
        names = tuple(column.name for column in summary.columns)
        self.source.form.set_names(Kind.COLUMN, names or summary.arrays)
        self.columns.show_columns(summary.columns)
        self.columns.setVisible(bool(summary.columns))
        if summary.cells is not None:
            self.table_rows.show_summary(summary)
        self.table_rows.setVisible(summary.cells is not None)
        is_pictures = summary.schema.is_image
        self.samples.setVisible(summary.cells is None and not is_pictures)
        self.orientation.show_summary(summary)
        self.pictures.setVisible(is_pictures)
        if is_pictures:
            self.pictures.show_summary(summary)
            self.drawings.show_summary(summary)
        self.augmented.show_summary(summary)
        self.classes.setVisible(bool(summary.schema.class_names))
        if summary.schema.class_names:
            self._legend.show_summary(summary)
            self.bars.show_summary(summary)
        self._show_samples(None)
        self._rows.show()

    def _show_samples(self, chosen: int | None) -> None:
        summary = self._summary
        if summary is None or summary.cells is not None:
            return  # a table's rows are on a card of their own
        classes = summary.schema.class_names
        samples = [
            Sample(
                values,
                f"Sample {number + 1}",
                target_text(target, summary.schema.target),
                is_class=bool(classes),
            )
            for number, (values, target) in enumerate(
                zip(summary.samples, summary.sample_targets, strict=True)
            )
            if chosen is None or target == chosen
        ]
        name = "" if chosen is None else f" of class {classes[chosen]}"
        self.shown.set_full_text(f"{len(samples)}{name}")
        self.show_all.setVisible(chosen is not None)
        self.sample_view.show_samples(
            samples,
            summary.schema.value_range,
            f"There is no sample{name}.",
            summary.schema.features,
        )

    def _on_column(self, name: str, field: str, value: Any) -> None:
        source = self._workspace.project.data
        if not isinstance(source, TableSource):
            return
        if field == "target":
            self.source.use(source.with_target(name), f"Predict {name}")
        elif field == "target_kind":
            self.source.use(
                source.replace(target_kind=value), f"Change what is predicted of {name}"
            )
        else:
            self.source.use(source.decide(name, field, value), f"Change column {name}")

    def _download(self) -> None:
        source = self._workspace.project.data
        self._session.download_data(source)
        self.source.loading.show_work("Downloading")
        self.facts.show_loading(source.title, "Downloading")

    def _choose_file(self) -> None:
        folder, data = str(self._workspace.folder), self._workspace.project.data
        if data.takes_folder():
            dialog = QFileDialog(self, "Choose the data folder", folder)
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            filters = files_filter(("Data", data.suffixes))
            dialog = QFileDialog(self, "Choose the data file", folder, filters)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._use_file)
        dialog.open()

    def _use_file(self, path: str) -> None:
        source = self._workspace.project.data.with_file(path)
        self.source.use(source, "Choose the data file")

    def _use_digits(self) -> None:
        self._use_source(Digits)

    def _use_generated(self) -> None:
        self._use_source(GeneratedDigits)

    def _use_source(self, kind: type[DataSource]) -> None:
        self.source.sources.setCurrentIndex(self.source.sources.findData(kind))
        self.source.sources.activated.emit(self.source.sources.currentIndex())

    def _try_again(self) -> None:
        self._session.load_data(self._workspace.project.data)

    def _refresh_if_seen(self) -> None:
        """Load data again that was changed elsewhere; what cannot be seen can wait."""
        if self.isVisible():
            self._session.refresh_data()

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self._session.refresh_data()
        super().showEvent(event)
