"""Colors, spacing, type sizes and icons: the tokens, and the theme in force made from them."""

from desktop.views.theme.theme import Mode, Theme, palette
from desktop.views.theme.tokens import (
    DARK,
    LIGHT,
    RADIUS,
    SIZE_BODY,
    SIZE_DISPLAY,
    SIZE_SMALL,
    SIZE_TITLE,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    Tokens,
)
from desktop.views.theme.zoom import factor, scaled

__all__ = [
    "DARK",
    "LIGHT",
    "RADIUS",
    "SIZE_BODY",
    "SIZE_DISPLAY",
    "SIZE_SMALL",
    "SIZE_TITLE",
    "SPACE_L",
    "SPACE_M",
    "SPACE_S",
    "SPACE_XS",
    "Mode",
    "Theme",
    "Tokens",
    "factor",
    "palette",
    "scaled",
]
