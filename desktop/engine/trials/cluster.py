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

from desktop import paths
from desktop.engine.control import RunControl
from desktop.engine.reports import new_run_id
from desktop.engine.trials.executor import ExecutorLostError, TrialExecutor
from desktop.engine.trials.local import WorkerProcesses
from desktop.engine.trials.trial import TrialResult
from desktop.engine.trials.worker import (
    ControlState,
    TrialTask,
    apply_state,
    process_trainer,
    run_trial,
)

if TYPE_CHECKING:
    from desktop.engine.fingerprint import Fingerprint
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
        self._fingerprint = dataset.fingerprint
        self._rows = self._client.scatter({self._name: dataset}, broadcast=True)[self._name]

    @property
    def workers(self) -> int:
        try:
            return max(1, len(self._client.nthreads()))
        except OSError as error:
            raise self._gone() from error

    def follow(self, control: RunControl) -> None:
        self._control = control
        control.listen(self._send_state)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def train(self, task: TrialTask) -> Future[TrialResult]:
        future: Future[TrialResult] = Future()
        future.set_running_or_notify_cancel()
        state = ControlState(self._control.is_stopping, self._control.is_paused)
        looks = _looks(task.folder, self._fingerprint)  # before the trial begins
        remote = self.submit(_train_on_worker, self._token, state, task, self._name, self._rows)

        def take(done: Future[Any]) -> None:
            try:
                result, files = done.result()
                future.set_result(_kept(result, files, task.folder, looks))
            except CancelledError:
                future.set_exception(self._gone())
            except BaseException as error:
                future.set_exception(error)

        remote.add_done_callback(take)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)
        self._tell(_leave, self._token)
        self._client.close()

    def _gone(self) -> ExecutorLostError:
        return ExecutorLostError(f"The scheduler at {self._address} is gone: start it again")

    def _send_state(self) -> None:
        """Tell all workers, on a thread: this may be requested by a signal at any moment."""
        state = ControlState(self._control.is_stopping, self._control.is_paused)
        arguments = (_apply_on_worker, self._token, state)
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


def _looks(folder: Path | None, rows: Fingerprint) -> int | None:
    """How often the test rows were looked at here: workers know of no looks but their own."""
    from desktop.engine.runs.looks import count_looks

    with suppress(OSError):
        return count_looks(folder or paths.runs_folder(), rows) if rows.test else None
    return None


def _kept(
    result: TrialResult, files: dict[str, bytes], folder: Path | None, looks: int | None
) -> TrialResult:
    """Keep the files of the run in the store of this machine; `warnings` say if that fails.

    `looks` is what the run is to say of its test rows.
    """
    from desktop.engine.runs.marks import release_mark
    from desktop.engine.runs.store import RunStore
    from desktop.engine.runs.writer import why

    if not files:
        return result
    try:
        with RunStore(folder) as store:
            release_mark(store.folder / result.run, store.begin(result.run, files))
            store.change(result.run, lambda file: file.replace(test_looks=looks))
            store.remove_old_weights()
    except Exception as error:  # whatever it is, the result of the trial counts
        message = f"A run could not be kept: {why(error)}"
        return replace(result, warnings=(*result.warnings, message))
    return result


# --- on the worker --------------------------------------------------------------------------------
#
# The worker hands the trials to a process of its own that does nothing else: its threads draw from
# Python's random numbers, which Keras makes its seeds of, and would change the results.


class _WorkerProcess:
    """The process for the trials of one executor, of which a worker has one at a time."""

    def __init__(self, token: str) -> None:
        self.token, self.control = token, RunControl()
        self.processes = WorkerProcesses(1)
        self.processes.follow(self.control)


_entering = threading.Lock()
_busy = threading.Lock()  # a worker may have several threads, but trains one trial at a time
_process: _WorkerProcess | None = None


def _process_of(token: str) -> _WorkerProcess:
    global _process
    with _entering:
        if _process is not None and _process.token != token:  # of a program that is gone
            _process.control.stop()
            _process.processes.shutdown(wait=False)
            _process = None
        if _process is None:
            _process = _WorkerProcess(token)
        return _process


def _apply_on_worker(token: str, state: ControlState) -> None:
    """Stop, pause or resume the trials of the executor of that token."""
    apply_state(_process_of(token).control, state)


def _leave(token: str) -> None:
    """The executor of that token is shut down."""
    global _process
    with _entering:
        if _process is not None and _process.token == token:
            _process.control.stop()
            _process.processes.shutdown(wait=False)
            _process = None


def _train_on_worker(
    token: str, state: ControlState, task: TrialTask, name: str, dataset: Dataset
) -> tuple[TrialResult, dict[str, bytes]]:
    """The result of a trial, and the files of its run by their paths in its folder."""
    process = _process_of(token)
    apply_state(process.control, state)
    with _busy, tempfile.TemporaryDirectory(prefix="layerwise-") as folder:
        if process.processes.submit(_name_of_rows).result() != name:
            process.processes.submit(_use, name, dataset).result()
        local_task = replace(task, folder=Path(folder))
        result: TrialResult = process.processes.submit(run_trial, local_task).result()
        run = Path(folder) / result.run
        if not result.run or not run.is_dir():
            return result, {}
        files = (path for path in run.rglob("*") if path.is_file())
        return result, {path.relative_to(run).as_posix(): path.read_bytes() for path in files}


# --- in its process -------------------------------------------------------------------------------

_rows = ""  # the name of those that are held


def _name_of_rows() -> str:
    return _rows


def _use(name: str, dataset: Dataset) -> None:
    global _rows
    process_trainer.use(dataset)
    _rows = name
