"""Texts of users and files, as Qt shows them literally.

Qt reads "&" as a mnemonic and "<b>" as HTML.
"""

from __future__ import annotations

import re
from html import escape

from PySide6.QtGui import Qt


def label(text: str) -> str:
    """`text` for a menu entry, a button, a tab or a label with a buddy, where "&" marks a key."""
    return text.replace("&", "&&")


def plain(text: str) -> str:
    """`text` for a tooltip, or another place where Qt takes for HTML what looks like it."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>'


_WORDS = re.compile(r"(?<=_)|(?<=[a-z])(?=[A-Z])")  # where they begin in the names of Keras


def breakable(text: str) -> str:
    """`text` for a label that wraps: it may break long names where a word begins in them."""
    return _WORDS.sub("\u200b", text)


def parts(text: str) -> list[str]:
    """`text` in the parts between which a line may be broken."""
    return re.split("(?<= )|\u200b", breakable(text))
