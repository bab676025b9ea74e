"""What a run is to do, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

# A validation row costs a forward pass, a training row a backward pass and an update as well.
_VALIDATION_COST = 0.35


@dataclass(frozen=True)
class Plan:
    """What a run is to do: `epochs` more after `first_epoch`, in batches of `batch_size` rows.

    Validation rows are looked at `validation_batch_size` at a time.
    """

    run: str
    first_epoch: int
    epochs: int
    batch_size: int
    validation_batch_size: int
    training_rows: int
    validation_rows: int

    @property
    def steps(self) -> int:
        """Training batches in an epoch; the last one may be short."""
        return -(-self.training_rows // self.batch_size)

    @property
    def validation_steps(self) -> int:
        return -(-self.validation_rows // self.validation_batch_size)

    @property
    def training_share(self) -> float:
        """The part of an epoch's work that is training and not validation, 0 to 1."""
        return self.training_rows / (self.training_rows + _VALIDATION_COST * self.validation_rows)
