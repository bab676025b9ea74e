"""Tables that come with scikit-learn, and so with the program: they need no file."""

from typing import ClassVar

from desktop.document.data.table import TableSource


class _ScikitLearnTable(TableSource):
    """What the tables of `sklearn.datasets` have in common.

    `load_<dataset>` reads it, and `target_column` is what its last column is called here.
    """

    dataset: ClassVar[str]
    name: ClassVar[str]
    target_column: ClassVar[str]

    @property
    def title(self) -> str:
        return self.name


ScikitLearnTable = _ScikitLearnTable  # the underscore says that it is no source of its own


class Iris(_ScikitLearnTable, tag="iris"):
    """150 iris flowers: the species by the sizes of petals and sepals."""

    dataset: ClassVar[str] = "iris"
    name: ClassVar[str] = "Iris"
    target_column: ClassVar[str] = "species"


class Wine(_ScikitLearnTable, tag="wine"):
    """178 wines from three cultivars: which one, by a chemical analysis."""

    dataset: ClassVar[str] = "wine"
    name: ClassVar[str] = "Wine"
    target_column: ClassVar[str] = "cultivar"


class BreastCancer(_ScikitLearnTable, tag="breast_cancer"):
    """569 breast tumors: malignant or benign, by 30 measures of the cell nuclei."""

    dataset: ClassVar[str] = "breast_cancer"
    name: ClassVar[str] = "Breast cancer"
    target_column: ClassVar[str] = "diagnosis"


class Diabetes(_ScikitLearnTable, tag="diabetes"):
    """442 patients with diabetes: how far the disease has advanced a year later, a number."""

    dataset: ClassVar[str] = "diabetes"
    name: ClassVar[str] = "Diabetes"
    target_column: ClassVar[str] = "disease progression"
