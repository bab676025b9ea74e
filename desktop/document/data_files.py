"""The names of data files: full in the program, and short in project files that move with them.

In a project file a name has / on every system. A file below the project's own folder is named from
there, so that both can move together; any other has its full name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from desktop.document.fields import FILES, fields_of
from desktop.document.project import Project


def project_folder(path: Path) -> Path:
    """The folder that the project file at `path` lies in, through links."""
    return _resolved(path).parent


def with_full_names(project: Project, folder: Path) -> Project:
    """`project`, which lies in `folder`, with the full names of its data files."""
    return _renamed(project, lambda name: _full_name(name, folder))


def with_short_names(project: Project, folder: Path) -> Project:
    """`project` with its data files named as in a project file in `folder`."""
    return _renamed(project, lambda name: _short_name(name, folder))


def _renamed(project: Project, rename: Callable[[str], str]) -> Project:
    data = project.data
    names = {
        field.name: rename(name)
        for field in fields_of(type(data))
        if field.kind in FILES and (name := getattr(data, field.name))
    }
    return project.replace(data=data.replace(**names)) if names else project


def _full_name(name: str, folder: Path) -> str:
    try:
        file = folder / Path(name).expanduser()
    except RuntimeError:  # ~ of a user who is not known here
        file = folder / name
    if os.sep == "\\" or os.path.exists(file):  # noqa: PTH110 - unlike Path's, it never raises
        return str(file)
    windows = PureWindowsPath(name)
    if windows.drive:
        return name  # C:\data\mnist.npz: this computer has no such place
    return str(folder / windows.as_posix()) if "\\" in name else str(file)


def _short_name(name: str, folder: Path) -> str:
    path = Path(name)
    through_links = _resolved(path.parent) / path.name if path.is_absolute() else path
    for each in (path, through_links):
        if each.is_relative_to(folder):
            short = each.relative_to(folder).as_posix()
            return f"./{short}" if short.startswith("~") else short  # ~ is the user's folder
    return path.as_posix()


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a null character
        return path  # reading and writing say what is wrong
