"""Which signs the numbers of a table have: before the fraction, and between groups of digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from desktop.engine.tables.cells import SPACES

# What may stand around a number: its sign, currency and percent signs, spaces.
AROUND = f"$\u20ac\u00a3\u00a5%{SPACES}"


@dataclass(frozen=True)
class NumberFormat:
    """The decimal sign, and the sign between groups of three digits: "" for no groups."""

    decimal: str = "."
    thousands: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a number in this format looks like, without what is around it."""
        point = re.escape(self.decimal)
        whole = r"\d+"
        if self.thousands:
            whole = rf"(?:[1-9]\d{{0,2}}(?:{re.escape(self.thousands)}\d{{3}})+|\d+)"
        return re.compile(
            rf"[-+\u2212]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d{{1,3}})?"
        )

    def parse(self, text: str) -> float:
        """The number that `text` is, with or without signs around it; NaN if it is none."""
        plain = text.strip(AROUND)
        if not self.pattern.fullmatch(plain):
            return float("nan")
        if self.thousands:
            plain = plain.replace(self.thousands, "")
        return float(plain.replace(self.decimal, ".").replace("\u2212", "-"))


PLAIN = NumberFormat()
_FORMATS = (
    PLAIN,
    NumberFormat(","),
    *(
        NumberFormat(decimal, thousands)
        for thousands in (",", ".", *SPACES, "'", "\u2019", "_")
        for decimal in (".", ",")
        if decimal != thousands
    ),
)
# Three digits after a single sign: a fraction, or thousands.
_EITHER = re.compile(r"[-+\u2212]?[1-9]\d{0,2}(?P<sign>[.,])\d{3}")


@dataclass(frozen=True)
class Found:
    """The format that fits most numbers. `other` fits all of them as well, with other values."""

    format: NumberFormat
    other: NumberFormat | None = None
    example: str = ""


def find_number_format(cells: Iterable[str], delimiter: str) -> Found:
    """The format of `cells`, which look like numbers, in a table with this delimiter.

    A sign that could be both, as in 1,234, divides the fraction where the table is delimited by
    semicolons, as programs write it whose decimal sign is the comma.
    """
    numbers = {number for cell in cells if (number := cell.strip(AROUND)) and not number.isdigit()}
    if not numbers:
        return Found(PLAIN)
    best, most = PLAIN, -1
    for form in _FORMATS:
        count = sum(map(bool, map(form.pattern.fullmatch, numbers)))
        if count > most:
            best, most = form, count
        if most == len(numbers):
            break
    either = {match["sign"] for number in numbers if (match := _EITHER.fullmatch(number))}
    grouped = NumberFormat(".", ",")
    if either == {","} and all(
        _EITHER.fullmatch(number) or "," not in number for number in numbers
    ):
        first, second = NumberFormat(","), grouped
        if any("." in number for number in numbers):
            return Found(grouped)
        if delimiter != ";":
            first, second = second, first
        return Found(first, second, next(number for number in numbers if "," in number))
    if (
        either == {"."}
        and best == PLAIN
        and delimiter == ";"
        and all(map(_EITHER.fullmatch, numbers))
    ):
        return Found(PLAIN, NumberFormat(",", "."), next(iter(numbers)))
    return Found(best)
