"""What the process does that TensorBoard runs in: it serves the logs of some runs to this machine.

TensorBoard is put together here of its own parts, as `tensorboard.program` does, but for what is
not used: TensorFlow, which takes seconds to load, where TensorBoard has its own way to read files,
and grpc, by which it could read them through another program.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from desktop.engine.kept_files import DamagedError
from desktop.engine.runs import folder as files
from desktop.engine.tensorboard.event_file import EVENTS

HOST = "127.0.0.1"
RELOAD_SECONDS = 5.0  # between two looks for what running runs have written
# How many values of a series are kept, chosen evenly (all scalars of most runs, but not all bins).
SAMPLES = {"scalars": 10_000, "histograms": 500}


def logs_in(folder: Path) -> Path | None:
    """The logs in the folder of a run; None if it has none."""
    logs = folder / files.LOGS
    return logs if next(logs.rglob(EVENTS), None) is not None else None


def shown_name(run: str, name: str) -> str:
    """What TensorBoard calls the run of this id and name; it takes / for a folder."""
    words = re.sub(r"[/\\\s]+", " ", name).strip()
    return f"{words:.60} {run}".strip()


def serve(folders: Sequence[Path], connection: Connection) -> None:
    """Serve the runs in `folders` until the other end of `connection` is closed.

    It is closed whatever ends the program there. Sends the port, or in a sentence why there is
    none. A run without logs gets some, made of its record, in a temporary folder.
    """
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program that started this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    _leave_out("tensorboard.compat.notf")  # asked for by `tensorboard.compat`: no TensorFlow
    _leave_out("tensorboard.util.grpc_util")  # for a flag of the command line alone
    try:
        with tempfile.TemporaryDirectory(prefix="layerwise-tensorboard-") as made:
            logs = dict(_named_logs(folder, Path(made)) for folder in folders)
            with _server(logs) as port:
                connection.send(port)
                with contextlib.suppress(EOFError, OSError):
                    connection.recv()  # nothing comes
    except Exception as error:
        with contextlib.suppress(OSError):
            connection.send(f"{error}" or type(error).__name__)


def _named_logs(folder: Path, made: Path) -> tuple[str, Path]:
    """The name and the logs of the run in `folder`; logs it does not have are put into `made`."""
    from desktop.engine.runs.reading import record_in
    from desktop.engine.tensorboard.writing import write_record

    try:
        name = shown_name(folder.name, files.read_file(folder).name)
        logs = logs_in(folder)
        if logs is None:
            logs = made / folder.name
            write_record(logs, record_in(folder))
        return name, logs
    except DamagedError as error:
        raise DamagedError(f"the run {folder.name} cannot be read: {error}") from error


@contextlib.contextmanager
def _server(logs: dict[str, Path]) -> Iterator[int]:
    """A server of these logs, by name, on a free port, which is yielded."""
    from tensorboard import assets
    from tensorboard.backend import application
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from werkzeug.serving import make_server

    multiplexer = EventMultiplexer(tensor_size_guidance=SAMPLES)

    def load() -> None:
        for name, path in logs.items():
            for folder in {file.parent for file in path.rglob(EVENTS)}:
                multiplexer.AddRun(str(folder), (Path(name) / folder.relative_to(path)).as_posix())
        multiplexer.Reload()

    load()
    flags = argparse.Namespace(
        logdir="", logdir_spec="", path_prefix="", samples_per_plugin={}, window_title="TensorBoard"
    )
    app = application.TensorBoardWSGIApp(
        flags,
        _plugins(),
        MultiplexerDataProvider(multiplexer, "Layerwise"),
        assets.get_default_assets_zip_provider(),
        multiplexer,
    )
    server = make_server(HOST, 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    threading.Thread(target=_repeat, args=(load,), name="reload", daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.server_close()


def _plugins() -> list[Any]:
    """The pages that have something to show of our runs."""
    from tensorboard.plugins.core.core_plugin import CorePlugin
    from tensorboard.plugins.distribution.distributions_plugin import DistributionsPlugin
    from tensorboard.plugins.graph.graphs_plugin import GraphsPlugin
    from tensorboard.plugins.histogram.histograms_plugin import HistogramsPlugin
    from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
    from tensorboard.plugins.metrics.metrics_plugin import MetricsPlugin
    from tensorboard.plugins.scalar.scalars_plugin import ScalarsPlugin

    return [
        CorePlugin,
        MetricsPlugin,
        ScalarsPlugin,
        GraphsPlugin,
        DistributionsPlugin,
        HistogramsPlugin,
        HParamsPlugin,
    ]


def _repeat(load: Callable[[], None]) -> None:
    pause = threading.Event()
    while not pause.wait(RELOAD_SECONDS):
        with contextlib.suppress(Exception):  # a file that is being replaced: the next time
            load()


def _leave_out(name: str) -> None:
    """Let an empty module be imported as `name`."""
    sys.modules[name] = ModuleType(name)
