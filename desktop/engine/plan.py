"""What a run is to do, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

# A validation row costs a forward pass, a training row a backward pass and an update as well.
_VALIDATION_COST = 0.35


@dataclass(frozen=True)
class Plan:
    """What a run is to do: `epochs` more after `first_epoch`, in batches of `batch_size` rows.

    Validation rows are looked at `validation_batch_size` at a time. The layers are measured after
    every `measured_every` epochs of the life of the network.
    """

    run: str
    first_epoch: int
    epochs: int
    batch_size: int
    validation_batch_size: int
    training_rows: int
    validation_rows: int
    measured_every: int = 1

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

    def is_measured(self, epoch: int) -> bool:
        """Whether the layers are measured in the 0-based `epoch`; always in the first and last."""
        is_end = epoch in (self.first_epoch, self.first_epoch + self.epochs - 1)
        return is_end or (epoch + 1) % self.measured_every == 0
