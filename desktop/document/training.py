"""How a network is trained. Names, fields and defaults are Keras's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, field_validator

from desktop.document.choices import Direction, Metric
from desktop.document.spec import ADVANCED, Spec, family_type

# --- optimizers -----------------------------------------------------------------------------------


class Optimizer(Spec):
    """The base of all optimizers."""

    tag_key: ClassVar[str] = "optimizer"
    optimizer: str = ""
    learning_rate: float = Field(
        0.001, gt=0, title="Learning rate", description="Size of the steps; the first thing to tune"
    )
    weight_decay: float | None = Field(
        None,
        ge=0,
        title="Weight decay",
        description="Part of every weight taken away at each step",
        json_schema_extra={"advanced": True, "none": "Off"},
    )
    clipnorm: float | None = Field(
        None,
        gt=0,
        title="Clip norm",
        description="Gradients of each weight longer than this are shortened",
        json_schema_extra={"advanced": True, "none": "Off"},
    )

    @property
    def slots(self) -> int:
        """How many numbers Keras's optimizer keeps for each trainable weight."""
        raise NotImplementedError


class SGD(Optimizer):
    """Plain gradient descent: a step against the gradient, with momentum if you like."""

    learning_rate: float = Field(
        0.01, gt=0, title="Learning rate", description="Size of the steps; the first thing to tune"
    )
    momentum: float = Field(
        0.0, ge=0, le=1, title="Momentum", description="Part of the last step carried on"
    )
    nesterov: bool = Field(
        False, title="Nesterov", description="Look ahead along the momentum first"
    )

    @property
    def slots(self) -> int:
        return int(self.momentum != 0)  # its velocity


class _Moments(Optimizer):
    beta_1: float = Field(
        0.9,
        ge=0,
        lt=1,
        title="Beta 1",
        description="Memory of the mean gradient",
        json_schema_extra=ADVANCED,
    )
    beta_2: float = Field(
        0.999,
        ge=0,
        lt=1,
        title="Beta 2",
        description="Memory of the squared gradient",
        json_schema_extra=ADVANCED,
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Against division by 0",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 2  # two running means


class Adam(_Moments):
    """Adapts the step of every weight to its gradients: a good first choice."""

    amsgrad: bool = Field(
        False,
        title="AMSGrad",
        description="Divide by the largest squared gradient so far",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return super().slots + self.amsgrad  # the largest squared gradient


class AdamW(_Moments):
    """Adam with weight decay taken apart from the gradient."""

    weight_decay: float = Field(  # Keras takes no None here; 0 switches it off
        0.004,
        ge=0,
        title="Weight decay",
        description="Part of every weight taken away at each step",
    )
    amsgrad: bool = Field(
        False,
        title="AMSGrad",
        description="Divide by the largest squared gradient so far",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return super().slots + self.amsgrad  # the largest squared gradient


class Nadam(_Moments):
    """Adam with Nesterov's look ahead."""


class RMSprop(Optimizer):
    """Divides each step by a running mean of the gradient's size."""

    rho: float = Field(0.9, ge=0, lt=1, title="Rho", description="Memory of the squared gradient")
    momentum: float = Field(
        0.0, ge=0, le=1, title="Momentum", description="Part of the last step carried on"
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Against division by 0",
        json_schema_extra=ADVANCED,
    )
    centered: bool = Field(
        False,
        title="Centered",
        description="Take the mean gradient into account, too",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 1 + (self.momentum != 0) + self.centered


class Adagrad(Optimizer):
    """Shrinks the step of a weight the more it has already moved."""

    initial_accumulator_value: float = Field(
        0.1, ge=0, title="Start value", description="Start of the sum of squared gradients"
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Against division by 0",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 1


# --- losses ---------------------------------------------------------------------------------------


class Loss(Spec):
    """The base of all losses."""

    tag_key: ClassVar[str] = "loss"
    tag_alone: ClassVar[bool] = True
    loss: str = ""


class _CrossEntropy(Loss):
    from_logits: bool = Field(
        False,
        title="From logits",
        description="The last layer has no softmax or sigmoid; the loss applies it",
        json_schema_extra=ADVANCED,
    )


class _SmoothedCrossEntropy(_CrossEntropy):
    label_smoothing: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Label smoothing",
        description="How far the targets are drawn towards undecided, 0 to 1",
        json_schema_extra=ADVANCED,
    )


class CategoricalCrossentropy(_SmoothedCrossEntropy, tag="categorical_crossentropy"):
    """For one class out of several; labels are one-hot encoded for you."""


class SparseCategoricalCrossentropy(_CrossEntropy, tag="sparse_categorical_crossentropy"):
    """For one class out of several; labels stay whole numbers."""


class BinaryCrossentropy(_SmoothedCrossEntropy, tag="binary_crossentropy"):
    """For yes or no: one output between 0 and 1."""


class MeanSquaredError(Loss, tag="mean_squared_error"):
    """The mean of (output - target)²."""


class MeanAbsoluteError(Loss, tag="mean_absolute_error"):
    """The mean of |output - target|."""


class Huber(Loss, tag="huber"):
    """Squared for small errors, absolute for large ones."""

    delta: float = Field(
        1.0, gt=0, title="Delta", description="Error from which it grows only linearly"
    )


# --- callbacks ------------------------------------------------------------------------------------

MONITORS = tuple(prefix + name for name in ("loss", *Metric) for prefix in ("val_", ""))


class _Monitoring(Spec):
    monitor: str = Field(
        "val_loss",
        title="Monitor",
        description="The metric that is monitored",
        json_schema_extra={"choices": list(MONITORS)},
    )
    mode: Direction = Field(
        Direction.AUTO,
        title="Mode",
        description="Whether smaller or larger is better; auto knows the usual ones",
        json_schema_extra=ADVANCED,
    )

    @field_validator("monitor")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in MONITORS:
            raise ValueError(f"must be one of {', '.join(MONITORS)}")
        return value


class EarlyStopping(_Monitoring):
    """Ends the training when the monitored metric has not improved for some epochs."""

    write_defaults: ClassVar[bool] = True
    patience: int = Field(
        0, ge=0, title="Patience", description="Epochs without improvement that are tolerated"
    )  # Keras's default, for files that leave it out; see `suggested`
    min_delta: float = Field(
        0.0, ge=0, title="Min delta", description="Less than this is no improvement"
    )
    restore_best_weights: bool = Field(
        False, title="Restore best weights", description="Go back to the weights of the best epoch"
    )
    start_from_epoch: int = Field(
        0,
        ge=0,
        title="Start from epoch",
        description="Epochs at the start that are not judged",
        json_schema_extra=ADVANCED,
    )

    @classmethod
    def suggested(cls) -> Self:
        return cls(patience=5)  # 0 ends the training at the first epoch that is a little worse


class ReduceLROnPlateau(_Monitoring):
    """Makes the learning rate smaller when the monitored metric no longer improves."""

    write_defaults: ClassVar[bool] = True
    factor: float = Field(
        0.1, gt=0, lt=1, title="Factor", description="The learning rate is multiplied by this"
    )
    patience: int = Field(
        10, ge=0, title="Patience", description="Epochs without improvement that are tolerated"
    )
    min_delta: float = Field(
        0.0001, ge=0, title="Min delta", description="Less than this is no improvement"
    )
    cooldown: int = Field(
        0,
        ge=0,
        title="Cooldown",
        description="Epochs to wait after a change",
        json_schema_extra=ADVANCED,
    )
    min_lr: float = Field(
        0.0,
        ge=0,
        title="Minimum learning rate",
        description="The learning rate never falls below this",
        json_schema_extra=ADVANCED,
    )


# --- all together ---------------------------------------------------------------------------------

if TYPE_CHECKING:
    AnyOptimizer = Optimizer
    AnyLoss = Loss
else:
    AnyOptimizer = family_type(Optimizer)
    AnyLoss = family_type(Loss)


class Training(Spec):
    """The arguments of compile and fit."""

    write_defaults: ClassVar[bool] = True
    epochs: int = Field(
        10, ge=1, le=1_000_000, title="Epochs", description="Passes over the training rows"
    )
    batch_size: int = Field(32, ge=1, le=1_000_000, title="Batch size", description="Rows per step")
    optimizer: AnyOptimizer = Field(
        Adam(), title="Optimizer", description="How the weights follow the gradient"
    )
    loss: AnyLoss = Field(
        CategoricalCrossentropy(), title="Loss", description="The number that training makes small"
    )
    metrics: tuple[Metric, ...] = Field(
        (Metric.ACCURACY,), title="Metrics", description="Numbers reported beside the loss"
    )
    shuffle: bool = Field(
        True, title="Shuffle", description="Take the rows in a new order every epoch"
    )
    seed: int | None = Field(
        812,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Same seed, same machine: the same result; empty: different every run",
        json_schema_extra={"none": "Random"},
    )
    early_stopping: EarlyStopping | None = Field(
        None,
        title="Early stopping",
        description="End the training when it no longer improves",
        json_schema_extra={"none": "Off"},
    )
    reduce_lr_on_plateau: ReduceLROnPlateau | None = Field(
        None,
        title="Reduce learning rate",
        description="Smaller steps when it no longer improves",
        json_schema_extra={"none": "Off"},
    )

    @field_validator("metrics")
    @classmethod
    def _once_each(cls, value: tuple[Metric, ...]) -> tuple[Metric, ...]:
        if len(set(value)) < len(value):
            raise ValueError("each metric can be given only once")
        return value
