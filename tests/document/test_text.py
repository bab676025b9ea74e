"""Numbers in words, as every part of the program shows them."""

from __future__ import annotations

import pytest

from desktop.document.text import number_text


@pytest.mark.parametrize(
    ("value", "figures", "text"),
    [
        (0.25218, 4, "0.2522"),
        (13_942.4, 4, "13,940"),
        (-48_436.2, 5, "-48,436"),
        (9_999.7, 4, "10,000"),
        (1234.5, 4, "1,234"),
        (7.0, 4, "7"),
        (0.0, 4, "0"),
        (2.5e-7, 4, "2.5e-07"),
        (3.2e12, 4, "3.2e+12"),
        (float("nan"), 4, "nan"),
        (float("-inf"), 4, "-inf"),
    ],
)
def test_a_number_is_written_out(value: float, figures: int, text: str) -> None:
    assert number_text(value, figures) == text
