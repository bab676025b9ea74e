"""How a network is trained. Names, fields and defaults are Keras's."""

from typing import ClassVar

from pydantic import Field, field_validator

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import Metric
from desktop.document.losses import AnyLoss, CategoricalCrossentropy
from desktop.document.optimizers import Adam, AnyOptimizer
from desktop.document.spec import Spec


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
        CategoricalCrossentropy(), title="Loss", description="The number that training minimizes"
    )
    metrics: tuple[Metric, ...] = Field(
        (Metric.ACCURACY,), title="Metrics", description="Numbers reported in addition to the loss"
    )
    shuffle: bool = Field(
        True, title="Shuffle", description="Shuffle the training rows before every epoch"
    )
    balance_classes: bool = Field(
        False,
        title="Balance classes",
        description="Rows of rare classes count more in the loss, so that all classes count alike",
    )
    rows: int | None = Field(
        None,
        ge=1,
        title="Training rows",
        description="Train with only so many of the training rows, of each class its share; "
        "empty: all of them",
        json_schema_extra={"none": "All"},
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
        description="End training when the monitored metric no longer improves",
        json_schema_extra={"none": "Off"},
    )
    reduce_lr_on_plateau: ReduceLROnPlateau | None = Field(
        None,
        title="Reduce learning rate on plateau",
        description="Lower the learning rate when the monitored metric no longer improves",
        json_schema_extra={"none": "Off"},
    )
    tensorboard: bool = Field(
        False,
        title="Logs for TensorBoard",
        description="After each epoch, write metrics, weights and gradients for TensorBoard; that "
        "takes about 30 ms, and longer for a large network",
    )

    @field_validator("metrics")
    @classmethod
    def _once_each(cls, value: tuple[Metric, ...]) -> tuple[Metric, ...]:
        if len(set(value)) < len(value):
            raise ValueError("each metric can be given only once")
        return value
