"""What is in a model file, before Keras reads it.

A file is untrusted: it is only opened if everything it names is a part of Keras that cannot run
code of the file's own, and if it is of a size that can be opened.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop.document.files import finish_replacing, is_special
from desktop.engine.portable import CONFIG

MAX_CONFIG_BYTES = 50_000_000
MAX_BYTES = 20_000_000_000  # unpacked
MAX_LAYERS = 1_000  # Keras takes about 10 ms for each
MAX_SIZE = 10_000_000  # units of a layer, or any other number of outputs

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


# Settings that say how many numbers a layer gives.
_SIZES = ("batch_shape", "filters", "output_dim", "target_shape", "units")


class ModelFileError(Exception):
    """A model could not be read or written; the message says what, where and what to do."""


def check_file(path: Path) -> dict[str, Any]:
    """The configuration in the .keras file at `path`, made of nothing but Keras's own parts.

    Raises ModelFileError. Does not load TensorFlow.
    """
    with _opened(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if sizes[CONFIG] > MAX_CONFIG_BYTES or sum(sizes.values()) > MAX_BYTES:
            raise ModelFileError(f"{path} would be far too large when unpacked: it was not opened")
        config = json.loads(archive.read(CONFIG))
    if not isinstance(config, dict) or config.get("class_name") not in ("Sequential", "Functional"):
        raise ModelFileError(f"{path} is not a Keras model made of layers")
    layers = 0
    for part in _parts(config):
        _check_part(path, part)
        layers += part.get("module") == "keras.layers"
    if layers > MAX_LAYERS:
        raise ModelFileError(
            f"{path} has {layers:,} layers, which is too many to open: {MAX_LAYERS:,} at most"
        )
    return config


def archive_member(path: Path, name: str, limit: int) -> bytes | None:
    """The member `name` of the .keras file at `path`, of `limit` bytes at most; None without one.

    Raises ModelFileError.
    """
    with _opened(path) as archive:
        entry = archive.NameToInfo.get(name)
        if entry is None:
            return None
        if entry.file_size > limit:
            raise ModelFileError(
                f"{path} has {entry.file_size:,} bytes in {name}, more than the {limit:,} that can "
                "be meant: it was not opened"
            )
        return archive.read(entry)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The .keras file at `path` as an archive with a configuration. Raises ModelFileError."""
    finish_replacing(path.parent)
    try:
        if path.is_dir():
            raise ModelFileError(f"{path} is a folder, not a model: choose the .keras file in it")
        if is_special(path):
            raise ModelFileError(f"{path} is not a regular file: choose a .keras file")
        with zipfile.ZipFile(path) as archive:
            if CONFIG not in archive.namelist():
                raise ModelFileError(f"{path} is not a Keras model: it has no {CONFIG} in it")
            yield archive
    except ModelFileError:
        raise
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
        raise ModelFileError(f"{path} is damaged: {type(error).__name__}: {error}") from error


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
    if part.get("registered_name") in (None, name) and str(module).startswith("keras."):
        if module not in _MODULES:
            raise ModelFileError(
                f"{path} needs {module!s:.60}.{name!s:.60}, a part of Keras that this "
                "program does not open: open models made of layers"
            )
    elif module not in _MODULES or part.get("registered_name") not in (None, name):
        raise ModelFileError(
            f"{path} needs {module!s:.60}.{name!s:.60}, which is not a part of Keras: "
            "it was not opened. Open only models made of Keras's own layers"
        )
    settings = part.get("config")
    if isinstance(settings, dict):
        for key in _SIZES:
            for size in _numbers(settings.get(key)):
                if size > MAX_SIZE:
                    raise ModelFileError(
                        f"{path} has a {name!s:.60} layer with {key} {f'{size:,}':.60}, which is "
                        f"too large to open: {MAX_SIZE:,} at most"
                    )


def _numbers(value: Any) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, int)]
