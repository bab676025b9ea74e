"""Lessons: what they are made of, and how they are read."""

from __future__ import annotations

from pathlib import Path

LESSON_FILE = "lesson.json"  # in the folder of a lesson
LESSON_EXTENSION = ".lesson"  # of a lesson in one file


def is_lesson(path: Path) -> bool:
    """Whether `path` is that of a lesson, by its name: a folder or a file."""
    if path.is_dir():
        return (path / LESSON_FILE).is_file()
    return path.name == LESSON_FILE or path.suffix.lower() == LESSON_EXTENSION
