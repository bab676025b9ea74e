"""An editor for short texts on one line."""

from __future__ import annotations

import re

from desktop.views.forms.numbers import TextEditor

_PART = re.compile(r"""\s*,?\s*(?:"((?:[^"]|"")*)"|([^\s,"]+))(?=[\s,]|$)""")


class TextsEditor(TextEditor):
    """Texts with spaces or commas between them: NA, ?, "not known".

    A text with spaces, commas or quotes in it stands in double quotes, a quote in it is doubled.
    """

    wide = True

    def parse(self, text: str) -> tuple[str, ...]:
        texts: dict[str, None] = {}
        place = 0
        rest = text.rstrip(" ,")
        while place < len(rest):
            found = _PART.match(rest, place)
            if found is None:
                raise ValueError(
                    "Separate texts by spaces or commas; put double quotes around one that has "
                    'spaces in it, such as "not known"'
                )
            quoted, plain = found.groups()
            texts[plain if quoted is None else quoted.replace('""', '"')] = None
            place = found.end()
        return tuple(texts)

    def text_of(self, value: tuple[str, ...]) -> str:
        return ", ".join(map(_quoted, value)) or '""'


def _quoted(text: str) -> str:
    if text and not re.search(r'[\s,"]', text):
        return text
    return '"' + text.replace('"', '""') + '"'
