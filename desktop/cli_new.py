"""The command `new`: a project with a sensible first network for some data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop import console, json_output
from desktop.cli_checks import CommandError, DataReader
from desktop.document.data import DataSource, data_suffixes, named_sources, sources_for
from desktop.document.first_network import first_project, reason_text, stack_text
from desktop.document.storage import write_project
from desktop.document.text import listed, row_text

if TYPE_CHECKING:
    from desktop.engine.rows import Dataset


def new_project(
    data: Path, target: str | None, test: Path | None, out: Path, as_json: bool
) -> None:
    """Write a project for `data` to `out`, and say what is in it.

    `data` is a file or a folder, or the name of data that needs none, such as "iris". `target` is
    the column to be predicted, `test` a file with the test rows. Raises CommandError, DataError
    and ProjectFileError.
    """
    if out.exists():
        raise CommandError(f"{out} exists already; choose another name, or remove it first")
    if not out.absolute().parent.is_dir():
        raise CommandError(f"{out} cannot be written: there is no folder {out.parent}; make it")
    sources = _sources(data, target, test)
    from desktop.engine.linear_fit import with_linear_fit

    with json_output.quiet_output(as_json), console.busy(f"Reading {data.name}…"):
        dataset = with_linear_fit(_read(data, sources))
    project = first_project(dataset.source, dataset.schema)
    write_project(out, project)
    if as_json:
        json_output.print_json(json_output.new_project_values(out, project, dataset))
        return
    from desktop.engine.data_warnings import find_warnings

    for note in (*dataset.notes, *find_warnings(dataset)):
        console.warn(note)
    rows = row_text(dataset.schema.input_shape)
    console.say(f"Wrote {out}: {stack_text(project.layers)}, for rows of {rows}")
    if reason := reason_text(dataset.schema):
        console.say(reason)


def _sources(data: Path, target: str | None, test: Path | None) -> list[DataSource]:
    """What may read `data`, the likeliest first."""
    named, kinds = named_sources(), sources_for(data)
    sources: list[DataSource]
    if str(data) in named and not data.exists():
        sources = [named[str(data)]()]
    elif kinds:
        sources = [kind().with_file(str(data.absolute())) for kind in kinds]
    else:
        raise CommandError(
            f"{data} is not a file that can be read; the names of data files end in "
            f"{listed(data_suffixes())}, images are in a folder with one subfolder for each class, "
            f"and without a file there are {listed(sorted(named))}"
        )
    file = None if test is None else str(test.absolute())
    for option, name, value in (("target", "target", target), ("test", "test_path", file)):
        if value is not None:
            sources = [each for each in sources if name in type(each).model_fields]
            if not sources:
                what = "not a table" if option == "target" else "not a table in a file"
                raise CommandError(f"{data} is {what}, so --{option} cannot be given")
            sources = [source.replace(**{name: value}) for source in sources]
    return sources


def _read(data: Path, sources: list[DataSource]) -> Dataset:
    """The rows as the first of `sources` reads them that can."""
    from desktop.engine.data_error import DataError

    errors: list[str] = []
    for source in sources:
        try:
            return DataReader(source).dataset
        except DataError as error:
            if len(sources) == 1:
                raise
            errors.append(f"as {source.kind_title()}: {error}")
    raise CommandError(f"{data} cannot be read. {'. '.join(errors)}")
