"""Callbacks that change the course of a training. Names, fields and defaults are Keras's."""

from typing import ClassVar, Self

from pydantic import Field, field_validator

from desktop.document.choices import Direction, Metric
from desktop.document.spec import ADVANCED, Spec

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
        0.0,
        ge=0,
        title="Min delta",
        description="A smaller change does not count as an improvement",
    )
    restore_best_weights: bool = Field(
        False, title="Restore best weights", description="Go back to the weights of the best epoch"
    )
    start_from_epoch: int = Field(
        0,
        ge=0,
        title="Start from epoch",
        description="Epochs at the start that are not monitored",
        json_schema_extra=ADVANCED,
    )

    @classmethod
    def suggested(cls) -> Self:
        return cls(patience=5)  # 0 ends the training at the first epoch that is a little worse


class ReduceLROnPlateau(_Monitoring):
    """Reduces the learning rate when the monitored metric no longer improves."""

    write_defaults: ClassVar[bool] = True
    factor: float = Field(
        0.1, gt=0, lt=1, title="Factor", description="The learning rate is multiplied by this"
    )
    patience: int = Field(
        10, ge=0, title="Patience", description="Epochs without improvement that are tolerated"
    )
    min_delta: float = Field(
        0.0001,
        ge=0,
        title="Min delta",
        description="A smaller change does not count as an improvement",
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
