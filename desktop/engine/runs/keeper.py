"""What keeps the runs of a training: it hears the same reports as whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from desktop import paths
from desktop.document.files import write_atomically
from desktop.document.json_values import Settings
from desktop.engine.records import RunLabels, RunRecord
from desktop.engine.reports import EpochEnded, Report, RunEnded, RunStarted
from desktop.engine.runs import folder as files
from desktop.engine.runs.folder import RunFile, finite
from desktop.engine.runs.looks import add_look, count_looks
from desktop.engine.runs.store import RunStore
from desktop.engine.runs.writer import RunWriter, why
from desktop.engine.tensorboard.keeping import LogKeeper

if TYPE_CHECKING:
    from desktop.engine.fingerprint import Fingerprint
    from desktop.engine.network import Network
    from desktop.engine.training import Trainer

BYTES_PER_PARAMETER = 4


class RunKeeper:
    """Keeps every run that it is given the reports of; `folder` is that of a RunStore.

    The runs are given this name; `group`, `trial` and `settings` are those of RunRecord.
    `say` is told, once for each run, what of it could not be kept. Whatever happens here, the
    training goes on. To be called where the network is trained, and closed.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        name: str = "",
        folder: Path | None = None,
        *,
        group: str = "",
        trial: int | None = None,
        settings: Settings = MappingProxyType({}),
    ) -> None:
        self._say, self._name, self._folder = say, name, folder or paths.runs_folder()
        self._group, self._trial, self._settings = group, trial, settings
        self._store: RunStore | None = None  # opened for the first run
        self._writer: RunWriter | None = None  # of the run in progress
        self._record: RunRecord | None = None  # of the last one
        self._limit = 0  # bytes that weights may take up
        self._best: tuple[int, list[Any]] | None = None  # the best epoch of the run, its weights
        self._has_failed = False
        self._logs = LogKeeper(say)

    def close(self) -> None:
        """Leave what is not ended, and the store."""
        self._logs.close()
        if self._writer is not None:
            self._writer.close()
        if self._store is not None:
            self._store.close()
        self._writer = self._store = self._best = None

    def __call__(self, report: Report, trainer: Trainer | None = None) -> None:
        """Take a report of a run of `trainer`, whose weights are kept."""
        try:
            match report:
                case RunStarted():
                    self._begin(report, trainer)
                case EpochEnded():
                    self._add(report, trainer)
                case RunEnded():
                    self._end(report, trainer)
        except Exception as error:
            self._fail(error)

    def evaluated(self, network: Network, rows: Fingerprint, metrics: Mapping[str, float]) -> None:
        """`network` has these metrics on the test rows of `rows`: a look at them.

        They are kept in the run that its weights come from, if it had the same test rows.
        """

        def edit(file: RunFile) -> RunFile:
            is_same = file.test_fingerprint == rows.test
            return file.replace(test=finite(metrics)) if is_same else file

        try:
            add_look(self._folder, rows, network.model.get_weights())
            if network.run and (self._folder / network.run).is_dir():
                self._opened_store().change(network.run, edit)
        except Exception as error:
            self._say(f"This evaluation could not be kept: {why(error)}")

    def _begin(self, report: RunStarted, trainer: Trainer | None) -> None:
        self._has_failed, self._best = False, None
        self._logs.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        network = trainer.network if trainer is not None else None
        record = RunRecord(report)
        if network is not None:
            record.continues, network.run = network.run or None, record.id
        record.labels = RunLabels(self._name or report.project.data.title)
        record.group, record.trial, record.settings = self._group, self._trial, self._settings
        self._record = record
        store = self._opened_store()
        if report.fingerprint is not None and report.fingerprint.test:
            record.test_looks = count_looks(self._folder, report.fingerprint)
        self._limit = store.weights_limit
        self._writer = RunWriter(store, record)
        if trainer is not None:
            self._logs.begin(self._writer.folder / files.LOGS, record, trainer.model)

    def _add(self, report: EpochEnded, trainer: Trainer | None) -> None:
        record, writer = self._record, self._writer
        if record is None or writer is None or record.id != report.run:
            return
        record.add(report)
        if trainer is not None and report.best_epoch == report.epoch and self._has_room:
            self._best = report.epoch, trainer.model.get_weights()
        try:
            writer.epoch_ended()
        finally:
            self._logs.epoch_ended(report)

    def _end(self, report: RunEnded, trainer: Trainer | None) -> None:
        record, writer = self._record, self._writer
        if record is None or writer is None or record.id != report.run:
            return
        record.add(report)
        self._writer = None
        self._logs.end(report.outcome)
        try:
            writer.end()
            if trainer is not None and self._has_room:
                try:
                    self._keep_weights(writer.folder, trainer)
                except Exception as error:
                    writer.miss("weights", error)
        finally:
            self._best = None
            writer.close()
        if record.not_kept:
            self._say_once(record.not_kept)

    def _opened_store(self) -> RunStore:
        if self._store is None:
            self._store = RunStore(self._folder, self._say)
        return self._store

    @property
    def _has_room(self) -> bool:
        """Whether the weights of the run may be kept at all."""
        record = self._record
        return record is not None and record.parameters * BYTES_PER_PARAMETER < self._limit

    def _keep_weights(self, folder: Path, trainer: Trainer) -> None:
        from desktop.engine.model_card import with_card
        from desktop.engine.storage import packed_model, with_weights

        network, store = trainer.network, self._store
        assert network is not None and network.card is not None and store is not None
        models = {files.LAST: network.model}
        is_partial = network.partial is not None  # of an epoch that was stopped
        if self._best is not None and (is_partial or self._best[0] != network.weights_epoch):
            models[files.BEST] = with_weights(network.model, self._best[1])
        for name, model in models.items():
            content = with_card(packed_model(model), network.card, folder / name)
            write_atomically(folder / name, content)
        store.refresh(folder.name)
        store.remove_old_weights()

    def _fail(self, error: Exception) -> None:
        """Say why the run is not kept in whole, once."""
        reason = why(error)
        record, writer = self._record, self._writer
        if record is None or (writer is None and record.ended is None):
            what = "This run is not kept"
        elif record.ended is not None:
            self._say_once(f"The end of this run could not be kept: {reason}")
            return
        else:
            last = record.epochs[-1].epoch if record.epochs else record.first_epoch
            what = f"This run is not kept from epoch {last} on, until it can be written again"
        self._say_once(f"{what}: {reason}. Training continues")

    def _say_once(self, text: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._say(text)
