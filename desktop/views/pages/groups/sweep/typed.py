"""Values of a setting as they are typed: "32, 64, 128"; "none" where a setting may be off."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.document.fields import FieldSpec, Kind
from desktop.views.forms.editor import number_text

NONE = "none"


def numbers_text(values: Iterable[float | None]) -> str:
    """What `parse_numbers` makes `values` of."""
    return ", ".join(NONE if value is None else number_text(value) for value in values)


def parse_numbers(text: str, field: FieldSpec) -> list[float | None]:
    """The numbers that are typed for `field`. Raises ValueError."""
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    values = [_parse(part, field) for part in parts if part]
    if not values:
        raise ValueError("Enter values with commas between them, such as 1, 2, 4")
    twice = [each for index, each in enumerate(values) if each in values[:index]]
    if twice:
        raise ValueError(f"{numbers_text(twice[:1])} is there twice; enter each value once")
    return values


def parse_number(text: str, field: FieldSpec) -> float:
    """The number that is typed for an end of a range of `field`. Raises ValueError."""
    value = _parse(text.strip(), field)
    if value is None:
        raise ValueError("Enter a number: none has no place in a range")
    return value


def _parse(text: str, field: FieldSpec) -> float | None:
    if field.optional and text.casefold() == NONE:
        return None
    whole = field.kind is Kind.INTEGER
    try:
        return int(text) if whole else float(text)
    except ValueError:
        wanted = "whole number" if whole else "number"
        more = f", or {NONE}" if field.optional else ""
        raise ValueError(f"{text:.40} is not a {wanted}{more}") from None
