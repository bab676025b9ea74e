"""The command `predict`: a saved model on a table or on images."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import console, json_output
from desktop.cli_checks import CommandError, DataReader
from desktop.document.data import Table, sources_for
from desktop.document.files import FileError, write_atomically
from desktop.document.storage import ProjectFileError, read_project

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.document.schema import DataSchema
    from desktop.engine.model_card import ModelCard


def predict_table(
    model: Path, card: ModelCard, files: Sequence[Path], out: Path | None, as_json: bool
) -> None:
    """Predict the rows of the one table in `files`, and write them to `out` or print them.

    Raises CommandError and the engine's errors.
    """
    from desktop.engine import storage
    from desktop.engine.row_prediction import RowPredictor

    if len(files) != 1:
        raise CommandError(f"{model} can predict one table at a time, and {len(files)} were given")
    if out is not None and out.exists():
        raise CommandError(f"{out} exists already; choose another name, or remove it first")
    if out is not None and out.suffix.lower() in (".xls", ".xlsx", ".xlsm"):
        raise CommandError(f"{out} cannot be written: predictions are text; name it {out.stem}.csv")
    if not files[0].is_file():
        raise CommandError(f"{files[0]} is not a file; choose a table, such as a CSV file")
    if _is_other_data(files[0]):
        raise CommandError(f"{files[0]} is not a table; {model} predicts tables, such as CSV files")
    with json_output.quiet_output(as_json), console.busy("Predicting…"):
        result = RowPredictor(storage.load_model(model), card).predict_table(files[0])
    if out is not None:
        try:
            write_atomically(out, result.content.encode())
        except FileError as error:
            raise CommandError(str(error)) from error
    for sentence in result.match.sentences:
        console.say(sentence)
    if as_json:
        json_output.print_json(json_output.table_prediction_values(result, out))
    elif out is None:
        sys.stdout.write(result.content)
    else:
        console.say(f"Wrote {out}")


def predict_images(
    model: Path,
    images: Sequence[Path],
    project: Project | None,
    known: ModelCard | None,
    as_json: bool,
) -> bool:
    """Predict the class of each of `images`, and print it. Returns whether all could be read.

    The model was trained by `project`, if that is given, or else with what is `known` from its
    file. Raises CommandError and the engine's errors.
    """
    from desktop.engine import storage
    from desktop.engine.image_reports import ImageFailure, ImagePrediction
    from desktop.engine.inspection import check_file
    from desktop.engine.prediction import Predictor, suggested_project

    check_file(model)
    _check_images(images)
    with json_output.quiet_output(as_json), console.busy("Recognizing…"):
        network = storage.load_model(model)
        if known is not None:
            predictor = Predictor(network, known.project, known.data_schema, known.calibration)
        else:
            beside = None if project is not None else _project_beside(model, network)
            found = beside or _checked(network, project or suggested_project(network))
            predictor = Predictor(network, *found)
        results = predictor.predict_images(images)
    predictions = [each for each in results if isinstance(each, ImagePrediction)]
    failures = [each for each in results if isinstance(each, ImageFailure)]
    if not predictions:
        raise CommandError(_first_of([each.message for each in failures]))
    if as_json:
        json_output.print_json(json_output.prediction_values(predictions, failures))
    else:
        console.show_predictions(predictions)
    for failure in failures:
        console.say(f"Error: {failure.message}", "red")
    return not failures


def predicts_rows(card: ModelCard, files: Sequence[Path]) -> bool:
    """Whether `files` are for a model of `card` tables, be it of the pixels of images."""
    are_tables = all(Table in sources_for(path) for path in files)
    return card.preparation is not None or (card.data_schema.is_image and are_tables)


def _is_other_data(path: Path) -> bool:
    """Whether the file at `path` holds data that is not a table, such as arrays."""
    kinds = sources_for(path)
    return bool(kinds) and Table not in kinds


def _check_images(paths: Sequence[Path]) -> None:
    """Raise CommandError if none of the files can be an image."""
    from desktop.engine.images import ImageError, check_image

    failures = []
    for path in paths:
        try:
            check_image(path)
        except ImageError as error:
            advice = " or a table with the pixels of an image in each row, such as a CSV file"
            failures.append(f"{error},{advice}" if _is_other_data(path) else str(error))
    if len(failures) == len(paths):
        raise CommandError(_first_of(failures))


def _first_of(messages: list[str]) -> str:
    more = len(messages) - 1
    return f"{messages[0]} (and {more} more like it)" if more else messages[0]


def _checked(network: Any, project: Project) -> tuple[Project, DataSchema]:
    """The project and what its data holds. Raises an error if the model does not fit them."""
    from desktop.engine.storage import check_fits

    schema = DataReader(project.data).schema
    check_fits(network, project, schema)
    return project, schema


def _project_beside(model: Path, network: Any) -> tuple[Project, DataSchema] | None:
    """The project in the model's folder and what its data holds, if the model fits them."""
    from desktop.engine.data_error import DataError
    from desktop.engine.inspection import ModelFileError

    beside = model.parent / "project.layerwise"
    try:
        return _checked(network, read_project(beside))
    except (ProjectFileError, ModelFileError, DataError):
        return None
