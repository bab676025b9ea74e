"""Models as `.keras` files.

A model file is untrusted: `inspection.py` looks at it first, and custom code is never loaded.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.document.files import FileError, write_atomically
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.text import first_line, shape_text
from desktop.engine import backend
from desktop.engine.builder import ProjectError, output_units
from desktop.engine.inspection import ModelFileError, check_file
from desktop.engine.model_card import ModelCard, with_card
from desktop.engine.portable import portable

logger = logging.getLogger(__name__)

EXTENSION = ".keras"


def save_model(model: Any, path: Path, card: ModelCard | None = None) -> None:
    """Save `model` to `path`, which ends in .keras, whole or not at all. Raises ModelFileError.

    `card` says what it was trained with.
    """
    if path.suffix.lower() != EXTENSION:
        raise ModelFileError(f"{path} could not be saved: a model's file name ends in {EXTENSION}")
    if path.is_dir():
        raise ModelFileError(f"{path} could not be saved: it is a folder; choose a file name")
    try:
        content = packed_model(model)
        if card is not None:
            content = with_card(content, card, path)
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
        reason = first_line(error)
        place = folder or tempfile.gettempdir()
        raise ModelFileError(
            f"the model could not be packed in the folder {place} ({reason})"
        ) from error


def with_weights(model: Any, weights: list[Any]) -> Any:
    """A copy of `model` with `weights` in place of its own, not compiled."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(weights)
    return copy


def load_model(path: Path) -> Any:
    """The model in the .keras file at `path`, not compiled. Raises ModelFileError."""
    check_file(path)
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
        if _lacks_memory(error):
            raise ModelFileError(f"{path} does not fit into the free memory") from error
        reason = first_line(error)[:200]
        raise ModelFileError(
            f"{path} is damaged, or made by another version of Keras: {reason}"
        ) from error
    _check_ends(path, model)
    return model


def _lacks_memory(error: BaseException) -> bool:
    """Whether TensorFlow had no memory for a layer; Keras keeps only its words."""
    text = str(error)
    return "OOM when allocating" in text or "ResourceExhausted" in text


def _check_ends(path: Path, model: Any) -> None:
    """Raise ModelFileError unless it is known what `model` takes, and that it is no dictionary."""
    if not getattr(model, "inputs", None):
        raise ModelFileError(
            f"{path} was saved before its input shape was known: begin the model with keras.Input, "
            "or call it once on rows of its data, and save it again"
        )
    if type(model).__name__ == "Functional" and isinstance(model.input, dict):
        raise ModelFileError(
            f"{path} takes a dictionary of inputs ({', '.join(model.input)}): only models with one "
            "array as input can be used"
        )


def check_fits(model: Any, project: Project, schema: DataSchema | None = None) -> None:
    """Raise ModelFileError unless `model` takes the rows of `project` and gives outputs for them.

    `schema` is what its data was found to hold; None takes what the source itself knows. Only input
    and output count: what lies between them is the model's own.
    """
    inputs: Sequence[Any] = getattr(model, "inputs", None) or ()
    outputs: Sequence[Any] = getattr(model, "outputs", None) or ()
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelFileError(
            f"The model has {len(inputs)} inputs and {len(outputs)} outputs; one of each is needed"
        )
    takes, gives = tuple(inputs[0].shape[1:]), tuple(outputs[0].shape[1:])
    known = schema or project.data.known_schema
    if known is None:
        raise ModelFileError(f"What {project.data.title} holds is not known before it is read")
    wanted = known.input_shape
    # Keras itself adds the one channel of a grayscale image.
    if takes not in (wanted, (*wanted, 1)):
        raise ModelFileError(
            f"The model does not fit the project: it takes rows of {shape_text(takes)}, but "
            f"{project.data.title} has {shape_text(wanted)}"
        )
    try:
        units = output_units(project, known)
    except ProjectError:
        units = known.outputs
    if gives != (units,):
        raise ModelFileError(
            f"The model does not fit the project: it gives {shape_text(gives)} outputs a row, but "
            f"the project's layers give {units}"
        )


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except FileError as error:
        raise ModelFileError(str(error)) from error
