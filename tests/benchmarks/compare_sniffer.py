"""How many files of the tests' corpus are read right, beside Python's csv.Sniffer.

The sniffer gets the text decoded, and is right where delimiter and header are; of the decimal
sign, lines before the table and the like it says nothing. Prints a line for each file that either
gets wrong, and the sums. Ambiguous files count as right here if the user is asked.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop.document.data import Table
from desktop.engine.data_error import DataError
from desktop.engine.tables.frame import preview
from desktop.engine.tables.sample import read_sample
from tests.engine.tables.table_corpus import CASES, Case


def layerwise_is_right(case: Case, path: Path) -> bool:
    try:
        _, found = preview(Table(path=str(path)))
    except DataError:
        return False
    dialect = found.dialect
    read = (found.names, found.rows[0], dialect.delimiter, dialect.decimal, dialect.thousands)
    expected = (case.names, case.first, case.delimiter, case.decimal, case.thousands)
    return read == expected and bool(found.questions) is case.asked


def sniffer_is_right(case: Case, path: Path) -> bool:
    text = read_sample(path).start
    try:
        sniffer = csv.Sniffer()
        delimiter = sniffer.sniff(text).delimiter
        header = sniffer.has_header(text)
    except csv.Error:
        return False
    return delimiter == case.delimiter and header == bool(case.names)


def main() -> None:
    ours = sniffed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for case in CASES:
            path.write_bytes(case.content)
            right = layerwise_is_right(case, path), sniffer_is_right(case, path)
            ours, sniffed = ours + right[0], sniffed + right[1]
            if right != (True, True):
                shown = ["right" if each else "wrong" for each in right]
                print(f"{case.name:44} Layerwise {shown[0]}   csv.Sniffer {shown[1]}")
    print(f"{len(CASES)} files: Layerwise {ours} right, csv.Sniffer {sniffed}")


if __name__ == "__main__":
    main()
