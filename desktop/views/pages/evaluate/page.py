"""The page for the test: how well the network generalizes to rows it was not trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop.document.choices import Metric
from desktop.document.metrics import LOSS, metric_title
from desktop.document.text import counted
from desktop.views.pages.evaluate.confusion import ConfusionMatrix
from desktop.views.pages.evaluate.metrics import MetricTiles, metric_text
from desktop.views.pages.evaluate.predict_file import PredictFile
from desktop.views.theme import SPACE_M, Theme
from desktop.views.widgets.cards import Card, CardPage, Columns
from desktop.views.widgets.gallery import SampleView
from desktop.views.widgets.image_predictions import ImagesCard, takes_image_files
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.samples import Sample
from desktop.views.widgets.stage import stage
from desktop.workers.reports import Evaluation, NumbersFit
from desktop.workers.session import Session, State

if TYPE_CHECKING:
    from desktop.views.pages.evaluate.numbers import NumbersCard, WorstRows

TEST, TRAINING = "test", "training"  # the rows that are evaluated on
PROMISE = {
    TEST: "Evaluate the network on the test rows: they are not used for training, so they show how "
    "well it generalizes.",
    TRAINING: "Evaluate the network on the rows it was trained with, as this data has no "
    "others: that shows how well they were learned, not how well the network generalizes.",
}
IMAGES_HEIGHT = 260  # pixels; a row of images under their heading
REASONS = {
    State.STARTING: "TensorFlow is still loading.",
    State.WAITING: "Training is about to start. Evaluate when it has ended.",
    State.TRAINING: "Training is running. Evaluate when it has ended, or stop it first.",
    State.PAUSED: "Training is paused. Evaluate when it has ended, or stop it first.",
    State.STOPPING: "Training is stopping…",
    State.EVALUATING: "Evaluating…",
}


def _tested(evaluation: Evaluation) -> str:
    """Which rows the network was evaluated on."""
    return TRAINING if evaluation.on_training_rows else TEST


def _values(evaluation: Evaluation, number: int) -> dict[str, str]:
    """The big numbers by their titles; `number` is the place of the predicted number shown."""
    values = {metric_title(n): metric_text(n, v) for n, v in evaluation.metrics.items()}
    if evaluation.numbers:
        loss = metric_title(LOSS)  # all others are in the unit of the target
        of_scaled = {f"{loss}, of the scaled target": values.pop(loss)}
        fit, suffix = evaluation.numbers[number], ""
        if len(evaluation.numbers) > 1:  # the mean over numbers of different units says nothing
            title, suffix = metric_title(Metric.MEAN_ABSOLUTE_ERROR), f", {fit.column}"
            error = metric_text(Metric.MEAN_ABSOLUTE_ERROR, evaluation.scores[number])
            values = {f"{title}{suffix}": error}
        values = of_scaled | values | {f"R²{suffix}": f"{fit.r2:.3f}"}
    if evaluation.confusion is not None:
        values["Mistakes"] = f"{evaluation.mistake_count:,}"
    return values


class EvaluatePage(CardPage):
    """Test loss and metrics, the confusion matrix, and the most confident mistakes."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._evaluation: Evaluation | None = None
        self._numbers: tuple[tuple[NumbersCard, WorstRows], Columns] | None = None
        self._number = 0  # which of several numbers is shown
        self._outdated = ""

        self.evaluate = QPushButton()
        self.evaluate.setProperty("role", "primary")
        self.evaluate.setObjectName("evaluate")
        self.evaluate.clicked.connect(session.evaluate)
        self.stop = QPushButton("Stop")
        self.stop.setAccessibleName("Stop the evaluation")
        self.stop.clicked.connect(session.stop)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedWidth(120)
        self._busy.setAccessibleName("Evaluation is running")
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)  # it may quote a file
        self.status.setWordWrap(True)
        self.status.setObjectName("evaluation-status")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_M)
        bar.addWidget(self.evaluate)
        bar.addWidget(self._busy)
        bar.addWidget(self.stop)
        bar.addWidget(self.status, 1)

        self.note = QLabel()
        self.note.setProperty("role", "warning")
        self.note.setWordWrap(True)
        self.note.setObjectName("evaluation-note")
        self.empty = muted_label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setObjectName("evaluation-empty")
        self.metrics = MetricTiles()
        self.comparison = QLabel()
        self.comparison.setTextFormat(Qt.TextFormat.PlainText)  # it names a class
        self.comparison.setWordWrap(True)
        self.comparison.setObjectName("evaluation-comparison")

        self._matrix_card = Card("Confusion matrix")
        legend = QLabel("rows: true class · columns: predicted class")
        legend.setProperty("role", "small")
        legend.setWordWrap(True)
        self.matrix = ConfusionMatrix(theme)
        self.matrix.cellSelected.connect(self._show_mistakes)
        self.cell_text = muted_label()
        self.cell_text.setObjectName("evaluation-cell")
        self._matrix_card.body.addWidget(legend)
        self._matrix_card.body.addWidget(self.matrix, 1)
        self._matrix_card.body.addWidget(self.cell_text)
        self._mistakes_card = Card("Mistakes")
        self.shown = QLabel()
        self.shown.setTextFormat(Qt.TextFormat.PlainText)  # it names classes
        self.shown.setProperty("role", "small")
        self.shown.setWordWrap(True)
        self.show_all = QPushButton("Show all")
        self.show_all.setToolTip("Show the mistakes of every class")
        self.show_all.clicked.connect(self.matrix.clearSelection)
        self.mistakes = SampleView(theme, side=84)
        self.mistakes.setMinimumHeight(240)
        self._mistakes_card.heading.addWidget(self.show_all)
        self._mistakes_card.body.addWidget(self.shown)
        self._mistakes_card.body.addWidget(self.mistakes, 1)

        self.images = ImagesCard(session, theme)
        self.images.choose.hide()  # there is a button for that above
        self.images.setMinimumHeight(IMAGES_HEIGHT)
        self.images.filesChanged.connect(self._refresh)
        self.predict_file = PredictFile(session, self.images)
        self.rows.addLayout(bar)
        self.rows.addWidget(self.predict_file)
        self.rows.addWidget(self.images, 1)
        self.rows.addWidget(self.note)
        self.rows.addWidget(self.metrics)
        self.rows.addWidget(self.comparison)
        self._details = self.add_columns(self._matrix_card, self._mistakes_card, (2, 1), stretch=1)
        self.rows.addWidget(self.empty, 1)

        session.stateChanged.connect(self._refresh)
        session.dataLoading.connect(self._refresh)
        session.dataLoaded.connect(self._refresh)
        session.dataFailed.connect(self._refresh)
        session.runStarted.connect(self._on_run_started)
        session.runEnded.connect(self._refresh)
        session.modelReset.connect(self._on_reset)
        session.evaluationStarted.connect(self._refresh)
        session.evaluated.connect(self._on_evaluated)
        session.evaluationFailed.connect(self._on_failed)
        self._refresh()

    @property
    def evaluation(self) -> Evaluation | None:
        """The results shown."""
        return self._evaluation

    @property
    def is_outdated(self) -> bool:
        """Whether the results are those of an earlier state of the network, or of other data."""
        return bool(self._changes())

    @property
    def _rows_to_test(self) -> str:
        """Which rows the network would be evaluated on now."""
        summary = self._session.summary
        names = [TEST] if summary is None else [split.name for split in summary.splits]
        return TEST if TEST in names else TRAINING

    def _changes(self) -> str:
        """What happened since the results shown were made."""
        if self._evaluation is None or self._outdated or self._session.has_model:
            return self._outdated
        return "other data has been chosen since."

    def _on_run_started(self, _report: object) -> None:
        self._outdated = "the network has been trained since."
        self._refresh()

    def _on_reset(self) -> None:
        self._outdated = "the network has been reset since."
        self._refresh()

    def clear(self) -> None:
        """Show no results: they belong to another project."""
        self._evaluation, self._outdated = None, ""
        self.images.show_files(())

    def _on_failed(self, message: str) -> None:
        self._refresh()
        self._say(message, "bad")

    def _on_evaluated(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._outdated = ""
        self._matrix_card.setVisible(evaluation.confusion is not None)
        self._mistakes_card.setVisible(evaluation.confusion is not None)
        if evaluation.numbers:
            self._show_numbers(evaluation.numbers)
        if evaluation.confusion is not None:
            self.matrix.show_counts(evaluation.classes, evaluation.confusion)
        self.metrics.show_values(_values(evaluation, self._number))
        self._show_mistakes(None)
        self._refresh()

    def _show_numbers(self, numbers: tuple[NumbersFit, ...]) -> None:
        """Show the plots and the rows with the largest errors of the number that is chosen."""
        if self._numbers is None:
            # The first time: pyqtgraph takes a while to load.
            from desktop.views.pages.evaluate.numbers import NumbersCard, WorstRows

            made = NumbersCard(self._theme), WorstRows()
            made[0].numberChosen.connect(self._on_number_chosen)
            self._numbers = made, self.add_columns(*made, stretch=1)
        self._number = self._numbers[0][0].show_names(tuple(each.column for each in numbers))
        for card in self._numbers[0]:
            card.show_numbers(numbers[self._number])

    def _on_number_chosen(self) -> None:
        assert self._evaluation is not None
        self._show_numbers(self._evaluation.numbers)
        self.metrics.show_values(_values(self._evaluation, self._number))
        self._refresh()

    def _refresh(self, _payload: object = None) -> None:
        """Say what can be done now, and whether the results still hold."""
        session, evaluation = self._session, self._evaluation
        busy = session.state is State.EVALUATING
        ready = session.has_model and session.state is State.IDLE
        focused = self.evaluate.hasFocus() or self.stop.hasFocus()
        self.evaluate.setEnabled(ready)
        self.evaluate.setText(f"Evaluate on the {self._rows_to_test} rows")
        self._busy.setVisible(busy)
        self.stop.setVisible(busy)
        if focused:  # Qt gives the focus of a disabled button to whatever comes next
            (self.stop if busy else self.evaluate).setFocus()
        for widget in (self.note, self.metrics, self.comparison):
            widget.setVisible(evaluation is not None)
        self._details.setVisible(evaluation is not None and not evaluation.numbers)
        if self._numbers is not None:
            self._numbers[1].setVisible(evaluation is not None and bool(evaluation.numbers))
        shows_images = bool(self.images.paths) and takes_image_files(session.summary)
        self.images.setVisible(shows_images)
        self.empty.setVisible(evaluation is None and not shows_images)
        if evaluation is None:
            self._say("")
            self._show_empty(ready)
            return
        rows = counted(evaluation.rows, f"{_tested(evaluation)} row")
        result = f"{rows}, {stage(evaluation)}"
        outdated = self._changes()
        if outdated:
            self._say(f"Out of date: {result}; {outdated}", "warning")
        else:
            self._say(f"{result}.")
        if not ready and not outdated and session.state in REASONS:
            self._say(REASONS[session.state])
        self.evaluate.setToolTip("" if ready else self._reason())
        comparison = evaluation.comparison(self._number if evaluation.numbers else 0)
        self.comparison.setText(f"{comparison}.")
        self.comparison.setVisible(bool(comparison))
        self.note.setText(evaluation.note)
        self.note.setVisible(bool(evaluation.note))

    def _reason(self) -> str:
        """Why the network cannot be evaluated now."""
        if not self._session.has_model and self._session.state is State.IDLE:
            return "There is no trained network for this data yet. Press Train first."
        return REASONS.get(self._session.state, "")

    def _show_empty(self, ready: bool) -> None:
        if ready:
            text = f"{PROMISE[self._rows_to_test]}\n\nPress “{self.evaluate.text()}”."
        elif self._session.state is State.EVALUATING:
            text = REASONS[State.EVALUATING]
        else:
            text = f"{self._reason()}\n\n{PROMISE[self._rows_to_test]}".strip()
        self.empty.setText(text)
        self.evaluate.setToolTip("" if ready else self._reason())

    def _say(self, text: str, role: str = "muted") -> None:
        self.status.setText(text)
        if self.status.property("role") != role:
            self.status.setProperty("role", role)
            self.status.style().polish(self.status)

    def _show_mistakes(self, cell: tuple[int, int] | None) -> None:
        evaluation = self._evaluation
        if evaluation is None:
            return
        samples = [
            Sample(
                mistake.sample,
                f"{_tested(evaluation).capitalize()} row {mistake.row + 1}",
                evaluation.classes[mistake.true_class],
                evaluation.classes[mistake.predicted_class],
                mistake.confidence,
            )
            for mistake in evaluation.mistakes
            if cell is None or cell == (mistake.true_class, mistake.predicted_class)
        ]
        self.show_all.setVisible(cell is not None)
        if cell is None:
            self.cell_text.setText("Choose a cell to see its mistakes.")
            total = evaluation.mistake_count
            some = "most confident first" + (
                f"; {len(samples)} of {total:,}" if len(samples) < total else ""
            )
            self.shown.setText(some if samples else "")
            otherwise = (
                f"No mistakes: all {counted(evaluation.rows, 'row')} were predicted correctly."
            )
        else:
            self.cell_text.setText(self.matrix.sentence(*cell))
            true, predicted = (evaluation.classes[number] for number in cell)
            self.shown.setText(f"true {true}, predicted {predicted}")
            otherwise = self._nothing(cell)
        self.shown.setVisible(bool(self.shown.text()))
        self.mistakes.show_samples(samples, evaluation.value_range, otherwise)

    def _nothing(self, cell: tuple[int, int]) -> str:
        """Why there is no mistake to show for a cell."""
        evaluation = self._evaluation
        assert evaluation is not None and evaluation.confusion is not None
        if cell[0] == cell[1]:
            return "These rows were predicted correctly."
        if evaluation.confusion[cell] == 0:
            return "No row was predicted this way."
        return "None of these is among the most confident mistakes, which are the only ones kept."
