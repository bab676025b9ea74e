"""An image folder as a data set: its images read into rows, and split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop.document.data import ColorMode, ImageFolder
from desktop.document.schema import Classes, DataSchema, Ink, RowCounts, RowKind
from desktop.document.text import are, counted, first_line, listed, one_line, shape_text
from desktop.engine.data_error import DataError
from desktop.engine.drawing import Raster
from desktop.engine.image_folder.listing import Listing, list_images
from desktop.engine.image_folder.pictures import fitted, is_gray, read_picture
from desktop.engine.image_rows import check_memory, found_ink
from desktop.engine.images import ImageError, without_warnings
from desktop.engine.progress import Progress, between, ignore
from desktop.engine.reports import IntArray
from desktop.engine.rows import Dataset, Rows
from desktop.engine.splits import scaled, split
from desktop.engine.threads import in_threads

LOOKED_AT = 100  # images that decide on size and color
SMALL = 64  # pixels; images up to that keep their size
ROOMY = 64, 64  # what larger images get
COMPACT = 32, 32  # where there are so many that they would take much memory
MUCH = 1 << 30  # bytes
LISTED = 3  # unreadable files that are named
_LOOKING = 0.1  # part of the work


@dataclass(frozen=True)
class _Look:
    """What the images turned out to be, or were decided to be."""

    size: tuple[int, int]
    color: bool
    resized: bool  # whether some had another size
    notes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.size, 3) if self.color else self.size


def load_image_folder(source: ImageFolder, progress: Progress = ignore) -> Dataset:
    """The data set of the images in the folder of `source`. Raises DataError."""
    if not source.path:
        raise DataError(
            "No folder is chosen; choose one that has a subfolder of images for each class"
        )
    listing = list_images(Path(source.path))
    files = [(part, *each) for part, found in listing.files.items() for each in found]
    look = _look_at(source, [path for _, _, path in files], progress)
    check_memory(len(files), look.shape, source.title)
    images = np.empty((len(files), *look.shape), np.uint8)

    def read(index: int) -> tuple[str, bool]:
        """What is wrong with the image of this number, or ""; and whether it loses its color."""
        path = files[index][2]
        try:
            image = read_picture(path, source.background, look.size)
            images[index] = fitted(image, look.size, look.color, source.fit, source.background)
            return "", not look.color and source.color is None and not is_gray(image)
        except ImageError as error:
            return _reason(error, path), False

    with without_warnings():
        results = in_threads(read, range(len(files)), between(progress, _LOOKING, 1))
    unreadable = {
        files[index][2].relative_to(listing.folder): problem
        for index, (problem, _) in enumerate(results)
        if problem
    }
    left_out = _unreadable(unreadable)
    notes = (*left_out, *listing.notes, *look.notes)
    if colored := sum(loses_color for _, loses_color in results):
        notes += (f"{counted(colored, 'image')} in color read as gray; choose color to keep it",)
    used = np.flatnonzero([not problem for problem, _ in results])
    numbers = {name: number for number, name in enumerate(listing.classes)}
    y = np.array([numbers[name] for _, name, _ in files], np.int64)
    parts = np.array([part for part, _, _ in files])
    try:
        splits = _splits(source, listing, y, parts, used)
    except DataError as error:  # what could not be read may be why
        raise DataError(". ".join([str(error), *left_out])) from error
    ink = source.ink
    if ink is None:
        ink = Ink.NONE if look.resized else found_ink(images[splits[0]])
    return _dataset(source, listing, look, images, y, splits, [p for _, _, p in files], ink, notes)


def _dataset(
    source: ImageFolder,
    listing: Listing,
    look: _Look,
    images: Raster,
    y: IntArray,
    splits: tuple[IntArray, IntArray, IntArray],
    paths: list[Path],
    ink: Ink,
    notes: tuple[str, ...],
) -> Dataset:
    divisor = source.pixel_maximum if source.scale_pixels else 1.0

    def rows(chosen: IntArray) -> Rows:
        names = tuple(paths[index].relative_to(listing.folder).as_posix() for index in chosen)
        return Rows(scaled(images[chosen], divisor), y[chosen], names=names)

    training, validation, test = map(rows, splits)
    schema = DataSchema(
        input_shape=look.shape,
        row=RowKind.IMAGE,
        target=Classes(listing.classes),
        rows=RowCounts(len(training), len(validation), len(test)),
        value_range=(0.0, source.pixel_maximum / divisor),
        ink=ink,
    )
    return Dataset(
        source,
        schema,
        training,
        validation if len(validation) else None,
        test,
        test_is_training=False,
        notes=notes,
    )


# --- what the images are --------------------------------------------------------------------------


def _look_at(source: ImageFolder, paths: list[Path], progress: Progress) -> _Look:
    """Size and color, judging by some images of all parts of the folder."""
    chosen = np.unique(np.linspace(0, len(paths) - 1, LOOKED_AT).astype(int)).tolist()

    def look_at(index: int) -> tuple[tuple[int, int], bool] | None:
        try:
            image = read_picture(paths[index], source.background, None)
        except ImageError:
            return None  # named when all are read
        return (image.height, image.width), is_gray(image)

    with without_warnings():
        seen = in_threads(look_at, chosen, between(progress, 0, _LOOKING))
    sizes = Counter(found[0] for found in seen if found is not None)
    gray = all(found[1] for found in seen if found is not None)
    size, notes = source.size, tuple[str, ...]()
    color = source.color is ColorMode.COLOR if source.color is not None else not gray
    if size is None:
        commonest = max(sizes, key=lambda each: sizes[each]) if sizes else COMPACT
        size = commonest
        if max(commonest) > SMALL:
            many = len(paths) * ROOMY[0] * ROOMY[1] * (3 if color else 1) * 4 > MUCH
            size = COMPACT if many else ROOMY
        if set(sizes) - {size}:
            notes = (f"Images of other sizes become {shape_text(size)}",)
    return _Look(size, color, bool(set(sizes) - {size}), notes)


def _unreadable(unreadable: dict[Path, str]) -> tuple[str, ...]:
    if not unreadable:
        return ()
    reasons = [f"{one_line(path.as_posix())}: {reason}" for path, reason in unreadable.items()]
    if len(reasons) > LISTED:
        reasons[LISTED:] = [f"and {len(reasons) - LISTED:,} more"]
    what = f"{counted(len(unreadable), 'image')} could not be read and {are(len(unreadable))}"
    return (f"{what} left out. {'; '.join(reasons)}",)


def _reason(error: ImageError, path: Path) -> str:
    """What is wrong with the image at `path`, without its name."""
    return first_line(error).removeprefix(str(path)).strip(" :")


# --- splits ---------------------------------------------------------------------------------------


def _splits(
    source: ImageFolder, listing: Listing, y: IntArray, parts: IntArray, used: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Numbers of the training, validation and test images among `used`.

    What has no folder of its own is a part of the training images.
    """
    training = used[np.isin(parts[used], ("all", "training"))]
    validation = used[parts[used] == "validation"]
    test = used[parts[used] == "test"]
    splits_validation = not len(validation) and source.has_validation
    _check_counts(source, listing, y[training], 1 + (not len(test)) + splits_validation)

    def divided(part: float, title: str) -> tuple[IntArray, IntArray]:
        names = listing.classes
        kept, held = split(y[training], part, source.split_seed, title, names)
        return training[kept], training[held]

    if not len(test):
        training, test = divided(source.test_split, "Test split")
    if splits_validation:
        training, validation = divided(source.validation_split, "Validation split")
    return training, validation, test


def _check_counts(source: ImageFolder, listing: Listing, y: IntArray, least: int) -> None:
    """Refuse classes with fewer images to train with than there are parts to be made of them."""
    counts = np.bincount(y, minlength=len(listing.classes))
    few = [
        f'"{one_line(listing.classes[index]):.40}" has {counts[index]}'
        for index in np.flatnonzero(counts < least)
    ]
    if few:
        if len(few) > LISTED:
            few[LISTED:] = [f"{len(few) - LISTED} more have too few"]
        raise DataError(
            f"{source.title}: each class needs at least {counted(least, 'readable image')} for "
            f"training and what is held out, but {listed(few)}; add images, or remove the folder "
            "of the class"
        )
