"""What a model file says about the model beside its layers: what it was trained with, as JSON.

Keras ignores the member of the archive that holds it. A file is untrusted: whatever it says is read
as JSON alone, checked, and no more than a description of rows.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.document.calibration import Calibration
from desktop.document.data_files import project_folder, with_full_names, with_short_names
from desktop.document.messages import describe
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.spec import Spec, SpecError
from desktop.engine.datasets import preparation_of
from desktop.engine.inspection import ModelFileError, archive_member
from desktop.engine.tables.preparation import Preparation

if TYPE_CHECKING:
    from desktop.engine.rows import Dataset

CARD = "layerwise.json"  # the member of the archive
FORMAT = 3
MAX_BYTES = 20_000_000


class ModelCard(Spec):
    """What a model was trained with.

    The settings of the data source in `project` say how new inputs are read, for example whether
    pixels are scaled; `data_schema` has the shape of a row and the names of the classes.
    `preparation` turns rows of a table into inputs; None where a row is no row of a table.
    `calibration` makes its probabilities honest; None where none was chosen.
    """

    project: Project
    data_schema: DataSchema
    preparation: Preparation | None = None
    calibration: Calibration | None = None

    @classmethod
    def of(cls, project: Project, dataset: Dataset) -> ModelCard:
        """The card of a model that was trained by `project` on `dataset`."""
        schema = dataset.schema
        return cls(project=project, data_schema=schema, preparation=preparation_of(dataset))


def with_card(content: bytes, card: ModelCard, path: Path) -> bytes:
    """The content of a .keras file, which is to lie at `path`, with `card` in it.

    A data file below the folder of `path` is named from there, as in project files.
    """
    short = card.replace(project=with_short_names(card.project, project_folder(path)))
    text = json.dumps({"format": FORMAT, **short.model_dump(mode="json")}, ensure_ascii=False)
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(CARD), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def read_card(path: Path) -> ModelCard | None:
    """What the .keras file at `path` says it was trained with; None if it says nothing.

    Raises ModelFileError if the file cannot be read, or what it says cannot be used.
    """
    content = archive_member(path, CARD, MAX_BYTES)
    if content is None:
        return None
    where = f"{path}, {CARD}"
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{where} is damaged: {error!s:.100}") from error
    found = values.pop("format", None) if isinstance(values, dict) else None
    if not isinstance(found, int) or found < 1:
        raise ModelFileError(f"{where} has no format number: it was not written by this program")
    if found > FORMAT:
        raise ModelFileError(
            f"{where} has format {found:.0f}, this program knows up to {FORMAT}: install a newer "
            "Layerwise to open it"
        )
    if found == 1:
        _with_lists(values)
    return _with_full_names(_parsed(values, where), path)


def _with_lists(values: dict[str, Any]) -> None:
    """Format 1 had one number as target, with one offset and one scale."""
    preparation = values.get("preparation")
    target = preparation.get("target") if isinstance(preparation, dict) else None
    if isinstance(target, dict):
        for name in ("offset", "scale"):
            if name in target:
                target[f"{name}s"] = [target.pop(name)]


def _parsed(values: Any, where: str) -> ModelCard:
    try:
        card = ModelCard.model_validate_json(json.dumps(values), strict=True)
    except SpecError as error:
        raise ModelFileError(f"{where}: {describe(error, values)}") from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{where} is damaged: {error!s:.100}") from error
    inputs = card.data_schema.input_shape
    if card.preparation is not None and (problem := card.preparation.problem()):
        raise ModelFileError(f"{where}: {problem}")
    if card.preparation is not None and inputs != (len(card.preparation.features),):
        raise ModelFileError(
            f"{where}: its columns make {len(card.preparation.features)} inputs, but a row has "
            f"the shape {inputs}"
        )
    return card


def _with_full_names(card: ModelCard, path: Path) -> ModelCard:
    return card.replace(project=with_full_names(card.project, project_folder(path)))
