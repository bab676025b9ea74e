"""What the window remembers: layout, theme, zoom, recent files, progress in lessons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from desktop.paths import settings_folder
from desktop.views.theme import Mode, zoom

MAX_RECENT = 8
LAYOUT_VERSION = 1


class Settings:
    """Typed access to the settings file. Values that make no sense are ignored."""

    def __init__(self) -> None:
        path = settings_folder() / "settings.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Mode:
        value = str(self._store.value("theme", Mode.SYSTEM.value))
        return Mode(value) if value in set(Mode) else Mode.SYSTEM

    @theme.setter
    def theme(self, mode: Mode) -> None:
        self._store.setValue("theme", mode.value)

    @property
    def zoom(self) -> int:
        """How large everything is shown, in per cent."""
        value = str(self._store.value("zoom", zoom.USUAL))
        return int(value) if value in map(str, zoom.STEPS) else zoom.USUAL

    @zoom.setter
    def zoom(self, percent: int) -> None:
        self._store.setValue("zoom", percent)

    @property
    def recent(self) -> list[Path]:
        """The last project files, the newest first; those that are gone are left out."""
        value = self._store.value("recent", [])
        paths = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(path) for path in paths if isinstance(path, str) and Path(path).is_file()]

    def add_recent(self, path: Path) -> None:
        path = path.absolute()
        others = [each for each in self.recent if each != path]
        self._store.setValue("recent", [str(each) for each in [path, *others][:MAX_RECENT]])

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state as QMainWindow saved them, or None."""
        geometry = self._store.value("window/geometry")
        state = self._store.value("window/state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    @layout.setter
    def layout(self, value: tuple[QByteArray, QByteArray]) -> None:
        self._store.setValue("window/geometry", value[0])
        self._store.setValue("window/state", value[1])

    def forget_layout(self) -> None:
        self._store.remove("window")

    @property
    def runs_table(self) -> dict[str, Any]:
        """How the table of runs was left, as it was given; empty if it never was."""
        return self._json("runs/table")

    @runs_table.setter
    def runs_table(self, value: dict[str, Any]) -> None:
        self._store.setValue("runs/table", json.dumps(value))

    @property
    def lessons(self) -> dict[str, Any]:
        """The progress in lessons, as it was given."""
        return self._json("lessons/progress")

    @lessons.setter
    def lessons(self, value: dict[str, Any]) -> None:
        self._store.setValue("lessons/progress", json.dumps(value))

    def _json(self, key: str) -> dict[str, Any]:
        try:
            value = json.loads(str(self._store.value(key, "{}")))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()
