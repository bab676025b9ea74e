"""What a drag or the clipboard carries, and what of it is let in.

A drag out of the palette carries nothing but the name of a layer class. Layers that were cut,
copied or dragged out of a stack are JSON as in the project file, read with the same strictness.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QMimeData

from desktop.document.json_values import to_json
from desktop.document.layers import LAYER_CLASSES, Layer
from desktop.document.storage import FORMAT, MAX_BYTES, ProjectFileError, parse_project

LAYER_MIME = "application/x-layerwise-layer"  # the name of a layer class, as UTF-8
ROWS_MIME = "application/x-layerwise-rows"  # layers of a stack: {"stack": id, "layers": [indexes]}
JSON_MIME = "application/json"

_CLASSES: dict[str, type[Layer]] = {cls.tag: cls for cls in LAYER_CLASSES}


def layer_class(name: str) -> type[Layer] | None:
    """The layer class called `name`, or None if there is none."""
    return _CLASSES.get(name)


def layer_mime(name: str) -> QMimeData:
    """What a drag of the layer class called `name` carries."""
    data = QMimeData()
    data.setData(LAYER_MIME, name.encode())
    return data


def dragged_class(data: QMimeData) -> type[Layer] | None:
    """The layer class that a drag out of a palette carries; None for anything unknown."""
    if not data.hasFormat(LAYER_MIME):
        return None
    return layer_class(bytes(data.data(LAYER_MIME).data()).decode("utf-8", "replace"))


def layers_mime(layers: list[Layer], rows: tuple[str, list[int]] | None = None) -> QMimeData:
    """`layers` as JSON; `rows`, for a drag, are the stack and the places they came from.

    Without `rows` they are for the clipboard, and also plain text. A drag has none: every text
    field on its way would take it.
    """
    data = QMimeData()
    text = json.dumps([to_json(layer) for layer in layers], indent=2, ensure_ascii=False)
    data.setData(JSON_MIME, text.encode())
    if rows is None:
        data.setText(text)
    else:
        stack, indexes = rows
        data.setData(ROWS_MIME, json.dumps({"stack": stack, "layers": indexes}).encode())
    return data


def dragged_rows(data: QMimeData, stack: str | None = None) -> list[int] | None:
    """The indexes of the layers dragged within the stack whose id is `stack`, or None.

    Without `stack`, of those dragged out of any.
    """
    if not data.hasFormat(ROWS_MIME):
        return None
    try:
        values = json.loads(bytes(data.data(ROWS_MIME).data()))
        own, indexes = stack in (None, values["stack"]), values["layers"]
    except (ValueError, TypeError, KeyError):
        return None
    if not own or not isinstance(indexes, list) or not all(type(i) is int for i in indexes):
        return None
    return sorted(set(indexes))


def parse_layers(data: QMimeData) -> list[Layer]:
    """The layers in `data`: a JSON list of layers, one layer, or a whole project.

    Raises ProjectFileError, whose message says what is wrong and where.
    """
    raw = bytes(data.data(JSON_MIME).data()) if data.hasFormat(JSON_MIME) else data.text().encode()
    if len(raw) > MAX_BYTES:
        raise ProjectFileError("this is too large to be layers")
    try:
        values: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProjectFileError("this is not JSON, as copied layers are") from error
    if isinstance(values, dict) and "layers" in values:
        values = values["layers"]
    elif isinstance(values, dict):
        values = [values]
    if not isinstance(values, list) or not values:
        raise ProjectFileError("there are no layers in it")
    # The project file's own reader: one set of rules, one kind of message.
    return list(parse_project(json.dumps({"format": FORMAT, "layers": values})).layers)
