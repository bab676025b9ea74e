"""What goes into the executable, what stays out, and why. Read by the spec and by the build."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from runtime_hook import LEFT_OUT

ROOT = Path(__file__).resolve().parent.parent

# Packages that something in the bundle would import if they were there, and does without.
LEFT_OUT_MODULES = (
    "IPython",
    "_tkinter",
    "clang",  # libclang: TensorFlow only requires it for building
    "cupy",
    "dask",
    "grpc",  # training on several machines
    "jax",
    "matplotlib",
    "mypy",
    "OpenGL",
    "PIL.ImageQt",
    "PIL._avif",
    "PIL._imagingcms",
    "PIL._imagingft",
    "pip",
    "pkg_resources",
    "pytest",
    "readline",
    "setuptools",
    # Layerwise takes the digits, splits and confusion matrices of scikit-learn, and no model.
    "sklearn._loss",
    "sklearn.cluster",
    "sklearn.compose",
    "sklearn.covariance",
    "sklearn.cross_decomposition",
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.feature_selection",
    "sklearn.gaussian_process",
    "sklearn.impute",
    "sklearn.inspection",
    "sklearn.linear_model",
    "sklearn.manifold",
    "sklearn.metrics._pairwise_distances_reduction",
    "sklearn.mixture",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.semi_supervised",
    "sklearn.svm",
    "sklearn.tree",
    "tensorboard",
    "tkinter",
    "torch",
    "wheel",
    "PIL._avif",  # picture formats and fonts that the program does not read
    "PIL._imagingcms",
    "PIL._imagingft",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "qtawesome.icon_browser",
    "qtpy",  # desktop.views.icons stands in for it
    "tensorflow.include",
    "tensorflow.compiler.mlir.stablehlo.stablehlo_extension",
    "tensorflow.compiler.tf2xla.ops._xla_ops",
    "tensorflow.lite",
    "tensorflow.python.profiler.internal._pywrap_profiler_plugin",
    "tensorflow.python.profiler.profiler_client",
    *LEFT_OUT,
)

# Needed once the program itself imports them, and only then: Keras and scikit-learn take
# DataFrames where pandas is installed.
LEFT_OUT_UNLESS_IMPORTED = ("pandas", "dateutil", "pytz")

# Files (by their place in the bundle) that PyInstaller collects and nothing ever opens.
LEFT_OUT_FILES = (
    # Qt: the program uses widgets, pictures in common formats, and X11, Wayland or no screen.
    r"PySide6/Qt/translations/.*",
    r"PySide6/Qt/qml/.*",
    r"PySide6/Qt/plugins/(designer|egldeviceintegrations|generic|networkinformation|printsupport)/.*",
    r"PySide6/Qt/plugins/(qmllint|qmltooling|sqldrivers|tls|vectorimageformats)/.*",
    r"PySide6/Qt/plugins/wayland-graphics-integration-server/.*",
    r"PySide6/Qt/plugins/imageformats/libq(icns|pdf|tga|tiff|wbmp)\.so",
    r"PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin\.so",
    r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.so",
    # Its GTK theme would bring the whole of GTK along; the window has a style of its own.
    r"PySide6/Qt/plugins/platformthemes/libqgtk3\.so",
    # Nothing is drawn with OpenGL.
    r"PySide6/Qt/plugins/(wayland-graphics-integration-client|xcbglintegrations)/.*",
    r"PySide6/Qt(Qml|Quick|QuickWidgets|Network|Designer|OpenGL|OpenGLWidgets)\.abi3\.so",
    r"PySide6/libpyside6qml.*",
    # Libraries of the pictures' parts left out above.
    r"(pillow\.libs/)?lib(avif|harfbuzz|freetype|lcms2|brotli\w*)-.*",
    r"PIL/_(avif|imagingcms|imagingft)\..*",
    # TensorFlow: headers, and what compiles networks for other devices.
    r"tensorflow/include/.*",
    r"tensorflow/lite/.*",
    r"tensorflow/xla_aot_runtime_src/.*",
    r"tensorflow/compiler/mlir/stablehlo/.*\.so",
    r"tensorflow/compiler/tf2xla/ops/.*\.so",
    r"tensorflow/python/profiler/internal/_pywrap_profiler_plugin\.so",
    # Tests, sources, stubs and build files of packages.
    r".*/tests?/.*",
    r".*\.(pyi|pxd|pyx|a|lib|h|hpp|c|cpp|cmake|tp)",
    r".*/meson\.build",
    # Sample data of scikit-learn, but for the handwritten digits.
    r"sklearn/datasets/(images/.*|descr/(?!digits).*\.rst)",
    r"sklearn/datasets/data/(?!digits).*",
    # The icons are of one of QtAwesome's fonts.
    r"qtawesome/fonts/(?!materialdesignicons6-).*",
    r"pyqtgraph/(examples|icons/.*\.svgz|colors/maps/.*\.csv)/?.*\.(py|ui)",
)
_LEFT_OUT = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_OUT_FILES))


def is_needed(place: str) -> bool:
    """Whether the file that would lie at `place` in the bundle is ever opened."""
    return _LEFT_OUT.fullmatch(place.replace("\\", "/")) is None


# What Python's launcher opens by its name, rather than anything that links to it.
_OPENED_BY_NAME = ("libpython",)

Entry = tuple[str, str, str]  # PyInstaller's: place in the bundle, file, kind


def without_unused_libraries(entries: list[Entry]) -> list[Entry]:
    """Leave out libraries that nothing links to any more, now that other files are left out."""
    from PyInstaller.depend.bindepend import get_imports

    if not sys.platform.startswith("linux"):
        return entries
    libraries = {
        name: {linked for linked, _ in get_imports(name)} if kind != "SYMLINK" else set()
        for _, name, kind in entries
    }
    while True:
        linked = {each for _, name, _ in entries for each in libraries[name]}
        kept = [
            entry for entry in entries if not _is_library(entry[0]) or Path(entry[0]).name in linked
        ]
        if len(kept) == len(entries):
            return kept
        entries = kept


def _is_library(place: str) -> bool:
    """Whether the file is there to be linked to, rather than to be opened by its name."""
    name, folder = Path(place).name, Path(place).parent.as_posix()
    beside = folder == "." or folder.endswith(".libs") or folder == "PySide6/Qt/lib"
    return beside and ".so" in name and not name.startswith(_OPENED_BY_NAME)


def left_out_modules() -> list[str]:
    """The modules to keep out of the bundle."""
    imported = set(_imported_by_the_program())
    unused = [name for name in LEFT_OUT_UNLESS_IMPORTED if name not in imported]
    return [*LEFT_OUT_MODULES, *([] if "pandas" in imported else unused)]


def _imported_by_the_program() -> Iterator[str]:
    """The top-level packages that `desktop` imports anywhere."""
    for path in (ROOT / "desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]
