"""What there is to say of runs that are selected, as HTML: of one, of two, of two networks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from desktop.document.comparison import SEED
from desktop.document.metrics import TEST_PREFIX, higher_is_better, metric_title
from desktop.document.storage import ProjectFileError
from desktop.document.text import counted
from desktop.views.pages.runs.columns import name_of, outcome, when
from desktop.views.pages.runs.sets import RunSet
from desktop.views.theme import Tokens
from desktop.views.widgets.results import (
    Verdicts,
    comparison_table,
    difference_list,
    duration,
    figure,
    heading,
    network_text,
    paragraph,
    signed,
    verdict_text,
)
from desktop.workers.summaries import (
    NOTHING_KNOWN,
    RunSummary,
    change,
    compare,
)

_COUNTS = ("epochs", "seconds", "parameters")


def about_one(
    run: RunSummary,
    before: RunSummary | None,
    tokens: Tokens,
    health: Sequence[str] = (),
    *,
    test: bool,
) -> str:
    """What was trained, with what, and how it went; `health` says how well the layers trained."""
    count = run.known_parameters
    size = "" if count is None else f"; {counted(count, 'parameter')}"
    try:
        network = "not known from logs" if run.is_read_only else network_text(run.project)
    except ProjectFileError as error:
        network = f"cannot be read: {error}"
    shown = {n: v for n, v in run.best.items() if v is not None}
    results = [f"{metric_title(name)} {figure(value)}" for name, value in shown.items()]
    tested = [
        f"{metric_title(TEST_PREFIX + n)} {figure(v)}" for n, v in run.test.items() if v is not None
    ]
    settings = [f"{name} {value}" for name, value in run.settings.items()]
    facts = [
        ("Network", f"{network}{size}"),
        ("Data", run.data),
        ("Seed", "" if run.seed is None else f"{run.seed}"),
        ("Outcome", f"{outcome(run)}, {counted(run.epochs, 'epoch')} in {duration(run.seconds)}"),
        ("Best results", ", ".join(results)),
        ("Test results", "; ".join(filter(None, [", ".join(tested), run.looks_text]))),
        ("Health", ", ".join(health)),
        ("Varied", ", ".join(settings)),
        ("Tags", ", ".join(run.tags)),
        ("Notes", run.notes),
    ]
    rows = [
        f'<tr><td style="color:{tokens.muted}; padding-right:12px">{name}</td>'
        f'<td style="white-space:pre-wrap">{escape(text)}</td></tr>'
        for name, text in facts
        if text and (test or name != "Test results")
    ]
    parts = [heading(f"{name_of(run)}, {when(run)}"), f"<table>{''.join(rows)}</table>"]
    if before is not None:
        parts += [heading("Changed since the run before"), difference_list(change(run, before))]
    return "".join(parts)


def about_two(one: RunSummary, other: RunSummary, tokens: Tokens, *, test: bool) -> str:
    """What differs between two runs, whether that is a fair test, and the results."""
    try:
        found = compare(one, other, test=test)
    except ProjectFileError as error:
        return paragraph(f"These runs cannot be compared: {error}", tokens.bad)
    parts = [heading("What differs")]
    if NOTHING_KNOWN not in found.warnings:
        parts.append(difference_list(found.differences))
    parts += [paragraph(f"⚠ {warning}", tokens.warning) for warning in found.warnings]
    parts.append(heading("Results"))
    rows = []
    for name, (first, second) in found.values.items():
        good = ""
        if name not in _COUNTS and first is not None and second is not None and first != second:
            better = (second > first) is higher_is_better(name.removeprefix(TEST_PREFIX))
            good = tokens.good if better else tokens.bad
        rows.append(
            (
                _title(name),
                _value(name, first),
                _value(name, second),
                _change(name, first, second),
                good,
            )
        )
    heads = (
        "Best of all epochs",
        f"Earlier run: {name_of(one)}, {when(one)}",
        f"Later run: {name_of(other)}, {when(other)}",
        "Difference",
    )
    parts.append(comparison_table(heads, rows, tokens))
    return "".join(parts)


def about_sets(one: RunSet, other: RunSet, verdicts: Verdicts | None, tokens: Tokens) -> str:
    """Whether the difference between two networks, each trained several times, is real."""
    found = (each for each in change(other.runs[0], one.runs[0]) if each.setting != SEED)
    parts = [heading("What differs"), difference_list(found)]
    if verdicts is None:
        return "".join([*parts, paragraph("Comparing the results…", tokens.muted)])
    names = one.name, other.name if other.name != one.name else "The second network"
    parts.append(verdict_text(verdicts, names, (len(one.runs), len(other.runs)), tokens))
    return "".join(parts)


def about_logs(tokens: Tokens) -> str:
    """What can be compared, where runs from logs are among several."""
    return paragraph(f"{NOTHING_KNOWN}. Select two runs to see their results.", tokens.muted)


def about_many(count: int, networks: int, tokens: Tokens) -> str:
    """What can be compared, where too much is selected."""
    text = (
        f"{counted(count, 'run')} of {counted(networks, 'network')} are selected. Select two runs "
        "to see what differs, or several runs of each of two networks that differ only in their "
        "seeds, to see whether the difference is more than chance."
        if networks != 1
        else f"{counted(count, 'run')} of one network, with different seeds or the same, are "
        "selected. Select runs of another network, too, to compare the two."
    )
    return paragraph(text, tokens.muted)


# --- pieces -----------------------------------------------------------------------------------


def _title(name: str) -> str:
    if name in _COUNTS:
        return "Time" if name == "seconds" else name.capitalize()
    return metric_title(name)


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name == "seconds":
        return duration(value)
    return f"{value:,.0f}" if name in _COUNTS else figure(value)


def _change(name: str, first: float | None, second: float | None) -> str:
    if first is None or second is None:
        return ""
    if name in _COUNTS:
        sign = "+" if second > first else "−" if second < first else ""
        return sign + _value(name, abs(second - first))
    return signed(second - first)
