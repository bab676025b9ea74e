"""What there is to say of runs that are selected, as HTML: of one, of two, of two networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from desktop.document.comparison import SEED, Difference
from desktop.document.metrics import TEST_PREFIX, higher_is_better, metric_title
from desktop.document.storage import ProjectFileError
from desktop.document.text import counted, number_text
from desktop.views.pages.runs.columns import duration, figure, name_of, outcome, when
from desktop.views.pages.runs.sets import RunSet
from desktop.views.theme import Tokens
from desktop.workers.summaries import (
    GroupComparison,
    RunSummary,
    Summary,
    change,
    compare,
)

_COUNTS = ("epochs", "seconds", "parameters")
Verdicts = Sequence[tuple[GroupComparison, Summary, Summary]]


def about_one(run: RunSummary, before: RunSummary | None, tokens: Tokens, *, test: bool) -> str:
    """What was trained, with what, and how it went."""
    try:
        network = ", ".join(layer.tag for layer in run.project.layers)
    except ProjectFileError as error:
        network = f"cannot be read: {error}"
    shown = {n: v for n, v in run.best.items() if v is not None}
    results = [f"{metric_title(name)} {figure(value)}" for name, value in shown.items()]
    tested = [
        f"{metric_title(TEST_PREFIX + n)} {figure(v)}" for n, v in run.test.items() if v is not None
    ]
    settings = [f"{name} {value}" for name, value in run.settings.items()]
    facts = [
        ("Network", f"{network}; {counted(run.parameters, 'parameter')}"),
        ("Data", run.data),
        ("Seed", "" if run.seed is None else f"{run.seed}"),
        ("Outcome", f"{outcome(run)}, {counted(run.epochs, 'epoch')} in {duration(run.seconds)}"),
        ("Best results", ", ".join(results)),
        ("Test results", "; ".join(filter(None, [", ".join(tested), run.looks_text]))),
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
    parts = [_heading(f"{name_of(run)}, {when(run)}"), f"<table>{''.join(rows)}</table>"]
    if before is not None:
        parts += [_heading("Changed since the run before"), _differences(change(run, before))]
    return "".join(parts)


def about_two(one: RunSummary, other: RunSummary, tokens: Tokens, *, test: bool) -> str:
    """What differs between two runs, whether that is a fair test, and what came of it."""
    try:
        found = compare(one, other, test=test)
    except ProjectFileError as error:
        return _paragraph(f"These runs cannot be compared: {error}", tokens.bad)
    parts = [_heading("What differs"), _differences(found.differences)]
    parts += [_paragraph(f"⚠ {warning}", tokens.warning) for warning in found.warnings]
    parts.append(_heading("What came of it"))
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
        f"{name_of(one)}, {when(one)}",
        f"{name_of(other)}, {when(other)}",
        "Difference",
    )
    parts.append(_table(heads, rows, tokens))
    return "".join(parts)


def about_sets(one: RunSet, other: RunSet, verdicts: Verdicts | None, tokens: Tokens) -> str:
    """Whether the difference between two networks, each trained several times, is real."""
    found = (each for each in change(other.runs[0], one.runs[0]) if each.setting != SEED)
    parts = [_heading("What differs"), _differences(found)]
    if verdicts is None:
        return "".join([*parts, _paragraph("Weighing the results…", tokens.muted)])
    name = other.name if other.name != one.name else "The second network"
    parts.append(_heading("Verdict"))
    parts += [f"<p>{escape(verdict.text(name))}.</p>" for verdict, _, _ in verdicts]
    parts.append(_heading("What came of it"))
    rows = [
        (
            metric_title(verdict.metric),
            _summary(first),
            _summary(second),
            "" if verdict.difference is None else _signed(verdict.difference),
            "",
        )
        for verdict, first, second in verdicts
    ]
    heads = (
        "Mean ± 95 % interval",
        f"{one.name}, {counted(len(one.runs), 'run')}",
        f"{other.name}, {counted(len(other.runs), 'run')}",
        "Difference",
    )
    parts.append(_table(heads, rows, tokens))
    if verdicts and verdicts[0][0].paired:
        parts.append(
            _paragraph("Runs of the same seed were compared with each other.", tokens.muted)
        )
    return "".join(parts)


def about_many(count: int, networks: int, tokens: Tokens) -> str:
    """What can be compared, where too much is selected."""
    text = (
        f"{counted(count, 'run')} of {counted(networks, 'network')} are selected. Select two runs "
        "to see what differs, or several runs of each of two networks, which differ but for their "
        "seeds, to see whether the difference is more than chance."
        if networks != 1
        else f"{counted(count, 'run')} of one network, with different seeds or the same, are "
        "selected. Select runs of another network, too, to compare the two."
    )
    return _paragraph(text, tokens.muted)


# --- pieces -----------------------------------------------------------------------------------


def _heading(text: str) -> str:
    return f"<h4>{escape(text)}</h4>"


def _paragraph(text: str, color: str) -> str:
    return f'<p style="color:{color}">{escape(text)}</p>'


def _differences(found: Iterable[Difference]) -> str:
    lines = [f"<li>{escape(each.text)}</li>" for each in found]
    return (
        f"<ul>{''.join(lines)}</ul>" if lines else "<p>Nothing: both trained the same project.</p>"
    )


def _table(heads: Sequence[str], rows: Sequence[tuple[str, str, str, str, str]], t: Tokens) -> str:
    """Rows of a name, two values and their difference, the last in a color of its own."""
    cell = '<td align="right" style="padding-left:16px'
    name_cell = '<td style="white-space:nowrap">'
    lines = ["".join(f'{cell}; color:{t.muted}">{escape(head)}</td>' for head in heads[1:])]
    lines[0] = f'<td style="color:{t.muted}">{escape(heads[0])}</td>{lines[0]}'
    for name, first, second, difference, color in rows:
        lines.append(
            f'{name_cell}{escape(name)}</td>{cell}">{first}</td>{cell}">{second}</td>'
            f'{cell}; color:{color or t.text}">{difference}</td>'
        )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


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
    return _signed(second - first)


def _signed(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number_text(abs(value), 3)


def _summary(found: Summary) -> str:
    if found.mean is None:
        return "–"
    if found.high is None:
        return figure(found.mean)
    return f"{figure(found.mean)} ± {number_text(found.high - found.mean, 2)}"
