"""The image files of a folder by split and class, found without opening any of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from desktop.document.text import counted, natural
from desktop.engine.data_error import DataError

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
DEEPEST = 16  # levels of folders below that of a class
# What folders of a split are called, in small letters.
SPLITS = {
    "training": ("train", "training"),
    "validation": ("validation", "val", "valid"),
    "test": ("test", "testing"),
}
_SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}


@dataclass
class Listing:
    """Image files, and what was left out.

    `files` has for "all", or for "training" and other splits, pairs of a class and a path; classes
    and the files in them are in natural order.
    """

    folder: Path
    classes: tuple[str, ...] = ()
    files: dict[str, list[tuple[str, Path]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def list_images(folder: Path) -> Listing:
    """The images in `folder`, whose subfolders are the classes, or splits with these in them.

    Hidden files and folders, links to folders, links out of the folder, and files whose names are
    not those of images are left out. Raises DataError.
    """
    search = _Search(folder)
    inside = search.folders(folder)
    while len(inside) == 1 and not _split_folders(inside):
        deeper = search.folders(inside[0])
        if len(deeper) < 2 and not _split_folders(deeper):
            break
        folder, inside = inside[0], deeper  # as archives unpack: the folder in a folder
    search.pictures_beside(folder)
    splits = _split_folders(inside)
    listing = Listing(folder)
    if splits:
        for split, path in splits.items():
            search.pictures_beside(path)
            listing.files[split] = search.files_of(search.folders(path))
    else:
        listing.files["all"] = search.files_of(inside)
    found = {name for files in listing.files.values() for name, _ in files}
    listing.classes = tuple(sorted(found, key=natural))
    listing.notes = search.notes()
    if not found:
        raise DataError(
            f"{folder} has no images in subfolders; put the images of each class into a folder "
            "that is named after the class"
        )
    if len(found) == 1:
        raise DataError(
            f'{folder} has images of one class only, "{listing.classes[0]:.40}", so there is '
            "nothing to tell apart; choose a folder with one subfolder for each class"
        )
    return listing


def _split_folders(folders: list[Path]) -> dict[str, Path]:
    """The folders by the split they are named after; empty unless all are, and one is training."""
    found = {_SPLIT_OF.get(path.name.lower(), ""): path for path in folders}
    return found if "training" in found and "" not in found and len(found) == len(folders) else {}


class _Search:
    """Looks through folders within `root`, and counts what it passes over."""

    def __init__(self, root: Path) -> None:
        try:
            self._root = root.resolve(strict=True)
            if not root.is_dir():
                raise DataError(f"{root} is not a folder; choose the folder with the images")
        except (OSError, RuntimeError, ValueError) as error:  # loops of links; null characters
            reason = getattr(error, "strerror", None) or error
            raise DataError(f"{root} cannot be read: {reason}; choose another folder") from error
        self._passed: Counter[str] = Counter()
        self._example: dict[str, str] = {}

    def folders(self, path: Path) -> list[Path]:
        """The visible folders directly in `path`, in natural order."""
        return [each for each in self._entries(path) if each.is_dir() and not self._link(each)]

    def pictures_beside(self, path: Path) -> None:
        """Note the images in `path` itself, which belong to no class."""
        for each in self._entries(path):
            if each.suffix.lower() in SUFFIXES and each.is_file():
                self._pass("in no folder of a class", each)

    def files_of(self, folders: list[Path]) -> list[tuple[str, Path]]:
        """The images in and below each of `folders`, with its name as their class."""
        return [(folder.name, path) for folder in folders for path in self._below(folder)]

    def notes(self) -> tuple[str, ...]:
        """What was left out, in sentences."""
        return tuple(
            f"{counted(count, 'file or folder', 'files or folders')} left out: {why} "
            f"({self._example[why]}{', …' if count > 1 else ''})"
            for why, count in self._passed.items()
        )

    def _below(self, folder: Path) -> list[Path]:
        files: list[Path] = []
        waiting = [(folder, 0)]
        while waiting:
            here, depth = waiting.pop()
            for path in self._entries(here):
                if path.is_symlink() and not self._stays_inside(path):
                    self._pass("links out of the folder, or to nothing", path)
                elif path.is_dir():
                    if self._link(path):
                        continue
                    if depth < DEEPEST:
                        waiting.append((path, depth + 1))
                    else:
                        self._pass(f"more than {DEEPEST} folders deep", path)
                elif path.suffix.lower() in SUFFIXES and path.is_file():
                    files.append(path)
                else:
                    self._pass("not named like an image", path)
        return sorted(files, key=lambda path: natural(str(path.relative_to(folder))))

    def _link(self, path: Path) -> bool:
        if path.is_symlink():
            self._pass("links to folders", path)
            return True
        return False

    def _stays_inside(self, path: Path) -> bool:
        try:
            return path.resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def _entries(self, path: Path) -> list[Path]:
        try:
            entries = [each for each in path.iterdir() if not _is_hidden(each.name)]
        except OSError as error:
            self._pass(f"cannot be read ({error.strerror})", path)
            return []
        return sorted(entries, key=lambda each: natural(each.name))

    def _pass(self, why: str, path: Path) -> None:
        self._passed[why] += 1
        self._example.setdefault(why, path.name)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX", "@eaDir")) or name.lower() == "thumbs.db"
