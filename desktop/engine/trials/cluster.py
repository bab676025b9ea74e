"""Trials on other machines, through the scheduler and the workers of dask.distributed."""

from __future__ import annotations

import logging
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from desktop.engine.control import RunControl
from desktop.engine.reports import new_run_id
from desktop.engine.trials.executor import ExecutorLostError, TrialExecutor
from desktop.engine.trials.local import WorkerProcesses
from desktop.engine.trials.trial import TrialResult
from desktop.engine.trials.worker import Switch, TrialTask, here, run_trial, turn

if TYPE_CHECKING:
    from desktop.engine.rows import Dataset

T = TypeVar("T")

PATIENCE = 10.0  # seconds to wait for the scheduler
DEFAULT_PORT = 8786  # of a scheduler


class ClusterError(Exception):
    """The cluster cannot be used; the message is for the user."""


class Cluster(TrialExecutor):
    """An executor of the workers that the Dask scheduler at `address` has, as "tcp://host:8786".

    The rows of `dataset` are sent to each worker once, under their fingerprint. The files of a run
    come back with its result, and are kept here as those of any run. The trials of a worker that is
    lost are done by others. Its workers must be able to start processes, as those without a nanny
    are. Raises ClusterError.
    """

    def __init__(self, address: str, dataset: Dataset) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise ClusterError(
                "Training on other machines needs the package distributed, which "
                "`python -m uv sync --extra cluster` installs"
            ) from error
        try:
            _knock(address)
            self._client: Any = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ClusterError(
                f"There is no scheduler at {address}: start one with `dask scheduler`, which says "
                "its address, such as tcp://host:8786"
            ) from error
        if not self._client.nthreads():
            self._client.close()
            raise ClusterError(
                f"The scheduler at {address} has no workers: start some with "
                f"`dask worker {address} --nthreads 1 --no-nanny`"
            )
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.utils"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what fails is said by errors
        self._address = address
        self._control, self._token = RunControl(), new_run_id()
        self._executor = self._client.get_executor(pure=False)
        self._name = f"rows-{dataset.fingerprint.data}-{dataset.fingerprint.split}"
        self._rows = self._client.scatter({self._name: dataset}, broadcast=True)[self._name]

    @property
    def workers(self) -> int:
        try:
            return max(1, len(self._client.nthreads()))
        except OSError as error:
            raise self._gone() from error

    def follow(self, control: RunControl) -> None:
        self._control = control
        control.listen(self._turn)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def train(self, task: TrialTask) -> Future[TrialResult]:
        future: Future[TrialResult] = Future()
        future.set_running_or_notify_cancel()
        switch = Switch(self._control.is_stopping, self._control.is_paused)
        there = self.submit(_train_there, self._token, switch, task, self._name, self._rows)

        def take(done: Future[Any]) -> None:
            try:
                result, files = done.result()
                future.set_result(_kept(result, files, task.folder))
            except CancelledError:
                future.set_exception(self._gone())
            except BaseException as error:
                future.set_exception(error)

        there.add_done_callback(take)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)
        self._tell(_leave, self._token)
        self._client.close()

    def _gone(self) -> ExecutorLostError:
        return ExecutorLostError(f"The scheduler at {self._address} is gone: start it again")

    def _turn(self) -> None:
        """Tell all workers, on a thread: this may be asked for by a signal at any moment."""
        switch = Switch(self._control.is_stopping, self._control.is_paused)
        arguments = (_turn_there, self._token, switch)
        threading.Thread(target=self._tell, args=arguments, daemon=True).start()

    def _tell(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call `function` on each worker, beside its work, as far as they are still there."""
        with suppress(OSError):
            self._client.run(function, *arguments)


def _knock(address: str) -> None:
    """Raise OSError or ValueError if nobody is there: a Client needs half a minute to say so."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme in ("tcp", "tls"):
        place = parts.hostname or "", parts.port or DEFAULT_PORT
        socket.create_connection(place, timeout=PATIENCE).close()


def _kept(result: TrialResult, files: dict[str, bytes], folder: Path | None) -> TrialResult:
    """Keep the files of the run in the store of this machine; `warnings` say if that fails."""
    from desktop.engine.runs.store import RunStore, StoreError

    if not files:
        return result
    try:
        with RunStore(folder) as store:
            store.begin(result.run, files)
            store.refresh(result.run)
            store.remove_old_weights()
    except (OSError, StoreError) as error:
        return replace(result, warnings=(*result.warnings, f"A run could not be kept: {error}"))
    return result


# --- on the worker --------------------------------------------------------------------------------
#
# The worker hands the trials to a process of its own that does nothing else: its threads draw from
# Python's random numbers, which Keras makes its seeds of, and would change the results.


class _Place:
    """The process for the trials of one executor, of which a worker has one at a time."""

    def __init__(self, token: str) -> None:
        self.token, self.control = token, RunControl()
        self.processes = WorkerProcesses(1)
        self.processes.follow(self.control)


_entering = threading.Lock()
_busy = threading.Lock()  # a worker may have several threads, but trains one trial at a time
_place: _Place | None = None


def _place_of(token: str) -> _Place:
    global _place
    with _entering:
        if _place is not None and _place.token != token:  # of a program that is gone
            _place.control.stop()
            _place.processes.shutdown(wait=False)
            _place = None
        if _place is None:
            _place = _Place(token)
        return _place


def _turn_there(token: str, switch: Switch) -> None:
    """Stop, pause or resume the trials of the executor of that token."""
    turn(_place_of(token).control, switch)


def _leave(token: str) -> None:
    """The executor of that token is shut down."""
    global _place
    with _entering:
        if _place is not None and _place.token == token:
            _place.control.stop()
            _place.processes.shutdown(wait=False)
            _place = None


def _train_there(
    token: str, switch: Switch, task: TrialTask, name: str, dataset: Dataset
) -> tuple[TrialResult, dict[str, bytes]]:
    """The result of a trial, and the files of its run by their names."""
    place = _place_of(token)
    turn(place.control, switch)
    with _busy, tempfile.TemporaryDirectory(prefix="layerwise-") as folder:
        if place.processes.submit(_name_of_rows).result() != name:
            place.processes.submit(_hold, name, dataset).result()
        here_task = replace(task, folder=Path(folder))
        result: TrialResult = place.processes.submit(run_trial, here_task).result()
        run = Path(folder) / result.run
        if not result.run or not run.is_dir():
            return result, {}
        return result, {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}


# --- in its process -------------------------------------------------------------------------------

_rows = ""  # the name of those that are held


def _name_of_rows() -> str:
    return _rows


def _hold(name: str, dataset: Dataset) -> None:
    global _rows
    here.hold(dataset)
    _rows = name
