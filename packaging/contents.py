"""What goes into the executable, what stays out, and why. Read by the spec and by the build."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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
    "pip",
    "pkg_resources",
    "pytest",
    "setuptools",
    "tensorboard",
    "tkinter",
    "torch",
    "wheel",
    "numpy.f2py",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "qtawesome.icon_browser",
    "tensorflow.include",
    "tensorflow.compiler.mlir.stablehlo.stablehlo_extension",
    "tensorflow.compiler.tf2xla.ops._xla_ops",
    "tensorflow.lite",
    "tensorflow.python.profiler.internal._pywrap_profiler_plugin",
    "tensorflow.python.profiler.profiler_client",
)

# Needed once the program itself imports them, and only then: Keras and scikit-learn take
# DataFrames where pandas is installed.
LEFT_OUT_UNLESS_IMPORTED = ("pandas", "dateutil", "pytz")

# Files (by their place in the bundle) that PyInstaller collects and nothing ever opens.
LEFT_OUT_FILES = (
    # Qt: the program uses widgets, pictures in common formats, and X11, Wayland or no screen.
    r"PySide6/Qt/translations/.*",
    r"PySide6/Qt/qml/.*",
    r"PySide6/Qt/plugins/(designer|egldeviceintegrations|generic|networkinformation|printsupport|"
    r"qmllint|qmltooling|sqldrivers|tls|vectorimageformats|wayland-graphics-integration-server)/.*",
    r"PySide6/Qt/plugins/imageformats/libq(icns|pdf|tga|tiff|wbmp)\.so",
    r"PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin\.so",
    r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.so",
    # The GTK theme would bring the whole of GTK along; the window has a style of its own.
    r"PySide6/Qt/plugins/platformthemes/libqgtk3\.so",
    r"PySide6/Qt/lib/libQt6(Eglfs\w*|Pdf|Qml\w*|Quick\w*|VirtualKeyboard\w*)\.so\.6",
    r"PySide6/Qt(Qml|Quick|QuickWidgets|Network|Designer)\.abi3\.so",
    r"PySide6/libpyside6qml.*",
    r"lib(gtk-3|gdk-3|atk-1|atk-bridge-2|atspi|cairo|cairo-gobject|pango|pangocairo|pangoft2|"
    r"gdk_pixbuf-2|epoxy|harfbuzz|fribidi|thai|datrie|graphite2|pixman-1|jbig|deflate)[.-].*",
    # TensorFlow: headers, and what compiles networks for other devices.
    r"tensorflow/include/.*",
    r"tensorflow/lite/.*",
    r"tensorflow/xla_aot_runtime_src/.*",
    r"tensorflow/compiler/mlir/stablehlo/.*\.so",
    r"tensorflow/compiler/tf2xla/ops/.*\.so",
    r"tensorflow/python/profiler/internal/_pywrap_profiler_plugin\.so",
    # Tests, sources, stubs and build files of packages.
    r".*/tests?/.*",
    r".*\.(pyi|pxd|pyx|a|lib|h|hpp|c|cpp|cmake|rst|tp)",
    # Sample data of scikit-learn, but for the handwritten digits.
    r"sklearn/datasets/(images|descr)/.*",
    r"sklearn/datasets/data/(?!digits).*",
    r"pyqtgraph/(examples|icons/.*\.svgz|colors/maps/.*\.csv)/?.*\.(py|ui)",
)
_LEFT_OUT = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_OUT_FILES))


def is_needed(place: str) -> bool:
    """Whether the file that would lie at `place` in the bundle is ever opened."""
    return _LEFT_OUT.fullmatch(place.replace("\\", "/")) is None


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
