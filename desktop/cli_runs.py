"""The commands about the runs that are kept: list, show, compare, label, export, delete, ..."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop import json_output
from desktop.cli_checks import CommandError
from desktop.document.comparison import difference_text
from desktop.document.files import FileError, write_atomically
from desktop.document.metrics import TEST_PREFIX
from desktop.document.storage import ProjectFileError
from desktop.document.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.engine.runs.store import RunStore
    from desktop.engine.runs.summary import RunSummary

app = typer.Typer(
    name="runs",
    rich_markup_mode=None,
    help="List, show, compare, label, export and delete the runs that are kept.",
)

Run = Annotated[str, typer.Argument(metavar="RUN", help="The name of a run, or part of its id")]
Runs = Annotated[list[str], typer.Argument(metavar="RUN...", help="Names or parts of ids")]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output and nothing else")
]

Test = Annotated[
    bool,
    typer.Option(
        "--test",
        help="Also the metrics on the test rows, which are not shown unless requested: choose by "
        "validation metrics, and look at these in the end",
    ),
]


def _say(text: str, style: str = "") -> None:
    from desktop.console import say  # Rich, for which most commands need not wait

    say(text, style)


def _confirmed(question: str) -> bool:
    """Whether the user says yes; no where input has ended."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        _say("")
        return False


@contextmanager
def _opened() -> Iterator[RunStore]:
    """The user's runs; what is wrong with them becomes a CommandError."""
    from desktop.engine.runs.store import RunStore, StoreError

    try:
        with RunStore(say=lambda text: _say(text, "yellow")) as store:
            yield store
    except (StoreError, ProjectFileError, FileError) as error:
        raise CommandError(str(error)) from error


@app.command("list")
def list_runs(
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="Only runs in which these words occur")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many")] = 20,
    sort: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="when, name, parameters, epochs, seconds, outcome, or a metric such as val_loss",
        ),
    ] = "when",
    test: Test = False,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="The runs in the trash, which `restore` brings back")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List runs: what differs from the run before, and their results."""
    from desktop.engine.runs.comparing import change
    from desktop.engine.runs.summary import filtered

    with _opened() as store:
        every = store.deleted() if deleted else store.all()
    before = {run.id: each for run, each in zip(every, [*every[1:], None], strict=False)}
    runs = _sorted(filtered(every, text), sort, test)
    shown = runs[:limit]
    words = [difference_text(change(run, before[run.id])) for run in shown]
    if as_json:
        values = [
            json_output.run_values(run, differs, test=test)
            for run, differs in zip(shown, words, strict=True)
        ]
        json_output.print_json({"runs": values, "count": len(runs)})
        return
    if not runs:
        if every:
            _say(f"No run has {text!r} in it; without TEXT all {len(every):,} are listed")
        elif deleted:
            _say(f"There are no runs in {store.trash}")
        else:
            _say(f"There are no runs in {store.folder}: train a network first")
        return
    from desktop.console_runs import show_runs

    show_runs(shown, words, test=test)
    if len(runs) > limit:
        _say(f"{limit} of {counted(len(runs), 'run')}; --limit shows more")


def _sorted(runs: Sequence[RunSummary], column: str, test: bool) -> list[RunSummary]:
    from desktop.engine.runs.comparing import metric_names
    from desktop.engine.runs.summary import SORT_KEYS, in_order

    if column.startswith(TEST_PREFIX) and not test:
        raise CommandError(f"Runs are sorted by {column} only where --test shows it")
    try:
        return in_order(runs, column)
    except KeyError as error:
        known = ", ".join([*SORT_KEYS, *metric_names(runs, test=test)])
        raise CommandError(f"Runs cannot be sorted by {column!r}; there are {known}") from error


@app.command()
def show(run: Run, test: Test = False, as_json: AsJson = False) -> None:
    """Show what a run trained, its epochs, and where its files are."""
    with _opened() as store:
        summary = store.find(run)
        record = store.read(summary.id)
        folder = store.folder / summary.id
        if as_json:
            json_output.print_json(
                json_output.run_record_values(record, summary, folder, test=test)
            )
        else:
            from desktop.console_runs import show_run

            show_run(record, summary, folder, test=test)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="RUN", help="The name of a run, or its id")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="Another run")],
    test: Test = False,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two runs, and show their results."""
    from desktop.engine.runs import comparing

    with _opened() as store:
        one, other = store.find(first), store.find(second)
        comparison = comparing.compare(one, other, test=test)
    if as_json:
        json_output.print_json(json_output.run_comparison_values(one, other, comparison))
    else:
        from desktop.console_runs import show_run_comparison

        show_run_comparison(one, other, comparison)


@app.command()
def label(
    runs: Runs,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Rename the run")] = None,
    notes: Annotated[str | None, typer.Option(metavar="TEXT", help="Replace its notes")] = None,
    star: Annotated[
        bool | None,
        typer.Option("--star/--no-star", help="The weights of runs with a star are always kept"),
    ] = None,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="COLOR",
            help="Of its curves: blue, orange, green, pink, yellow, or an empty text for none",
        ),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Add a tag; may be repeated")
    ] = None,
    untag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Remove a tag; may be repeated")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name, note, star, color or tag runs; what no option names stays as it is."""
    given: dict[str, Any] = {"name": name, "notes": notes, "starred": star, "color": color}
    changes = {key: value for key, value in given.items() if value is not None}
    if not changes and not tag and not untag:
        raise CommandError("Nothing to change: give --name, --notes, --star, --color, --tag, ...")
    if name is not None and len(runs) > 1:
        raise CommandError("--name is for one run: several of a name could not be told apart")
    with _opened() as store:
        chosen = [store.find(run) for run in runs]
        changed = []
        for run in chosen:
            if tag or untag:
                kept = [each for each in run.tags if each not in (untag or ())]
                changes["tags"] = tuple(dict.fromkeys([*kept, *(tag or ())]))
            changed.append(store.label(run.id, **changes))
    if as_json:
        values = [json_output.run_values(run, "", test=False) for run in changed]
        json_output.print_json({"runs": values})
    else:
        _say(f"Changed {counted(len({run.id for run in changed}), 'run')}")


@app.command()
def limit(
    megabytes: Annotated[
        float | None, typer.Argument(metavar="[MB]", help="The new limit, in megabytes")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set how much room the weights of runs may take up.

    Those of starred runs are always kept, of the others those of the latest.
    """
    with _opened() as store:
        if megabytes is not None:
            store.set_weights_limit(megabytes)
        allowed = store.weights_limit
        starred, others = store.weight_bytes()
    if as_json:
        values = {"limit": allowed, "starred": starred, "others": others}
        json_output.print_json({f"{key}_mb": value / 1e6 for key, value in values.items()})
    else:
        _say(
            f"The weights of runs without a star may take up {allowed / 1e6:,g} MB and take up "
            f"{others / 1e6:,.1f} MB; those of starred runs take up {starred / 1e6:,.1f} MB"
        )


@app.command()
def export(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The name of a run, or part of its id")
    ] = None,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A new or an empty folder for its files")
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write the table of all runs to this file"),
    ] = None,
    test: Test = False,
    as_json: AsJson = False,
) -> None:
    """Copy the files of a run to a folder, or write the table of all runs."""
    from desktop.engine.runs.comparing import table_content

    if (run is None) != (folder is None):
        raise CommandError("A run is exported into a folder: runs export RUN DIR")
    if folder is None and table is None:
        raise CommandError("Nothing to export: give RUN and DIR, or --csv FILE, or both")
    done: dict[str, Any] = {"run": None, "folder": None, "csv": None}
    with _opened() as store:
        if run is not None and folder is not None:
            summary = store.find(run)
            store.export(summary.id, folder)
            done |= {"run": summary.id, "folder": str(folder)}
        if table is not None:
            write_atomically(table, table_content(store.all(), test=test))
            done["csv"] = str(table)
    if as_json:
        json_output.print_json(done)
    else:
        for path in filter(None, (done["folder"], done["csv"])):
            _say(f"Wrote {path}")


@app.command()
def delete(
    runs: Runs,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Move runs to the trash, where they stay for 30 days."""
    with _opened() as store:
        chosen = list(dict.fromkeys(store.find(run).id for run in runs))
        count = counted(len(chosen), "run")
        if not yes:
            if as_json:
                raise CommandError(f"--json asks nothing: add --yes to delete {count}")
            if not _confirmed(f"Delete {count}?"):
                raise CommandError("Nothing was deleted; --yes deletes without asking")
        store.delete(chosen)
        trash = store.trash
    if as_json:
        json_output.print_json({"deleted": chosen, "trash": str(trash)})
    else:
        _say(f"Moved {count} to {trash}; `runs restore` undoes that")


@app.command()
def restore(runs: Runs, as_json: AsJson = False) -> None:
    """Bring runs back from the trash."""
    with _opened() as store:
        chosen = list(dict.fromkeys(store.find(run, deleted=True).id for run in runs))
        store.restore(chosen)
    if as_json:
        json_output.print_json({"restored": chosen})
    else:
        _say(f"Restored {counted(len(chosen), 'run')}")
