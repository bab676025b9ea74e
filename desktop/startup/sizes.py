"""Sizes as the messages of this package give them."""

from __future__ import annotations

MEBIBYTE = 1 << 20


def mebibytes(size: int) -> str:
    """A number of bytes, in MiB: "1,465 MiB"."""
    return f"{size / MEBIBYTE:,.0f} MiB"
