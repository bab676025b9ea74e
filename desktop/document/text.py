"""Counts, lists and shapes in words, as every part of the program shows them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

UNKNOWN = "?"
LONGEST = 80  # characters of a word in a list
_TURNS_TEXT = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # and what is beside it


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 row", "1,437 rows"; `many` is the plural where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def some(words: Sequence[str], most: int = 5) -> str:
    """`words` as by `listed`, the first `most` of them and how many there are beside.

    Very long ones are cut; of no words it says "none".
    """
    words = [f"{word:.{LONGEST}}" for word in words] or ["none"]
    more = len(words) - most
    return listed(words if more <= 0 else [*words[:most], f"{more:,} more"])


def are(count: int) -> str:
    """ "is" or "are", as `count` asks for."""
    return "is" if count == 1 else "are"


def shape_text(shape: Sequence[int | None] | None) -> str:
    """ "28 × 28 × 1"; "any" stands for an axis of any size, "?" for a shape that is not known."""
    if shape is None:
        return UNKNOWN
    return " × ".join("any" if size is None else f"{size:,}" for size in shape)


def row_text(shape: Sequence[int]) -> str:
    """What a row of this shape holds: "28 × 28", or "2 numbers"."""
    return counted(shape[0], "number") if len(shape) == 1 else shape_text(shape)


def number_text(value: float, figures: int = 4) -> str:
    """ "13,940", "0.2522": as many figures, written out unless it is very large or small."""
    rounded = float(f"{value:.{figures}g}")
    if 10**figures <= abs(rounded) < 1e9:
        return f"{rounded:,.0f}"
    return f"{value:,.{figures}g}"


def with_minus(number: str) -> str:
    """The text of a number with a minus sign in place of the hyphen."""
    return number.replace("-", "−")


def decimal_text(value: float, places: int = 2) -> str:
    """`value` with so many decimals, and without the sign of a zero: "−0.50"."""
    return with_minus(f"{round(value, places) + 0.0:.{places}f}")


def power_text(power: float) -> str:
    """10 to the `power`, also where that is too large or small for a float: "0.002", "3 × 10⁻¹²".

    With two figures. ±inf and NaN in words.
    """
    if not math.isfinite(power):
        return "not a number" if math.isnan(power) else "0" if power < 0 else "infinite"
    if -3 <= power < 4:
        return number_text(10**power, 2)
    exponent = math.floor(power)
    mantissa = f"{10 ** (power - exponent):.2g}"
    if mantissa == "10":
        mantissa, exponent = "1", exponent + 1
    digits = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{digits}"


def one_line(name: str) -> str:
    """A name from a file so that it can be shown in a line.

    What would break the line, control a terminal or change the direction of the text beside it
    becomes a replacement character.
    """
    if not name.strip():
        return "(empty)"
    return "".join("\ufffd" if _disturbs(character) else character for character in name)


def _disturbs(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cs", "Zl", "Zp") or character in _TURNS_TEXT


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, or its kind if it says nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def natural(text: str) -> tuple[Any, ...]:
    """A key that sorts 2 before 10, and texts by the numbers in them."""
    try:
        if math.isfinite(number := float(text)):
            return (0, ((number, ""),), text)
    except ValueError:
        pass
    parts = re.split(r"(\d+)", text.casefold())
    pairs = ((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
    return (1, tuple(pairs), text)
