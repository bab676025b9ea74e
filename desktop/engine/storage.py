"""Models as `.keras` files, and the course of a training as a table.

A model file is untrusted: it is only opened if everything it names is a part of Keras that cannot
run code of the file's own, and custom code is never loaded.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.document.files import FileError, finish_replacing, write_atomically
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.builder import ProjectError, output_units
from desktop.engine.portable import CONFIG, portable
from desktop.engine.reports import EpochEnded

logger = logging.getLogger(__name__)

EXTENSION = ".keras"
MAX_CONFIG_BYTES = 50_000_000
MAX_BYTES = 20_000_000_000  # unpacked

# What a model made of layers and trained by `fit` consists of.
_MODULES = (
    "keras",
    "keras.activations",
    "keras.constraints",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.models",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.regularizers",
    "keras.src.models.functional",
)
# Parts of Keras that run code, or read other files, as the model file says.
_RUNS_CODE = (
    "FlaxLayer",
    "IntegerLookup",
    "JaxLayer",
    "Lambda",
    "StringLookup",
    "TFSMLayer",
    "TextVectorization",
    "TorchModuleWrapper",
)


class ModelFileError(Exception):
    """A model could not be read or written; the message says what, where and what to do."""


def save_model(model: Any, path: Path) -> None:
    """Save `model` to `path`, which ends in .keras, whole or not at all. Raises ModelFileError."""
    if path.suffix.lower() != EXTENSION:
        raise ModelFileError(f"{path} could not be saved: a model's file name ends in {EXTENSION}")
    if path.is_dir():
        raise ModelFileError(f"{path} could not be saved: it is a folder; choose a file name")
    try:
        content = packed_model(model)
    except ModelFileError as error:
        raise ModelFileError(
            f"{path} could not be saved: {error}; what was there is unchanged"
        ) from error
    _write(path, content)


def packed_model(model: Any, folder: Path | None = None) -> bytes:
    """What a .keras file of `model` contains. Raises ModelFileError.

    Keras writes only to a path: to one in `folder`, or in the system's for temporary files.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="layerwise-", dir=folder) as temporary:
            packed = Path(temporary) / f"model{EXTENSION}"
            model.save(packed)
            return portable(packed.read_bytes())
    except Exception as error:
        logger.debug("A model could not be packed", exc_info=True)
        reason = str(error).strip().split("\n", 1)[0] or type(error).__name__
        place = folder or tempfile.gettempdir()
        raise ModelFileError(
            f"the model could not be packed in the folder {place} ({reason})"
        ) from error


def load_model(path: Path) -> Any:
    """The model in the .keras file at `path`, not compiled. Raises ModelFileError."""
    finish_replacing(path.parent)
    _check(path)
    keras = backend.keras()
    try:
        # Keras looks at the file's name; `path` may end in anything.
        with tempfile.TemporaryDirectory(prefix="layerwise-") as folder:
            named = path
            if path.suffix != EXTENSION:
                named = Path(folder) / f"model{EXTENSION}"
                named.write_bytes(path.read_bytes())
            model = keras.saving.load_model(named, compile=False, safe_mode=True)
    except MemoryError as error:
        raise ModelFileError(f"{path} does not fit into the free memory") from error
    except Exception as error:
        logger.debug("A model could not be loaded", exc_info=True)
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = (lines[0] if lines else type(error).__name__)[:200]
        raise ModelFileError(
            f"{path} is damaged, or made by another version of Keras: {reason}"
        ) from error
    return model


def check_fits(model: Any, project: Project) -> None:
    """Raise ModelFileError unless `model` takes the rows of `project` and gives outputs for them.

    Only input and output count: what lies between them is the model's own.
    """
    inputs: Sequence[Any] = getattr(model, "inputs", None) or ()
    outputs: Sequence[Any] = getattr(model, "outputs", None) or ()
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelFileError(
            f"The model has {len(inputs)} inputs and {len(outputs)} outputs; one of each is needed"
        )
    takes, gives = tuple(inputs[0].shape[1:]), tuple(outputs[0].shape[1:])
    wanted = project.data.input_shape
    if takes != wanted:
        raise ModelFileError(
            f"The model does not fit the project: it takes rows of {_text(takes)}, but "
            f"{project.data.title} has {_text(wanted)}"
        )
    try:
        units = output_units(project)
    except ProjectError:
        units = len(project.data.classes)
    if gives != (units,):
        raise ModelFileError(
            f"The model does not fit the project: it gives {_text(gives)} outputs a row, but the "
            f"project's layers give {units}"
        )


def history_content(epochs: Sequence[EpochEnded]) -> bytes:
    """A CSV file with one line per epoch: epoch, seconds, loss, ..."""
    names = list(dict.fromkeys(name for epoch in epochs for name in epoch.logs))
    names.sort(
        key=lambda name: (
            name == "learning_rate",
            name.startswith("val_"),
            name.removeprefix("val_") != "loss",
        )
    )
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", "seconds", *names])
    for epoch in epochs:
        values = (epoch.logs.get(name, "") for name in names)
        table.writerow([epoch.epoch, round(epoch.seconds, 3), *values])
    return text.getvalue().encode()


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except FileError as error:
        raise ModelFileError(str(error)) from error


def _text(shape: tuple[int | None, ...]) -> str:
    return " × ".join("any" if size is None else f"{size}" for size in shape)


# --- what is in a file ----------------------------------------------------------------------------


def _check(path: Path) -> None:
    """Raise ModelFileError unless `path` is a .keras file made of nothing but Keras's own parts."""
    try:
        if path.is_dir():
            raise ModelFileError(f"{path} is a folder, not a model: choose the .keras file in it")
        if path.exists() and not path.is_file():  # reading a pipe or a device might never end
            raise ModelFileError(f"{path} is not a regular file: choose a .keras file")
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            if CONFIG not in sizes:
                raise ModelFileError(f"{path} is not a Keras model: it has no {CONFIG} in it")
            if sizes[CONFIG] > MAX_CONFIG_BYTES or sum(sizes.values()) > MAX_BYTES:
                raise ModelFileError(f"{path} would unpack to an absurd size, and was not opened")
            config = json.loads(archive.read(CONFIG))
    except FileNotFoundError as error:
        raise ModelFileError(f"{path} does not exist") from error
    except PermissionError as error:
        raise ModelFileError(f"{path} cannot be read: you have no permission") from error
    except zipfile.BadZipFile as error:
        raise ModelFileError(
            f"{path} is not a Keras model (a .keras file), or is damaged"
        ) from error
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # zlib, an encrypted archive, broken JSON, deep nesting
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{path} is damaged: {type(error).__name__}: {error}") from error
    if not isinstance(config, dict) or config.get("class_name") not in ("Sequential", "Functional"):
        raise ModelFileError(f"{path} is not a Keras model made of layers")
    for part in _parts(config):
        _check_part(path, part)


def _parts(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object of Keras's that `config` describes."""
    waiting: list[Any] = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _check_part(path: Path, part: dict[str, Any]) -> None:
    name, module = part.get("class_name"), part.get("module")
    if name in _RUNS_CODE:
        raise ModelFileError(
            f"{path} has a {name} layer, which could run any program hidden in the file: it was "
            "not opened. Open only models made of ordinary layers"
        )
    # Keras's own markers: a tensor's history, a function it knows by name, a tuple.
    if name in ("__keras_tensor__", "__tuple__", "__numpy__", "__tensor__"):
        return
    if module == "builtins" and name == "function" and isinstance(part.get("config"), str):
        return
    if module not in _MODULES or part.get("registered_name") not in (None, name):
        raise ModelFileError(
            f"{path} needs {module}.{name}, which is not a part of Keras: it was not opened. "
            "Open only models made of Keras's own layers"
        )
