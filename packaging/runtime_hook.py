"""Runs first in the executable: stands in for the parts of TensorFlow that were left out.

TensorFlow's tables of public names mention every part, so `import tensorflow` loads them all. Those
listed here are empty modules instead; whoever asks one for something is told why it is not there.
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType

# Networks for telephones, and reading the profiles of other machines.
LEFT_OUT = {
    f"tensorflow._api.v2.{version}{part}"
    for version in ("", "compat.v1.", "compat.v2.")
    for part in ("lite", "profiler.experimental.client")
}


class LeftOut(MetaPathFinder, Loader):
    """Finds an empty module for every part in LEFT_OUT."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        def missing(attribute: str) -> object:
            raise AttributeError(f"{module.__name__} is not part of this program ({attribute})")

        setattr(module, "__getattr__", missing)  # noqa: B010 - a module's own attribute


sys.meta_path.insert(0, LeftOut())
