"""The glossary: what the words of the program mean, all in one file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A term and what it means.

    `also` are other words for it, and `forms` what else is looked up here: its forms, and words of
    settings that it explains. `see` are terms of other entries; `lesson` is the name of the lesson
    that treats it, "" for none.
    """

    term: str
    text: str
    also: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    lesson: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.term, *self.also, *self.forms)


class Glossary:
    """All `entries`, in the order of their terms."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = tuple(sorted(entries, key=lambda each: each.term.lower()))

    def find(self, name: str) -> Entry | None:
        """The entry of which `name` is the term or another form, in whatever case."""
        return self._by_name.get(name.strip().lower())

    def mentioned(self, text: str) -> tuple[Entry, ...]:
        """The entries whose names stand in `text` as whole words, in the order they do.

        Of names within each other only the longest counts: "batch size" does not mention "batch".
        A name of Keras counts as its words: "max_norm" mentions "max norm".
        """
        text = text.replace("_", " ")
        found = (self._by_name[match[0].lower()] for match in self._pattern.finditer(text))
        return tuple(dict.fromkeys(found))

    def matching(self, wanted: str) -> tuple[Entry, ...]:
        """The entries with `wanted` in a name, and then those with it in the text."""
        wanted = wanted.strip().lower()
        named = [each for each in self.entries if any(wanted in n.lower() for n in each.names)]
        told = [each for each in self.entries if wanted in each.text.lower()]
        return tuple(dict.fromkeys([*named, *told]))

    @cached_property
    def _by_name(self) -> Mapping[str, Entry]:
        return {name.lower(): each for each in self.entries for name in each.names}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._by_name, key=len, reverse=True)
        return re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE
        )


def load_glossary(path: Path) -> Glossary:
    """The glossary in the file at `path`, which comes with the program."""
    entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["entries"]
    return Glossary(
        tuple(
            Entry(
                each["term"],
                each["text"],
                tuple(each.get("also", ())),
                tuple(each.get("forms", ())),
                tuple(each.get("see", ())),
                each.get("lesson", ""),
            )
            for each in entries
        )
    )
