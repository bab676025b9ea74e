"""Data sources whose rows are images in IDX files, the format that MNIST was published in."""

import gzip
import re
import zlib
from pathlib import Path, PurePath
from typing import Annotated, ClassVar

from pydantic import Field

from desktop.document.data.base import Origin
from desktop.document.data.images import DrawnImages
from desktop.document.fields import FileName, Kind
from desktop.document.files import is_special

IDX_NAME = re.compile(
    r"(?P<prefix>.*?)(?P<part>train|t10k|test)(?P<first>[-_.])(?P<what>images|labels)"
    r"(?P<second>[-_.])idx[13](?P<third>[-_.])ubyte(?P<gzipped>\.gz)?",
    re.IGNORECASE,
)


class Idx(DrawnImages, tag="idx"):
    """Images in IDX files, as MNIST, Fashion-MNIST, EMNIST and KMNIST come, gzipped or not."""

    origin: ClassVar[Origin] = Origin.FILES
    pixel_maximum: ClassVar[float] = 255.0
    suffixes: ClassVar[tuple[str, ...]] = (".gz", ".idx3-ubyte", ".idx1-ubyte", ".idx", "-ubyte")
    path: FileName = Field(
        "",
        title="File",
        description="One of the files, such as train-images-idx3-ubyte.gz; the others are found",
    )
    turned: bool | None = Field(
        None,
        title="Turn images",
        description="Swap rows and columns: EMNIST stores letters lying on their side and mirrored",
        json_schema_extra={"none": "If the files are EMNIST's"},
    )
    class_names: Annotated[tuple[str, ...], Kind.TEXTS] | None = Field(
        None,
        title="Class names",
        description="Names of the classes in the order of their numbers",
        json_schema_extra={"none": "Found by the file's name"},
    )
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Part of all rows kept for the final test, where there are no test files",
    )

    @classmethod
    def recognizes(cls, path: Path) -> bool:
        try:
            if not path.is_file() or is_special(path):
                return False
            with path.open("rb") as file:
                begin = file.read(4)
            if begin[:2] == b"\x1f\x8b":
                with gzip.open(path) as stream:
                    begin = stream.read(4)
        except (OSError, zlib.error, EOFError):
            begin = b""
        if IDX_NAME.fullmatch(path.name):
            return True  # reading it says what is wrong, if anything is
        return len(begin) == 4 and begin[:3] == b"\0\0\x08" and begin[3] in (1, 3)

    @property
    def title(self) -> str:
        return PurePath(self.path).name or "IDX files"
