"""Where the program's own files lie, and where it may keep the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

MNIST = "mnist.npz"


def resources() -> Path:
    """The folder `resources`, beside the package or inside the executable."""
    bundle = getattr(sys, "_MEIPASS", None)
    return Path(bundle or Path(__file__).resolve().parent.parent) / "resources"


def example_projects() -> Path:
    """The folder of the projects that come with the program."""
    return resources() / "projects"


def lessons() -> Path:
    """The folder of the lessons that come with the program."""
    return resources() / "lessons"


def digit_model() -> Path:
    """The model that recognizes digits before anything was trained."""
    return resources() / "models" / "digits.keras"


def settings_folder() -> Path:
    """Where settings and recent files are kept; LAYERWISE_HOME overrides the system's place."""
    override = os.environ.get("LAYERWISE_HOME")
    return Path(override) if override else Path(platformdirs.user_config_dir("layerwise", False))


def data_folder() -> Path:
    """Where files are kept for the user: LAYERWISE_DATA, LAYERWISE_HOME, or the system's place."""
    override = os.environ.get("LAYERWISE_DATA") or os.environ.get("LAYERWISE_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("layerwise", False))


def runs_folder() -> Path:
    """Where the runs of the user are kept."""
    return data_folder() / "runs"


def drawings_folder() -> Path:
    """Where the drawings that the user keeps are."""
    return data_folder() / "drawings"


def keras_datasets() -> Path:
    """Where Keras keeps downloaded data sets: $KERAS_HOME/datasets or ~/.keras/datasets."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def keras_file(name: str) -> Path:
    """The file `name` of Keras's data folder, whether it is there or not.

    In the executable, the one that it brings, as long as the user has none.
    """
    own, brought = keras_datasets() / name, resources() / "datasets" / name
    return brought if brought.is_file() and not own.exists() else own
