"""What the engine tells the outside: frozen values that any thread may keep.

Arrays in a report are read-only and owned by the report; nothing here refers to Keras objects.
Every report of a training run carries the id of that run, so that a late one can be told apart.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from desktop.document.data import ColumnKind, DataSource, DateOrder, Fill, Scaling, TargetKind
from desktop.document.layers import Layer
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Range
from desktop.document.text import number_text
from desktop.engine.drawing_reports import DrawingStep, LayerActivation
from desktop.engine.row_reports import RowExample, RowField

if TYPE_CHECKING:  # numpy is not needed to show the window
    import numpy as np
    from numpy.typing import NDArray

    from desktop.engine.fingerprint import Fingerprint

FloatArray: TypeAlias = "NDArray[np.floating[Any]]"
IntArray: TypeAlias = "NDArray[np.integer[Any]]"


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A contiguous copy of `array` that cannot be written to."""
    import numpy as np

    copy = np.array(array, order="C")
    copy.setflags(write=False)
    return copy


@dataclass(frozen=True)
class EngineInfo:
    """The libraries that do the work, and the device they do it on."""

    keras: str
    tensorflow: str
    device: str  # "CPU" or "GPU"


# --- data ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SplitSummary:
    """One part of the rows: how many, how many of each class if the target is classes, and all.

    `x`, `y` and `names` are those of engine/rows.py, as the network gets them.
    """

    name: str  # "training", "validation" or "test"
    rows: int
    class_counts: tuple[int, ...]
    x: FloatArray = field(repr=False, compare=False)
    y: IntArray | FloatArray = field(repr=False, compare=False)
    names: tuple[str, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class ClassMeans:
    """The mean of the rows of each class in `split`: `values`, shape (classes, *input_shape).

    It is 0 for classes that the split has no row of.
    """

    split: SplitSummary
    values: FloatArray = field(repr=False, compare=False)


@dataclass(frozen=True)
class SamplesToAugment:
    """`rows`, shape (n, *input_shape), and the first `layers` of a network, which augment them.

    Some `versions` of each are wanted. Each number `draw` stands for other random numbers.
    """

    layers: tuple[Layer, ...]
    rows: FloatArray = field(repr=False, compare=False)
    versions: int
    draw: int = 0


@dataclass(frozen=True)
class AugmentedSamples:
    """What the layers of `question` made of its rows: shape (versions, n, *output_shape)."""

    question: SamplesToAugment
    values: FloatArray = field(repr=False, compare=False)


@dataclass(frozen=True)
class ColumnStatistics:
    """How the values of a column are spread over `rows` training rows that have one.

    `counts` are those of the bins or categories called `labels`; `summary` says range and middle of
    numbers. `together` says by the `measure` of that name how the column goes with the target, -1
    or 0 to 1; None where nothing can be said.
    """

    rows: int
    counts: tuple[int, ...]
    labels: tuple[str, ...]
    summary: str
    together: float | None
    measure: str


@dataclass(frozen=True)
class ColumnFacts:
    """One column: what it holds, what becomes of it, and why.

    `missing` and `distinct` count cells of the training rows; of a thousand different numbers and
    more, `distinct` says only that they are many. `fill` and `scaling` are None where there is
    nothing to fill or scale, `date_order` where no date leaves room for two readings. `decided`
    names the fields the user chose. A column that is no input because it is used
    otherwise says so in `purpose`; the target is of the kind `target_kind`.
    """

    name: str
    kind: ColumnKind
    reason: str
    missing: int
    distinct: int
    fill: Fill | None = None
    scaling: Scaling | None = None
    date_order: DateOrder | None = None
    decided: tuple[str, ...] = ()
    purpose: str = ""
    target_kind: TargetKind | None = None
    statistics: ColumnStatistics | None = None


@dataclass(frozen=True)
class TableCells:
    """The cells of a table as they were read, asked for one by one: a table may have millions.

    `splits` says by name of the split which rows of the table are in it, counted from 0, and
    `frames` holds that table: test rows may have one of their own.
    """

    names: tuple[str, ...]  # of the columns
    frames: Mapping[str, Any] = field(repr=False, compare=False)
    splits: Mapping[str, IntArray] = field(repr=False, compare=False)

    @property
    def has_test_file(self) -> bool:
        """Whether the test rows are from a table of their own."""
        return self.frames["test"] is not self.frames["training"]

    def text(self, split: str, place: int, column: int) -> str:
        """What stands in a column of a row of `split`; "" if the value is missing."""
        value = self.frames[split].iat[int(self.splits[split][place]), column]
        if value is None or value != value:
            return ""
        return f"{value:.12g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class DataPreview:
    """The first rows of a table as they are written, under the names of its columns.

    A workbook has none yet, but `sheets`, their names.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSummary:
    """A loaded data set, as much of it as a page needs to show it.

    `samples` has shape (n, *input_shape) with the values the network really gets; `sample_targets`
    are their class indices, (n,), or numbers, (n, columns). `minimum`, `maximum` and `mean` are
    over the training rows.
    """

    source: DataSource
    title: str
    schema: DataSchema
    splits: tuple[SplitSummary, ...]
    minimum: float
    maximum: float
    mean: float
    samples: FloatArray
    sample_targets: IntArray | FloatArray
    notes: tuple[str, ...]  # what a user should know about this data
    columns: tuple[ColumnFacts, ...] = ()  # of a table
    fields: tuple[RowField, ...] = ()  # what a single row of a table is asked for
    examples: tuple[RowExample, ...] = ()  # test rows of a table
    arrays: tuple[str, ...] = ()  # the names of all arrays of the file
    warnings: tuple[str, ...] = ()  # what to look at before training
    cells: TableCells | None = None  # of a table
    turned: bool | None = None  # whether images were turned; None where that is not asked

    @property
    def is_drawable(self) -> bool:
        """Whether what is drawn can be made like the rows."""
        return self.source.takes_drawings(self.schema)

    def split(self, name: str) -> SplitSummary:
        """The split called `name`. Raises KeyError if the data has none of that name."""
        for split in self.splits:
            if split.name == name:
                return split
        raise KeyError(name)


# --- training -----------------------------------------------------------------------------------


_RUN_TIME = "%Y%m%dT%H%M%S%fZ"


def new_run_id() -> str:
    """An id that no other run has, on whatever day and machine: UTC and something random.

    Sorted by their ids, runs are in the order in which they began.
    """
    return run_id(datetime.now(UTC), secrets.token_hex(4))


def run_id(start: datetime, mark: str) -> str:
    """The id of a run that began at `start`, in UTC, with a `mark` that tells it from others."""
    return f"{start:{_RUN_TIME}}-{mark}"


def run_start(run: str) -> datetime | None:
    """When the run of this id began, in UTC; None if it was not made by `new_run_id`."""
    try:
        return datetime.strptime(run.partition("-")[0], _RUN_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True)
class WeightHistogram:
    """How the values of one weight are spread.

    `counts` has shape (bins,), `edges` (bins + 1,). Values that are not finite are counted in
    `non_finite` and nowhere else; the statistics are over the finite ones (0.0 if there are none).
    """

    layer: int  # position in the project's stack
    layer_name: str  # e.g. "Dense 2": class and 1-based position in the stack
    weight: str  # its name in Keras: kernel, bias, ...; the path, if others of the layer have it
    path: str  # Keras's path of the weight, within the model
    shape: tuple[int, ...]
    counts: IntArray
    edges: FloatArray
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float
    zeros: int
    non_finite: int


@dataclass(frozen=True)
class RunStarted:
    """A run begins. `histograms` are of the weights it starts from: epoch 0 of a new model.

    `first_step` is not 0 if an earlier run broke off the epoch that this one begins with: so many
    batches of it are trained already.
    """

    run: str
    first_epoch: int  # epochs this model was trained for before this run; 0 for new weights
    epochs: int  # epochs this run is to make
    steps_per_epoch: int
    parameters: int
    training_rows: int
    validation_rows: int
    seed: int | None
    histograms: tuple[WeightHistogram, ...]
    first_step: int = 0
    note: str = ""  # what a user should know about this run; may be empty
    batch_size: int = 0  # rows of each batch but the last one of an epoch
    monitor: str = "loss"  # what "best" is judged by, e.g. "val_loss"
    best_epoch: int | None = None  # so far, 1-based over the life of the model
    project: Project = field(kw_only=True)  # what is trained
    engine: EngineInfo = field(kw_only=True)  # what trains it
    fingerprint: Fingerprint | None = field(default=None, kw_only=True)  # of the rows


class Phase(StrEnum):
    TRAINING = "training"
    VALIDATION = "validation"


@dataclass(frozen=True)
class Progress:
    """Where a run is; at most about 20 a second.

    `at` has shape (k,): the positions, in epochs (2.5 = half-way through the third), of the batches
    since the last report; `batch_values` maps each metric to its (k,) values on each of them.
    `logs` are Keras's running means over the epoch so far. `seconds` excludes pauses;
    `seconds_left` is the estimate for the whole run, None while there is nothing to judge by.
    """

    run: str
    phase: Phase
    epoch: int  # 1-based, counted over the life of the model
    step: int  # 1-based in the epoch
    steps: int
    fraction: float  # of the whole run, 0 to 1
    seconds: float
    seconds_left: float | None
    logs: Mapping[str, float]
    at: FloatArray
    batch_values: Mapping[str, FloatArray]


@dataclass(frozen=True)
class LayerStatistics:
    """Statistics of the layers, measured on a fixed batch of training rows (see `probe`).

    `layers` maps e.g. "gradient_norm" to the layers that have one, by name ("Dense 2"), to the
    value. `units` has in the same way the values of a layer's units, (units,), or the first of
    them where there are many.
    """

    layers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, FloatArray]] = field(
        default_factory=dict, repr=False, compare=False
    )


@dataclass(frozen=True)
class EpochEnded:
    """An epoch is over. `logs` are Keras's: loss, accuracy, val_loss, ..., learning_rate.

    `statistics` are of the layers at its end; empty if they were not measured then.
    """

    run: str
    epoch: int  # 1-based, counted over the life of the model
    seconds: float  # of this epoch
    logs: Mapping[str, float]
    histograms: tuple[WeightHistogram, ...]
    best_epoch: int | None = None  # so far, 1-based over the life of the model
    statistics: LayerStatistics = field(default_factory=LayerStatistics)


class Outcome(StrEnum):
    FINISHED = "finished"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the program ended during the run; never in a report of one


@dataclass(frozen=True)
class RunEnded:
    """A run is over; sent exactly once per run.

    `message` is a sentence for the user: why it failed, or what ended it early; may be empty.
    """

    run: str
    outcome: Outcome
    epoch: int  # completed epochs over the life of the model
    seconds: float
    message: str
    monitor: str  # what "best" is judged by, e.g. "val_loss"; "" if nothing was measured
    best_epoch: int | None  # 1-based over the life of the model
    stopped_early: bool  # EarlyStopping ended it
    restored_epoch: int | None  # the epoch whose weights were put back, if any were


Report: TypeAlias = RunStarted | Progress | EpochEnded | RunEnded


# --- evaluation and prediction --------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """One test row the network got wrong. `sample` has the input's shape."""

    row: int
    sample: FloatArray
    true_class: int
    predicted_class: int
    confidence: float | None  # probability of the wrong class; None if outputs are none


@dataclass(frozen=True)
class Baseline:
    """A simple model on the same test rows.

    `values` is its accuracy alone, or the mean absolute error of each number that is predicted, in
    the unit of the target. `note` says what else there is to know of it; may be empty.
    """

    title: str  # in a sentence, e.g. "logistic regression"
    values: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True)
class NumbersFit:
    """What a network predicts of one number, in the unit of the target.

    `true` and `predicted`, shape (n,), are of `column` and of up to 2,000 test rows, spread evenly.
    Of all test rows are `r2`, scikit-learn's R² (1 is perfect, 0 what the mean gives), the
    histogram of the residuals, true - predicted, with `counts` (bins,) and `edges` (bins + 1,),
    and `worst`: number of the row, true and predicted value, the largest error first.
    """

    column: str
    true: FloatArray
    predicted: FloatArray
    r2: float
    counts: IntArray
    edges: FloatArray
    worst: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Evaluation:
    """How the network does on rows it was not trained with.

    `confusion` has shape (classes, classes): rows are true classes, columns predicted ones; None
    where the output does not stand for classes. `mistakes`: the most confident ones, worst first.
    """

    rows: int
    metrics: Mapping[str, float]  # loss, accuracy, ...
    classes: tuple[str, ...]
    confusion: IntArray | None
    mistakes: tuple[Mistake, ...]
    mistake_count: int
    epoch: int  # of the model's life, after which it had these weights
    note: str  # e.g. that the rows are the training rows; may be empty
    on_training_rows: bool = False  # as there are no others
    value_range: tuple[float, float] = (0.0, 1.0)  # of the samples
    is_loaded: bool = False  # whether the network was read from a file and trained from there
    numbers: tuple[NumbersFit, ...] = ()  # where the target is numbers: one for each
    # The accuracy, or mean absolute error of each number, to compare with those of the baselines.
    scores: tuple[float, ...] = ()
    baselines: tuple[Baseline, ...] = ()

    def comparison(self, number: int = 0) -> str:
        """A sentence that says what the network is worth beside the baselines; "" without them.

        Where several numbers are predicted, it is of the one at `number`.
        """
        if not self.scores or not self.baselines:
            return ""
        notes = [f"The {each.title} was {each.note}" for each in self.baselines if each.note]
        rows = "training" if self.on_training_rows else "test"
        score = self.scores[number]
        others = [(each.title, each.values[number]) for each in self.baselines]
        if not self.numbers:
            beside = ", ".join(f"{title} {value * 100:.1f} %" for title, value in others)
            sentence = f"The network predicts {score * 100:.1f} % of the {rows} rows correctly"
        else:
            beside = ", ".join(f"{title} by {number_text(value)}" for title, value in others)
            sentence = (
                f"The network is off by {number_text(score)} on average over the {rows} rows, "
                f"in the unit of {self.numbers[number].column}"
            )
        return ". ".join([f"{sentence}; {beside}", *notes])


@dataclass(frozen=True)
class Prediction:
    """What the network makes of one drawing.

    `image` has shape (height, width): the preprocessed image, in the values the network gets.
    `probabilities` has shape (classes,), and so has `scores`, the outputs as they are where neither
    softmax nor sigmoid makes probabilities of them. One of them is None; both are for an empty
    canvas, where the output does not stand for classes, and without a network, when there are no
    `classes` either. Probabilities are NaN where the network's outputs are not finite numbers.
    `steps` are those of the preparation: none for an empty canvas, and for an image that is taken
    as it stands. `contributions`, in the shape of `image`, say how much each pixel speaks for the
    most probable class, or against it; None unless that is wanted, and where nothing is predicted.
    `activations` are those of the layers, where they are wanted.
    `is_sure` says whether a class is probable enough; None where that is not known.
    """

    request: int
    image: FloatArray
    probabilities: FloatArray | None
    classes: tuple[str, ...]
    seconds: float
    epoch: int  # of the network's life, after which it had these weights
    is_trained: bool = True  # False while the network has the weights it was made with
    is_loaded: bool = False  # whether the network was read from a file and trained from there
    scores: FloatArray | None = None
    steps: tuple[DrawingStep, ...] = ()
    contributions: FloatArray | None = None
    activations: tuple[LayerActivation, ...] = ()
    is_sure: bool | None = None
    is_of_digit_model: bool = False  # not of the network in the window


@dataclass(frozen=True)
class Surface:
    """What the network predicts over a square of the plane.

    `values` has shape (rows, columns, classes): the probabilities at evenly spaced points, y rising
    with the row, x with the column; or (rows, columns, 1), the predicted number. `extent` is where
    the first and the last point are, in both directions.
    """

    values: FloatArray = field(repr=False, compare=False)
    extent: Range
    is_classes: bool
    epoch: int  # of the network's life, after which it had these weights


@dataclass(frozen=True)
class LayerUnits:
    """The outputs of a hidden layer's units over a square of the plane.

    `values` has shape (units, rows, columns), rows and columns as in a Surface: of all `units`, or
    of the first ones where there are many. `layer` is the layer's name in the stack.
    """

    layer: str
    units: int
    values: FloatArray = field(repr=False, compare=False)


@dataclass(frozen=True)
class HiddenUnits:
    """The hidden layers of a network, each with what its units make of a square of the plane."""

    layers: tuple[LayerUnits, ...]
    extent: Range  # as that of a Surface
    epoch: int
