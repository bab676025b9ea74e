"""What is raised where data cannot be used."""

from __future__ import annotations


class DataError(Exception):
    """The data cannot be used; the message says what was wrong and what to do."""
