"""Drawings for tests: a few strokes, and what they are said to show."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.document.drawings import KeptDrawing, PenStroke, Strokes

PLACES = {
    "0": ((140, 60), (90, 90), (80, 150), (110, 210), (170, 210), (200, 140), (180, 80), (140, 60)),
    "1": ((140, 50), (142, 120), (139, 220)),
    "7": ((80, 60), (200, 62), (150, 130), (120, 220)),
}


def strokes_of(label: str, shift: float = 0.0, width: float = 18.0) -> Strokes:
    """A drawing of the digit `label`, moved to the right by `shift` units."""
    points = tuple((x + shift, float(y)) for x, y in PLACES[label])
    return (PenStroke(points=points, widths=(width,)),)


def drawings_of(labels: Iterable[str]) -> list[KeptDrawing]:
    """A drawing for each of `labels`, no two of them alike."""
    return [
        KeptDrawing(
            id=f"{number:06}",
            label=label,
            strokes=strokes_of(label, number % 40, 10.0 + number),
        )
        for number, label in enumerate(labels)
    ]
