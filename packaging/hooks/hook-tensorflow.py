"""What PyInstaller cannot see of TensorFlow by reading its imports.

Takes the place of the common hook, which collects all of TensorFlow with its headers.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from PyInstaller.utils.hooks import collect_submodules, get_package_paths


def loaded_by_name() -> Iterator[str]:
    """The modules that TensorFlow's sources give to LazyLoader."""
    lazy = re.compile(r'LazyLoader\(\s*"\w+",\s*globals\(\),\s*"([\w.]+)"')
    for path in (Path(get_package_paths("tensorflow")[1]) / "python").rglob("*.py"):
        yield from lazy.findall(path.read_text("utf-8"))


hiddenimports = [
    "ml_dtypes",  # from C++
    *loaded_by_name(),
    "tensorflow.compiler.tf2tensorrt.ops.gen_trt_ops",
    *collect_submodules("tensorflow.python.autograph"),
    *collect_submodules("tensorflow.python.data.ops"),
    *collect_submodules("tensorflow.python.ops"),
]

# AutoGraph reads the source of the functions it converts, and of itself.
module_collection_mode = {"tensorflow.python.autograph": "pyz+py"}

# TensorFlow finds its own folder by the path its libraries were loaded from.
bindepend_symlink_suppression = [
    "**/libtensorflow_cc.so*",
    "**/libtensorflow_framework.so*",
]
