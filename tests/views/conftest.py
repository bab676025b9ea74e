"""What tests of widgets share."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.views.theme import Mode, Theme


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    """The light theme, in force."""
    theme = Theme(Mode.LIGHT)
    theme.apply()
    return theme
