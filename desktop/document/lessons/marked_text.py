"""Texts of lessons: Markdown, or plain, and nothing that leads out of the lesson."""

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

_IMAGE = re.compile(r"!\[")
_TAG = re.compile(r"<\s*[/!?]?\s*[A-Za-z][^<>]*>")
_LINK = re.compile(r"\]\s*\(|\]\s*\[|^\s*\[[^\]]*\]:", re.MULTILINE)


def _checked_markdown(text: str) -> str:
    if _IMAGE.search(text):
        raise ValueError("images are not shown in lessons; leave them out")
    if _TAG.search(text):
        raise ValueError("HTML is not shown in lessons; use Markdown")
    if _LINK.search(text):
        raise ValueError("links are not followed in lessons; leave them out")
    return _checked_characters(text)


def _checked_characters(text: str) -> str:
    for character in text:
        if character < " " and character not in "\n\t":
            raise ValueError(f"has the control character U+{ord(character):04X}")
    return text


Markdown: TypeAlias = Annotated[str, AfterValidator(_checked_markdown)]
PlainText: TypeAlias = Annotated[str, AfterValidator(_checked_characters)]
