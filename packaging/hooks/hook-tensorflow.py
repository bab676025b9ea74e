"""What PyInstaller cannot see of TensorFlow by reading its imports.

Takes the place of the common hook, which collects all of TensorFlow with its headers.
"""

from PyInstaller.utils.hooks import collect_submodules

# Loaded by name, or from C++.
hiddenimports = [
    "ml_dtypes",
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
