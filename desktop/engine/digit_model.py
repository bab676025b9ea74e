"""The digit model that the program brings, so that drawn digits are recognized from the start.

`packaging/train_digit_model.py` makes it; `resources/models/README.md` says what it learned and how
well it does.
"""

from __future__ import annotations

from functools import cache

from desktop import paths
from desktop.engine import storage
from desktop.engine.inspection import ModelFileError, check_file
from desktop.engine.model_card import read_card
from desktop.engine.network import Network


@cache
def digit_model() -> Network:
    """The digit model, which is read when it is first asked for. Raises ModelFileError."""
    path = paths.digit_model()
    check_file(path)
    card = read_card(path)
    if card is None:
        raise ModelFileError(f"{path} is not the digit model: install Layerwise again")
    return Network.loaded(storage.load_model(path), card.project, card)
