"""The frame of pages: cards have the room that their contents need."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.widgets.cards import Card, CardPage


def test_a_text_of_many_lines_does_not_squeeze_what_is_below(qtbot: QtBot) -> None:
    page, card = CardPage(), Card("Settings")
    qtbot.addWidget(page)
    text = QLabel("a text that is long " * 20)
    text.setWordWrap(True)
    lines = [QLineEdit() for _ in range(20)]
    for widget in (text, *lines):
        card.body.addWidget(widget)
    page.add_columns(card, Card("Facts"))
    page.rows.addStretch(0)
    page.resize(700, 300)
    page.show()
    for width in (700, 900, 650):
        page.resize(width, 300)
        qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))
        assert min(line.height() for line in lines) >= lines[0].minimumSizeHint().height()
        assert card.height() < sum(widget.height() + 20 for widget in (text, *lines))
