"""Results of runs as texts: single figures, and the results of two networks, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from desktop.document.comparison import Difference
from desktop.document.metrics import metric_title
from desktop.document.project import Project
from desktop.document.text import counted, number_text
from desktop.views.theme import Tokens
from desktop.workers.summaries import GroupComparison, Summary

Verdicts = Sequence[tuple[GroupComparison, Summary, Summary]]


def figure(value: float | None) -> str:
    """A result in a table."""
    return "" if value is None else f"{value:.4f}" if abs(value) < 100 else number_text(value)


def duration(seconds: float) -> str:
    """ "0.8 s", "42 s", "3 min 5 s", "2 h 10 min"."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, left = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {left} s"
    return f"{minutes // 60} h {minutes % 60} min"


def signed(value: float) -> str:
    """A difference: "+0.012"."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number_text(abs(value), 3)


def mean_text(found: Summary) -> str:
    """ "0.9312 ± 0.0040", the mean and how far its 95 % interval reaches."""
    if found.mean is None:
        return "–"
    if found.high is None:
        return figure(found.mean)
    return f"{figure(found.mean)} ± {number_text(found.high - found.mean, 2)}"


def network_text(project: Project) -> str:
    """The stack in a line: "Flatten → Dense → Dense"."""
    return " → ".join(
        f"{layer.tag} ({text})" if (text := layer.details()) else layer.tag
        for layer in project.layers
    )


# --- HTML -----------------------------------------------------------------------------------------


def heading(text: str) -> str:
    return f"<h4>{escape(text)}</h4>"


def paragraph(text: str, color: str) -> str:
    return f'<p style="color:{color}">{escape(text)}</p>'


def difference_list(found: Iterable[Difference]) -> str:
    """What differs between two projects."""
    lines = [f"<li>{escape(each.text)}</li>" for each in found]
    return (
        f"<ul>{''.join(lines)}</ul>" if lines else "<p>Nothing: both trained the same project.</p>"
    )


def comparison_table(
    heads: Sequence[str], rows: Sequence[tuple[str, str, str, str, str]], t: Tokens
) -> str:
    """Rows of a name, two values and their difference, the last in a color of its own."""
    cell = '<td align="right" style="padding-left:16px'
    value = f"{cell}; white-space:nowrap"
    name_cell = '<td style="white-space:nowrap">'
    lines = ["".join(f'{cell}; color:{t.muted}">{escape(head)}</td>' for head in heads[1:])]
    lines[0] = f'<td style="color:{t.muted}">{escape(heads[0])}</td>{lines[0]}'
    for name, first, second, difference, color in rows:
        lines.append(
            f'{name_cell}{escape(name)}</td>{value}">{first}</td>{value}">{second}</td>'
            f'{value}; color:{color or t.text}">{difference}</td>'
        )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def verdict_text(
    verdicts: Verdicts, names: tuple[str, str], runs: tuple[int, int], tokens: Tokens
) -> str:
    """Whether the difference between two networks with these `names` is real, by each metric."""
    parts = [heading("Verdict")]
    parts += [f"<p>{escape(verdict.text(names[1]))}.</p>" for verdict, _, _ in verdicts]
    parts.append(heading("Results"))
    rows = [
        (
            metric_title(verdict.metric),
            mean_text(first),
            mean_text(second),
            "" if verdict.difference is None else signed(verdict.difference),
            "",
        )
        for verdict, first, second in verdicts
    ]
    columns = (f"{name}, {counted(count, 'run')}" for name, count in zip(names, runs, strict=True))
    parts.append(comparison_table(("Mean ± 95 % interval", *columns, "Difference"), rows, tokens))
    if verdicts and verdicts[0][0].paired:
        text = "Runs of the same seed were compared with each other."
        parts.append(paragraph(text, tokens.muted))
    return "".join(parts)
