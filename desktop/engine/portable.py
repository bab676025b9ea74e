"""Model files that older versions of Keras load, too.

Keras writes every argument of every part into a file, and a version that does not know one of them
refuses the file. Arguments that came after Keras 3.0 are left out where they hold their defaults.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import h5py

from desktop.engine.units import plain_metric

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"

# Arguments that came after Keras 3.0, with the defaults that mean what was before.
_LATER_ARGUMENTS: dict[str, Any] = {
    "input_axes": None,
    "optional": False,
    "output_axes": None,
    "quantization_config": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}
_OLDER_NAMES = {"Orthogonal": "OrthogonalInitializer"}  # every version knows the older one


def portable(content: bytes) -> bytes:
    """The content of a .keras file, with a configuration that older versions of Keras read."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        config = portable_config(json.loads(old.read(CONFIG)))
        for entry in old.infolist():
            member = old.read(entry)
            if entry.filename == CONFIG:
                member = json.dumps(config).encode()
            elif entry.filename == WEIGHTS and _optimizer(config) == "Nadam":
                member = _without_optimizer_state(member)
            new.writestr(entry, member)
    return target.getvalue()


def portable_config(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a Sequential without what older versions of Keras do not know."""
    older: dict[str, Any] = _without_later_arguments(config)
    compiled = older.get("compile_config") or {}
    if compiled.get("metrics"):  # a model in Keras alone is trained on the scaled target
        compiled["metrics"] = [plain_metric(each) for each in compiled["metrics"]]
    layers = older["config"]["layers"]
    older["config"]["layers"] = [part for layer in layers for part in _apart(layer)]
    return older


def _without_later_arguments(value: Any) -> Any:
    if isinstance(value, dict):
        older = {
            key: _without_later_arguments(item)
            for key, item in value.items()
            if key not in _LATER_ARGUMENTS or item != _LATER_ARGUMENTS[key]
        }
        if "class_name" in older:
            older["class_name"] = _OLDER_NAMES.get(older["class_name"], older["class_name"])
        return older
    return [_without_later_arguments(item) for item in value] if isinstance(value, list) else value


def _apart(layer: dict[str, Any]) -> list[dict[str, Any]]:
    """`layer`, and after it the layers that its activation is made of, if it is made of layers.

    Before Keras 3.14 an activation in a file can only be a function. Layers without weights do
    not change where a file's weights belong.
    """
    settings = layer["config"]
    activation = settings.get("activation")
    if not isinstance(activation, dict) or activation["class_name"] != "Sequential":
        return [layer]
    parts = [layer, *activation["config"]["layers"]]
    settings["activation"] = "linear"
    for part in parts[1:]:
        part["config"]["name"] = f"{settings['name']}_{part['config']['name']}"
    if regularizer := settings.pop("activity_regularizer", None):  # of what the activation gives
        parts[-1]["config"]["activity_regularizer"] = regularizer
    return parts


def _optimizer(config: dict[str, Any]) -> str | None:
    compiled = config.get("compile_config") or {}
    return (compiled.get("optimizer") or {}).get("class_name")


def _without_optimizer_state(weights: bytes) -> bytes:
    """The content of a weights file with what the optimizer remembers left out.

    Keras 3.10 changed the order of Nadam's variables: earlier versions would refuse the model.
    Without them every version loads it, with a warning, and starts the optimizer anew.
    """
    file = io.BytesIO(weights)
    with h5py.File(file, "r+") as content:
        variables = content["optimizer/vars"]
        for name in list(variables):
            del variables[name]
    return file.getvalue()
