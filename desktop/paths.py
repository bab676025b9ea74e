"""Where the program's own files lie, and where it may keep the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def resources() -> Path:
    """The folder `resources`, beside the package or inside the executable."""
    bundle = getattr(sys, "_MEIPASS", None)
    return Path(bundle or Path(__file__).resolve().parent.parent) / "resources"


def settings_folder() -> Path:
    """Where settings and recent files are kept; LAYERWISE_HOME overrides the system's place."""
    override = os.environ.get("LAYERWISE_HOME")
    return Path(override) if override else Path(platformdirs.user_config_dir("layerwise", False))


def keras_datasets() -> Path:
    """Where Keras keeps downloaded data sets: $KERAS_HOME/datasets or ~/.keras/datasets."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"
