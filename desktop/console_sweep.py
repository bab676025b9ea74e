"""The results of a sweep, as the command line shows them and in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from desktop import json_output
from desktop.console import output, say, show_table, warn
from desktop.document.comparison import difference_text, differences
from desktop.document.metrics import in_sentence, metric_title
from desktop.document.space import value_text
from desktop.document.text import counted

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.document.space import Space
    from desktop.engine.trials.group import Group
    from desktop.engine.trials.ranking import Combination
    from desktop.engine.trials.trial import TrialResult
    from desktop.engine.verdicts import GroupComparison

MOST_ROWS = 30


@dataclass(frozen=True)
class Sweep:
    """A sweep and its results. `best` is the project of the first of `combinations`.

    `comparison` says whether that is better than the project; None if it was not confirmed.
    """

    path: Path
    group: Group
    space: Space
    combinations: tuple[Combination, ...]
    importance: dict[str, float]
    best: Project
    comparison: GroupComparison | None

    @property
    def metric(self) -> str:
        """What the trials are judged by."""
        return self.group.file.metric

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the results are no fair test."""
        from desktop.engine.trials.sweeps import objections

        return objections(self.space, self.metric)

    @property
    def note(self) -> str:
        """How far the best can be trusted."""
        if self.comparison is not None:
            return self.comparison.text("The best")
        tried = len(self.combinations)
        if tried < 2 or self.group.is_open or not differences(self.group.project, self.best):
            return ""
        return (
            f"The best of {tried} looks better than it is, as it was partly best by chance: the "
            f"same command with --confirm 5 trains it and {self.path.name} again from fresh seeds, "
            "and compares them"
        )


def show_sweep(sweep: Sweep, out: Path | None) -> None:
    """A line per combination, the best first; which settings mattered, and what the best is."""
    metric = metric_title(sweep.metric)
    table = Table(box=None, pad_edge=False)
    for setting in sweep.space.settings:
        table.add_column(setting.title)
    table.add_column(metric, justify="right", no_wrap=True)
    table.add_column("Epochs", justify="right", no_wrap=True)
    table.add_column("Outcome")
    for each in sweep.combinations[:MOST_ROWS]:
        values = (value_text(each.settings[setting.path]) for setting in sweep.space.settings)
        epochs = max(result.epochs for result in each.results)
        value = "" if each.value is None else f"{each.value:.4f}"
        table.add_row(*values, value, str(epochs or ""), _outcome(each))
    count = counted(len(sweep.group.results), "trial")
    show_table(f"{sweep.path.name}, {count}", table)
    if len(sweep.combinations) > MOST_ROWS:
        say(f"The best {MOST_ROWS} of {len(sweep.combinations):,}; --json has all")
    for warning in sweep.warnings:
        warn(f"Warning: {warning}")
    console = output()
    if sweep.importance:
        titles = {setting.path: setting.title for setting in sweep.space.settings}
        shares = ", ".join(
            f"{titles[path]} {share:.0%}" for path, share in sweep.importance.items()
        )
        console.print(f"Importance for {in_sentence(metric)}: {shares}", soft_wrap=True)
    text = difference_text(differences(sweep.group.project, sweep.best))
    console.print(f"Best: {text or f'{sweep.path.name} as it is'}", soft_wrap=True)
    if sweep.comparison is not None:
        console.print(sweep.note, soft_wrap=True)
    elif sweep.note:
        warn(sweep.note)
    if out is not None:
        say(f"Wrote {out}")


def _outcome(combination: Combination) -> str:
    """How the trials of a combination ended: why they failed, where they did."""
    words: dict[str, None] = {}
    for each in combination.results:
        failed = f"failed: {each.message}" if not each.results and not each.pruned else ""
        words["pruned" if each.pruned else failed or str(each.outcome)] = None
    return "; ".join(words)


# --- json -----------------------------------------------------------------------------------------


def sweep_values(sweep: Sweep, out: Path | None) -> dict[str, Any]:
    """What --json prints."""
    group = sweep.group
    found = differences(group.project, sweep.best)
    return {
        "project": str(sweep.path),
        "group": group.id,
        "kind": group.file.kind,
        "done": not group.is_open,
        "metric": sweep.metric,
        "seeds": group.file.seeds,
        "space": sweep.space.to_json(),
        "trials": [
            _trial_values(each) for each in sorted(group.results, key=lambda r: r.trial.number)
        ],
        "combinations": [
            {
                "settings": dict(each.settings),
                "value": each.value,
                "trials": [result.trial.number for result in each.results],
            }
            for each in sweep.combinations
        ],
        "importance": sweep.importance,
        "best": {
            "settings": dict(sweep.combinations[0].settings),
            "value": sweep.combinations[0].value,
            "differences": [each.text for each in found],
        },
        "confirmation": None
        if sweep.comparison is None
        else json_output.comparison_values(sweep.comparison, "The best"),
        "warnings": sweep.warnings,
        "note": sweep.note or None,
        "out": None if out is None else str(out),
    }


def _trial_values(result: TrialResult) -> dict[str, Any]:
    return {
        "number": result.trial.number,
        "settings": dict(result.trial.settings),
        "seed": result.trial.project.training.seed,
        "run": result.run or None,
        "outcome": "pruned" if result.pruned else str(result.outcome),
        "message": result.message or None,
        "epochs": result.epochs,
        "results": json_output.shown_logs(result.results),
    }
