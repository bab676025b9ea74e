"""Runs first in the executable: stands in for the parts of packages that were left out.

TensorFlow's tables of public names mention every part, so `import tensorflow` loads them all, and
scikit-learn's packages import one another. Those listed here are empty modules instead, and what
others take from them says, when it is used, that it is not there.
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType

LEFT_OUT = (
    # pyqtgraph draws with them once told to, which Layerwise never does.
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "numpy.f2py",
    # Of scikit-learn, Layerwise uses the handwritten digits, splits, and confusion matrices.
    "scipy.cluster",
    "scipy.fft",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.io",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.sparse.csgraph",
    "scipy.sparse.linalg",
    "scipy.spatial",
    "scipy.special",
    "scipy.stats",
    "sklearn.datasets._openml",
    "sklearn.datasets._samples_generator",
    "sklearn.datasets._svmlight_format_io",
    "sklearn.metrics._dist_metrics",
    "sklearn.metrics.cluster",
    "sklearn.metrics.pairwise",
    "sklearn.model_selection._classification_threshold",
    "sklearn.model_selection._plot",
    "sklearn.model_selection._search",
    "sklearn.model_selection._validation",
    "sklearn.preprocessing._polynomial",
    "sklearn.preprocessing._target_encoder",
    "sklearn.utils.sparsefuncs_fast",
    # Networks for telephones, and reading the profiles of other machines.
    *(
        f"tensorflow._api.v2.{version}{part}"
        for version in ("", "compat.v1.", "compat.v2.")
        for part in ("lite", "profiler.experimental.client")
    ),
)


class LeftOut(MetaPathFinder, Loader):
    """Finds an empty module for every part in LEFT_OUT."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not name.startswith(LEFT_OUT):
            return None
        parts = name.split(".")
        if not any(".".join(parts[:count]) in LEFT_OUT for count in range(1, len(parts) + 1)):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        def take(attribute: str) -> type[Missing]:
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return type(attribute, (Missing,), {"__module__": module.__name__})

        setattr(module, "__getattr__", take)  # noqa: B010 - a module's own attribute


class Missing:
    """A class or function of a part that was left out: others may name it, but not use it."""

    def __init__(self, *values: object, **named: object) -> None:
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        raise NotImplementedError(f"{name} is not part of this program")


if __name__ == "__main__":  # in the executable; the build only reads LEFT_OUT
    sys.meta_path.insert(0, LeftOut())
