"""What of a project may be varied, and the projects that come of it."""

from __future__ import annotations

from desktop.document.space.offers import (
    ACTIVATIONS,
    COMPARED_FUNCTIONS,
    REGULARIZATION,
    UNREGULARIZED,
    Variable,
    presets,
    settings_of,
)
from desktop.document.space.paths import SpaceError, value_text
from desktop.document.space.reading import parse_space, read_space
from desktop.document.space.values import Range, Setting, Space

__all__ = [
    "ACTIVATIONS",
    "COMPARED_FUNCTIONS",
    "REGULARIZATION",
    "UNREGULARIZED",
    "Range",
    "Setting",
    "Space",
    "SpaceError",
    "Variable",
    "parse_space",
    "presets",
    "read_space",
    "settings_of",
    "value_text",
]
