"""Data sets that `keras.datasets` downloads, beside MNIST."""

from typing import ClassVar

from desktop.document.data.base import Download, KerasFile, Origin
from desktop.document.data.images import Images
from desktop.document.data.table import TableSource
from desktop.document.schema import Classes, DataSchema

_STORAGE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

FASHION = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


class FashionMnist(Images, tag="fashion_mnist"):
    """70,000 grayscale images of clothes, 28 × 28 pixels, of ten classes."""

    origin: ClassVar[Origin] = Origin.KERAS
    pixel_maximum: ClassVar[float] = 255.0
    suffixes: ClassVar[tuple[str, ...]] = (".gz",)
    # Any of its files that is opened is taken for an IDX file, which it is.
    keras_file: ClassVar[str] = "fashion-mnist/train-images-idx3-ubyte.gz"
    # Keras checks no sums of these files. The sums are those that its authors publish.
    downloads: ClassVar[tuple[Download, ...]] = tuple(
        Download(f"fashion-mnist/{name}", _STORAGE + name, size, checksum)
        for name, size, checksum in (
            ("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            ("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
            ("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
        )
    )
    path: KerasFile = None

    @property
    def title(self) -> str:
        return "Fashion-MNIST"

    @property
    def known_schema(self) -> DataSchema:
        return self._schema((28, 28), 60_000, 10_000, Classes(FASHION))


class Cifar10(Images, tag="cifar10"):
    """60,000 color images, 32 × 32 pixels, of ten classes: airplane to truck."""

    origin: ClassVar[Origin] = Origin.KERAS
    takes_pictures: ClassVar[bool] = True
    pixel_maximum: ClassVar[float] = 255.0
    suffixes: ClassVar[tuple[str, ...]] = (".gz",)
    keras_file: ClassVar[str] = "cifar-10-binary.tar.gz"
    # The binary version: the one that Keras takes holds pickled objects.
    downloads: ClassVar[tuple[Download, ...]] = (
        Download(
            "cifar-10-binary.tar.gz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    )
    path: KerasFile = None

    @property
    def title(self) -> str:
        return "CIFAR-10"

    @property
    def known_schema(self) -> DataSchema:
        names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship")
        return self._schema((32, 32, 3), 50_000, 10_000, Classes((*names, "truck")))


class CaliforniaHousing(TableSource, tag="california_housing"):
    """20,640 districts of California in 1990: the median house value, a number."""

    origin: ClassVar[Origin] = Origin.KERAS
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)
    keras_file: ClassVar[str] = "california_housing.npz"
    downloads: ClassVar[tuple[Download, ...]] = (
        Download(
            "california_housing.npz",
            _STORAGE + "california_housing.npz",
            743_530,
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
        ),
    )
    path: KerasFile = None

    @property
    def title(self) -> str:
        return "California housing"
