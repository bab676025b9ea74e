"""What there is to say of groups, as HTML and in the table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean

from desktop.document.comparison import differences, objections
from desktop.document.metrics import higher_is_better, in_sentence, metric_title
from desktop.document.project import Project
from desktop.document.text import counted
from desktop.views.theme import Tokens
from desktop.views.widgets.results import (
    Verdicts,
    comparison_table,
    difference_list,
    duration,
    figure,
    heading,
    mean_text,
    network_text,
    paragraph,
    verdict_text,
)
from desktop.workers.reports import Outcome
from desktop.workers.summaries import RunSummary, Summary
from desktop.workers.trials import REPEAT, Group, compared_metrics, run_start, values_of


def name_of(group: Group) -> str:
    """What the group is called."""
    return group.file.name or "Untitled"


def names_of(first: Group, second: Group) -> tuple[str, str]:
    """What two groups are called beside one another."""
    one, other = name_of(first), name_of(second)
    return (f"{one} (A)", f"{other} (B)") if one == other else (one, other)


def title_of(group: Group) -> str:
    """The name, and what tells it from others of that name: "digits, Nov 26 14:05"."""
    start = begun(group.id)
    return (
        name_of(group)
        if start is None
        else f"{name_of(group)}, {start:%b} {start.day} {start:%H:%M}"
    )


def begun(group: str) -> datetime | None:
    """When the group of this id was begun, in local time."""
    start = run_start(group)
    return None if start is None else start.astimezone()


def metrics_of(group: Group) -> tuple[str, ...]:
    """What the group is judged by, that which matters most first."""
    names = compared_metrics(group.project, group.results)
    first = group.file.metric
    return (first, *(name for name in names if name != first)) if first in names else names


def result_text(group: Group) -> str:
    """The mean of a repeat, the best of another group: "validation accuracy 0.9312 (mean)"."""
    metrics = metrics_of(group)
    values = (
        [v for v in values_of(group.results, metrics[0]) if math.isfinite(v)] if metrics else []
    )
    if not values:
        return ""
    best = max(values) if higher_is_better(metrics[0]) else min(values)
    value, word = (fmean(values), "mean") if group.file.kind == REPEAT else (best, "best")
    return f"{in_sentence(metric_title(metrics[0]))} {figure(value)} ({word})"


def about_repeat(group: Group, summaries: Mapping[str, Summary] | None, tokens: Tokens) -> str:
    """How often a network was trained, and its results in each metric."""
    done, planned = len(group.results), len(group.file.seeds)
    seconds = sum(each.seconds for each in group.results)
    failed = [each for each in group.results if each.outcome is Outcome.FAILED]
    parts = [heading(name_of(group)), paragraph(network_text(group.project), tokens.muted)]
    count = counted(planned, "run")
    so_far = f"All {count} are trained" if done == planned else f"{done} of {count} are trained"
    took = f", in {duration(seconds)} of training" if seconds else ""
    parts.append(paragraph(f"{so_far}{took}; they differ only in their seeds.", tokens.text))
    parts += [
        paragraph(f"⚠ Run {each.trial.number} failed: {each.message}", tokens.warning)
        for each in failed[:3]
    ]
    if len(failed) > 3:
        parts.append(paragraph(f"⚠ {len(failed) - 3} more failed", tokens.warning))
    if summaries:
        rows = [
            (
                metric_title(name),
                mean_text(found),
                figure(found.deviation) or "–",
                f"{figure(min(found.values))} to {figure(max(found.values))}",
                "",
            )
            for name, found in summaries.items()
            if found.values
        ]
        heads = "After training", "Mean ± 95 % interval", "Standard deviation", "Lowest to highest"
        parts.append(comparison_table(heads, rows, tokens))
        if next(iter(summaries.values())).low is None:
            text = "One run says little: another seed gives another result."
        else:
            text = (
                "With 95 % confidence, the mean of very many runs lies within the interval. How "
                "far single runs are spread, the standard deviation says."
            )
        parts.append(paragraph(text, tokens.muted))
    return "".join(parts)


def about_two(
    first: Group,
    second: Group,
    same_data: bool,
    same_split: bool,
    verdicts: Verdicts | None,
    tokens: Tokens,
) -> str:
    """What differs between two groups, whether that is a fair test, and whether it is real."""
    before, after = (_with_first_seed(each) for each in (first, second))
    found = differences(before, after)
    parts = [heading("What differs"), difference_list(found)]
    warnings = objections(found, same_data=same_data, same_split=same_split)
    parts += [paragraph(f"⚠ {warning}", tokens.warning) for warning in warnings]
    if not (first.results and second.results):
        text = "There are no results yet to compare."
        return "".join([*parts, paragraph(text, tokens.muted)])
    if verdicts is None:
        return "".join([*parts, paragraph("Comparing the results…", tokens.muted)])
    if not verdicts:
        text = "There is no metric that both were measured by: train both with the same metrics."
        return "".join([*parts, paragraph(text, tokens.warning)])
    names = names_of(first, second)
    runs = len(first.results), len(second.results)
    return "".join([*parts, verdict_text(verdicts, names, runs, tokens)])


def _with_first_seed(group: Group) -> Project:
    """The project as the first run was trained: where it had no seed, one was drawn."""
    if not group.file.seeds:
        return group.project
    training = group.project.training.replace(seed=group.file.seeds[0])
    return group.project.replace(training=training)


# --- two groups as numbers ------------------------------------------------------------------------


def same(first: Group, second: Group, runs: Sequence[RunSummary]) -> tuple[bool, bool]:
    """Whether two groups were trained on the same data, and on the same division of its rows."""
    known = {run.id: run for run in runs}

    def marks(name: str) -> set[str | None]:
        return {
            getattr(known[each.run], name)
            for group in (first, second)
            for each in group.results
            if each.run in known
        } - {None}

    like = first.project.data == second.project.data
    data, split = marks("data_fingerprint"), marks("split_fingerprint")
    return len(data) == 1 if data else like, len(split) == 1 if split else like


def weighings(
    first: Group, second: Group, same_split: bool
) -> list[tuple[str, Sequence[float], Sequence[float], bool]]:
    """Metrics that both groups have, with their values, and whether these form pairs."""
    shared = metrics_of(second)
    one, other = ({r.trial.project.training.seed: r for r in g.results} for g in (first, second))
    paired = (
        same_split
        and one.keys() == other.keys()
        and (len(one), len(other)) == (len(first.results), len(second.results))
    )
    a, b = first.results, second.results
    if paired:
        a, b = tuple(one.values()), tuple(other[seed] for seed in one)
    return [
        (name, values_of(a, name), values_of(b, name), paired)
        for name in metrics_of(first)
        if name in shared
    ]
