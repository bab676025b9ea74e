"""The command `new`: a project with a sensible first network for some data."""

from __future__ import annotations

from pathlib import Path

from desktop import console, startup
from desktop.cli_checks import CommandError, DataReader, refuse_machine
from desktop.document.data import DataSource, data_suffixes, named_sources, sources_for
from desktop.document.storage import write_project
from desktop.document.text import listed, row_text


def new_project(data: Path, target: str | None, out: Path) -> None:
    """Write a project for `data` to `out`, and say what is in it.

    `data` is a file, or the name of data that needs none, such as "iris". `target` is the column
    to be predicted. Raises CommandError and DataError.
    """
    source = _source(data, target)
    if out.exists():
        raise CommandError(f"{out} exists already; choose another name, or remove it first")
    refuse_machine(startup.engine_problem())
    from desktop.document.first_network import first_project

    dataset = DataReader(source).dataset
    project = first_project(source, dataset.schema)
    write_project(out, project)
    for note in dataset.notes:
        console.say(note, "yellow")
    layers = listed([f"{layer.tag} ({layer.details()})" for layer in project.layers])
    console.say(f"Wrote {out}: {layers}, for {row_text(dataset.schema.input_shape)}")


def _source(data: Path, target: str | None) -> DataSource:
    named, kinds = named_sources(), sources_for(data)
    source: DataSource
    if str(data) in named and not data.exists():
        source = named[str(data)]()
    elif kinds:
        source = kinds[0]().with_file(str(data.absolute()))
    else:
        raise CommandError(
            f"{data} is not a file that can be read; the names of data files end in "
            f"{listed(data_suffixes())}, and without a file there are {listed(sorted(named))}"
        )
    if target is None:
        return source
    if "target" not in type(source).model_fields:
        raise CommandError(f"{data} is not a table, so --target cannot be given")
    return source.replace(target=target)
