"""How large the parts of the built folder are, and why each of the large ones is there."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

LARGEST = 20
PROGRAM = "layerwise"
SYSTEM = "libraries of the system"

# The first pattern that a file's place starts with decides which part it belongs to.
PARTS = {
    "tensorflow/libtensorflow_cc": "kernels, graphs and the XLA compiler: all training runs in it",
    "tensorflow/libtensorflow_framework": "TensorFlow's core, which every other part links to",
    "tensorflow/": "the bindings of Python to TensorFlow, and AutoGraph's sources",
    "PySide6/Qt/lib/libicu": "order of texts and time zones, which Qt's core links to",
    "PySide6/Qt/lib/": "Qt: core, pictures, widgets, X11 and Wayland",
    "PySide6/Qt/plugins/": "Qt's platforms, picture formats and input methods",
    "PySide6/": "the bindings of Python to Qt",
    "numpy.libs/": "OpenBLAS, which NumPy links to",
    "numpy/": "arrays",
    "scipy/": "sparse matrices: scikit-learn counts confusion matrices with them",
    "sklearn/": "built-in digits, split by class, confusion matrix",
    "scikit_learn.libs/": "scikit-learn's OpenMP",
    "pandas": "tables",
    "pillow.libs/": "picture formats for `predict`",
    "PIL/": "pictures",
    "h5py": "weights in .keras files are HDF5",
    "keras/": "the networks",
    "resources/datasets/": "MNIST",
    "resources/": "example projects and the icon",
    "qtawesome/": "icon fonts",
    "pydantic_core/": "checks project files",
    "ml_dtypes/": "number types of TensorFlow",
    "optree/": "nested structures of Keras",
    "pyqtgraph/": "charts",
    "libpython": "Python",
    "python3": "Python's own libraries in C",
    "base_library.zip": "what Python needs to start",
    "libcrypto": "hashes and TLS of Python's standard library",
    "libssl": "TLS, which requests loads for TensorFlow",
    PROGRAM: "the program and every Python module, compiled and compressed",
    SYSTEM: "what Qt and Python need and a small system may lack",
    "libstdc++": "the C++ library, for systems with an older one",
}


def table(folder: Path) -> str:
    """The whole size and the largest parts, with the reason for each; sizes in MB (10^6 bytes)."""
    inside = folder / ("Contents" if sys.platform == "darwin" else "_internal")
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        place = path.relative_to(inside).as_posix() if path.is_relative_to(inside) else ""
        sizes[_part(place, path)] += path.stat().st_size
    whole = sum(sizes.values())
    lines = [f"{folder.name}: {whole / 1e6:,.1f} MB"]
    for name, size in sizes.most_common(LARGEST):
        lines.append(f"{size / 1e6:8.1f} MB  {name:36} {PARTS.get(name, '')}".rstrip())
    rest = whole - sum(size for _, size in sizes.most_common(LARGEST))
    lines.append(f"{rest / 1e6:8.1f} MB  everything else")
    return "\n".join(lines) + "\n"


def _part(place: str, path: Path) -> str:
    if not place:
        return PROGRAM if path.stem.startswith("layerwise") else path.name
    for start in PARTS:
        if start not in (PROGRAM, SYSTEM) and place.startswith(start):
            return start
    return SYSTEM if "/" not in place else place.split("/")[0] + "/"
