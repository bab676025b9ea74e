"""Keras and TensorFlow, imported once, late and quietly.

Nothing else in the program imports them: `keras()` and `tensorflow()` give the modules to those who
need them. The import takes seconds, so it happens on a worker thread while the window is up.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import IO, Any

from desktop.document.text import first_line
from desktop.engine.reports import EngineInfo
from desktop.garbage import collector_paused

logger = logging.getLogger(__name__)

_STDERR = 2
_lock = threading.Lock()
_modules: tuple[ModuleType, ModuleType] | None = None

# How TensorFlow's C++ side starts a line of its log, before and after it has set up logging.
_LOG_LINE = re.compile(
    r"(WARNING: All log messages before|[IWEF]\d{4} |\d{4}-\d\d-\d\d .*: [IWEF] )"
)


class BackendError(RuntimeError):
    """TensorFlow cannot be used; the message is for the user.

    `details` is what the libraries wrote while they were being loaded.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


def load() -> None:
    """Import Keras with TensorFlow, unless that has been done. Safe on any thread.

    Raises BackendError if they cannot be loaded; the next call tries again.
    """
    global _modules
    if _modules is not None:
        return
    with _lock:
        if _modules is None:
            _modules = _import()


def keras() -> Any:
    """The module `keras`, loaded if need be. Raises BackendError."""
    load()
    assert _modules is not None
    return _modules[0]


def tensorflow() -> Any:
    """The module `tensorflow`, loaded if need be. Raises BackendError."""
    load()
    assert _modules is not None
    return _modules[1]


def info() -> EngineInfo:
    """Versions and device. Raises BackendError."""
    device = "GPU" if tensorflow().config.list_physical_devices("GPU") else "CPU"
    return EngineInfo(keras().__version__, tensorflow().__version__, device)


def _set_xla_flags() -> None:
    """Keep XLA from inlining the function that makes random numbers.

    XLA inlines functions that are called once, and fuses this one so badly that a step with a
    Dropout layer takes three to ten times as long as without (TensorFlow 2.21). What is called
    once otherwise loses nothing: `tests/benchmarks/bench_compiler.py` has both.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_disable_hlo_passes" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_disable_hlo_passes=call-inliner".strip()


@collector_paused()
def _import() -> tuple[ModuleType, ModuleType]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    _set_xla_flags()
    with tempfile.TemporaryFile() as written:
        try:
            with _captured(written):
                import keras
                import tensorflow
        except Exception as error:
            details = _text(written)
            raise BackendError(_explanation(error, details), details) from error
        _pass_on(_text(written))
    if keras.backend.backend() != "tensorflow":
        raise BackendError(
            f"Keras runs on {keras.backend.backend()} here, but needs TensorFlow: "
            "leave the environment variable KERAS_BACKEND unset"
        )
    tensorflow.get_logger().setLevel(logging.ERROR)  # its advice is for programmers
    # A keras.json in the user's home folder may say otherwise.
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    for device in tensorflow.config.list_physical_devices("GPU"):
        try:  # take memory as it is needed, not all there is
            tensorflow.config.experimental.set_memory_growth(device, True)
        except (RuntimeError, ValueError):
            logger.debug("Memory growth could not be set for %s", device, exc_info=True)
    # Half a million objects that stay for good: without them among those to look through, a
    # collection holds up the other threads for a hundredth of the time.
    gc.freeze()
    return keras, tensorflow


@contextmanager
def _captured(file: IO[bytes]) -> Iterator[None]:
    """Send what is written to the process's standard error, by C++ too, to `file`.

    A windowed program may have no standard error at all.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        saved = os.dup(_STDERR)
    except OSError:
        saved = None
    os.dup2(file.fileno(), _STDERR)
    try:
        yield
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        if saved is None:
            os.close(_STDERR)
        else:
            os.dup2(saved, _STDERR)
            os.close(saved)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _pass_on(text: str) -> None:
    """Write what other threads wrote meanwhile to where it was meant for."""
    others = [line for line in text.splitlines(keepends=True) if not _LOG_LINE.match(line)]
    if others and sys.stderr is not None:
        sys.stderr.write("".join(others))
    logger.debug("Written while TensorFlow was loaded: %s", text)


def _explanation(error: Exception, details: str) -> str:
    message = f"TensorFlow could not be loaded: {first_line(error)}"
    written = [line.strip() for line in details.splitlines() if line.strip()]
    if written and written[-1] not in message:
        message += f" ({written[-1][:300]})"
    return message
