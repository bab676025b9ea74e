"""Small tables as programs and people write them, each with what it holds.

`rows` are the first rows as they have to be split; the dialect is what a reader needs to get them.
"""

from __future__ import annotations

import codecs
import gzip
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A file and its reading. `asked` says that it is ambiguous, so that the user is asked."""

    name: str
    content: bytes
    names: tuple[str, ...]  # of the header; empty if there is none
    first: tuple[str, ...]  # cells of the first row
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    quote: str = '"'
    asked: bool = False
    rows: int = 30


def _text(*lines: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def _numbers(delimiter: str, rows: int = 30, decimal: str = ".") -> list[str]:
    """Rows of three measured values."""
    return [
        delimiter.join(
            f"{value:.2f}".replace(".", decimal)
            for value in (row * 0.37 + 1, 40 - row * 1.13, (row * 7) % 11 + 0.5)
        )
        for row in range(rows)
    ]


def _people(delimiter: str, rows: int = 30) -> list[str]:
    """Rows of a name, an age, a city and a class."""
    names = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret")
    cities = ("London", "New York", "Zürich", "São Paulo")
    return [
        delimiter.join(
            (
                f"{names[row % 7]} {chr(65 + row % 26)}.",
                str(20 + (row * 13) % 50),
                cities[row % 4],
                ("yes", "no")[row % 3 == 0],
            )
        )
        for row in range(rows)
    ]


_HEAD = ("height", "weight", "age")
_FIRST = ("1.00", "40.00", "0.50")
_GERMAN = ("1,00", "40,00", "0,50")
_PEOPLE = ("name", "age", "city", "member")
_ADA = ("Ada A.", "20", "London", "no")


def _delimiters() -> list[Case]:
    cases = []
    for name, sign in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        head, people = sign.join(_HEAD), sign.join(_PEOPLE)
        cases += [
            Case(f"{name}, header", _text(head, *_numbers(sign)), _HEAD, _FIRST, sign),
            Case(f"{name}, no header", _text(*_numbers(sign)), (), _FIRST, sign),
            Case(f"{name}, words", _text(people, *_people(sign)), _PEOPLE, _ADA, sign),
            Case(f"{name}, words, no header", _text(*_people(sign)), (), _ADA, sign),
            Case(
                f"{name}, Windows lines",
                _text(head, *_numbers(sign), end="\r\n"),
                _HEAD,
                _FIRST,
                sign,
            ),
            Case(
                f"{name}, three rows", _text(head, *_numbers(sign, 3)), _HEAD, _FIRST, sign, rows=3
            ),
        ]
    spaced = [row.replace(",", "   ") for row in _numbers(",")]
    aligned = [f"{row:>5}  {row * 1.5:8.2f} {row % 4:4d}" for row in range(30)]
    cases += [
        Case("spaces, header", _text("height   weight   age", *spaced), _HEAD, _FIRST, " "),
        Case("spaces, aligned", _text(*aligned), (), ("0", "0.00", "0"), " "),
        Case(
            "comma and space",
            _text(", ".join(_HEAD), *_numbers(", ")),
            _HEAD,
            _FIRST,
        ),
        Case(
            "old Macintosh lines", _text("a,b,c", *_numbers(","), end="\r"), ("a", "b", "c"), _FIRST
        ),
        Case(
            "no line break at the end",
            _text(",".join(_HEAD), *_numbers(",")).rstrip(b"\n"),
            _HEAD,
            _FIRST,
        ),
        Case(
            "empty lines between",
            _text(",".join(_HEAD), "", *_numbers(",", 5), "", *_numbers(",", 5), ""),
            _HEAD,
            _FIRST,
            rows=10,
        ),
    ]
    return cases


def _numbers_of_countries() -> list[Case]:
    german = ";".join(_HEAD)
    money = [
        f"{name};{1000 + row * 1234:,}".replace(",", ".") + ",50"
        for row, name in enumerate("abcdefgh")
    ]
    return [
        Case("decimal comma", _text(german, *_numbers(";", decimal=",")), _HEAD, _GERMAN, ";", ","),
        Case("decimal comma, tab", _text(*_numbers("\t", decimal=",")), (), _GERMAN, "\t", ","),
        Case("decimal comma, spaces", _text(*_numbers(" ", decimal=",")), (), _GERMAN, " ", ","),
        Case(
            "decimal comma in quotes",
            _text('"a","b"', *(f'"{row},5","{row * 2},25"' for row in range(20))),
            ("a", "b"),
            ("0,5", "0,25"),
            ",",
            ",",
            rows=20,
        ),
        Case(
            "points group digits",
            _text("item;price", *money),
            ("item", "price"),
            ("a", "1.000,50"),
            ";",
            ",",
            ".",
            rows=8,
        ),
        Case(
            "commas group digits",
            _text(
                "item,price",
                *(f'{name},"{1000 + row * 1234:,}.75"' for row, name in enumerate("abcdefgh")),
            ),
            ("item", "price"),
            ("a", "1,000.75"),
            thousands=",",
            rows=8,
        ),
        Case(
            "spaces group digits",
            _text(
                "item;people",
                *(
                    f"{name};{10000 + row * 123456:,}".replace(",", " ")
                    for row, name in enumerate("abcdefgh")
                ),
            ),
            ("item", "people"),
            ("a", "10 000"),
            ";",
            thousands=" ",
            rows=8,
        ),
        Case(
            "apostrophes group digits",
            _text(
                "item;people",
                *(
                    f"{name};{10000 + row * 123456:,}".replace(",", "'")
                    for row, name in enumerate("abcdefgh")
                ),
            ),
            ("item", "people"),
            ("a", "10'000"),
            ";",
            thousands="'",
            rows=8,
        ),
        Case(
            "comma, fraction or thousands",
            _text(
                "item\tprice",
                *(
                    f"{name}\t{row + 1},{row * 111 % 900 + 100}"
                    for row, name in enumerate("abcdefgh")
                ),
            ),
            ("item", "price"),
            ("a", "1,100"),
            "\t",
            thousands=",",
            asked=True,
            rows=8,
        ),
        Case(
            "exponents",
            _text("x,y", *(f"{row}.5e-{row},{row}E+03" for row in range(20))),
            ("x", "y"),
            ("0.5e-0", "0E+03"),
            rows=20,
        ),
        Case(
            "percent",
            _text("rate,n", *(f"{row}.5%,{row}" for row in range(20))),
            ("rate", "n"),
            ("0.5%", "0"),
            rows=20,
        ),
        Case(
            "dollars",
            _text("price,n", *(f"${row}.50,{row}" for row in range(20))),
            ("price", "n"),
            ("$0.50", "0"),
            rows=20,
        ),
        Case(
            "signs",
            _text("x,y", *(f"{(-1) ** row * row},+{row}" for row in range(20))),
            ("x", "y"),
            ("0", "+0"),
            rows=20,
        ),
        Case(
            "not finite",
            _text("x,y", *(("nan,1", "inf,2", "-inf,3", "1.5,4")[row % 4] for row in range(20))),
            ("x", "y"),
            ("nan", "1"),
            rows=20,
        ),
        Case(
            "no zero before the point",
            _text(*(f".{row + 1},-.{row + 5}" for row in range(20))),
            (),
            (".1", "-.5"),
            rows=20,
        ),
    ]


def _quotes() -> list[Case]:
    title = ("title", "year")
    return [
        Case(
            "delimiters in quotes",
            _text("title,year", *(f'"One, two, {row}",{1990 + row}' for row in range(20))),
            title,
            ("One, two, 0", "1990"),
            rows=20,
        ),
        Case(
            "line breaks in quotes",
            _text("title,year", *(f'"One\ntwo {row}",{1990 + row}' for row in range(20))),
            title,
            ("One\ntwo 0", "1990"),
            rows=20,
        ),
        Case(
            "doubled quotes",
            _text("title,year", *(f'"The ""best"" of {row}",{1990 + row}' for row in range(20))),
            title,
            ('The "best" of 0', "1990"),
            rows=20,
        ),
        Case(
            "escaped quotes",
            _text("title,year", *(f'"The \\"best\\", {row}",{1990 + row}' for row in range(20))),
            title,
            ('The "best", 0', "1990"),
            rows=20,
        ),
        Case(
            "single quotes",
            _text("title,year", *(f"'One, two {row}',{1990 + row}" for row in range(20))),
            title,
            ("One, two 0", "1990"),
            quote="'",
            rows=20,
        ),
        Case(
            "apostrophes in words",
            _text("title,year", *(f"It's {row},{1990 + row}" for row in range(20))),
            title,
            ("It's 0", "1990"),
            rows=20,
        ),
        Case(
            "inches",
            _text("title,year", *(f'pipe {row}",{1990 + row}' for row in range(20))),
            title,
            ('pipe 0"', "1990"),
            rows=20,
        ),
        Case(
            "everything in quotes",
            _text('"a","b","c"', *(f'"{row}","{row * 2}.5","x"' for row in range(20))),
            ("a", "b", "c"),
            ("0", "0.5", "x"),
            rows=20,
        ),
        Case(
            "some in quotes",
            _text("a,b", *(f'"{row}",{row}' if row % 2 else f'{row},"{row}"' for row in range(20))),
            ("a", "b"),
            ("0", "0"),
            rows=20,
        ),
        Case(
            "quotes and semicolons",
            _text("title;year", *(f'"One; two, {row}";{1990 + row}' for row in range(20))),
            title,
            ("One; two, 0", "1990"),
            ";",
            rows=20,
        ),
        Case(
            "a comma in few cells",
            _text(
                "title\tyear",
                *(f"One{', two' if row == 3 else ''} {row}\t{1990 + row}" for row in range(20)),
            ),
            title,
            ("One 0", "1990"),
            "\t",
            rows=20,
        ),
        Case(
            "lists in cells",
            _text("tags\tyear", *(f"a,b,c{row}\t{1990 + row}" for row in range(20))),
            ("tags", "year"),
            ("a,b,c0", "1990"),
            "\t",
            rows=20,
        ),
    ]


def _encodings() -> list[Case]:
    lines = (",".join(_PEOPLE), *_people(","))
    umlaut = ("Straße", "größe")
    german = ("Straße;größe", *(f"Zür{row} Weg;{row},5" for row in range(20)))
    return [
        Case("UTF-8 with mark", codecs.BOM_UTF8 + _text(*lines), _PEOPLE, _ADA),
        Case("UTF-16", _text(*lines, encoding="utf-16"), _PEOPLE, _ADA),
        Case(
            "UTF-16, big end first",
            codecs.BOM_UTF16_BE + _text(*lines, encoding="utf-16-be"),
            _PEOPLE,
            _ADA,
        ),
        Case("UTF-16 without mark", _text(*lines, encoding="utf-16-le"), _PEOPLE, _ADA),
        Case(
            "Latin-1",
            _text(*german, encoding="latin-1"),
            umlaut,
            ("Zür0 Weg", "0,5"),
            ";",
            ",",
            rows=20,
        ),
        Case(
            "Windows-1252",
            _text("price;n", *(f"{row} €;{row}" for row in range(20)), encoding="cp1252"),
            ("price", "n"),
            ("0 €", "0"),
            ";",
            rows=20,
        ),
        Case("gzip", gzip.compress(_text(*lines)), _PEOPLE, _ADA),
        Case("gzip, tab", gzip.compress(_text(*_numbers("\t"))), (), _FIRST, "\t"),
        Case(
            "other scripts",
            _text("名前,年齢", *(f"山田{row},{20 + row}" for row in range(20))),
            ("名前", "年齢"),
            ("山田0", "20"),
            rows=20,
        ),
    ]


def _headers() -> list[Case]:
    years = ("country", "2019", "2020", "2021")
    r_rows = [f'"{row}",{row}.5,{row % 3}' for row in range(1, 20)]
    return [
        Case(
            "years as header",
            _text(
                ",".join(years),
                *(
                    f"{name},{row}.5,{row}.7,{row}.9"
                    for row, name in enumerate(("Peru", "Chad", "Cuba", "Fiji"))
                ),
            ),
            years,
            ("Peru", "0.5", "0.7", "0.9"),
            rows=4,
        ),
        Case(
            "numbers as header, of pandas",
            _text(",0,1,2", *(f"{row},{row}.5,{row}.25,{row % 2}" for row in range(20))),
            ("", "0", "1", "2"),
            ("0", "0.5", "0.25", "0"),
            rows=20,
        ),
        Case("row names of R", _text('"x","k"', *r_rows), ("x", "k"), ("1", "1.5", "1"), rows=19),
        Case(
            "spaces and signs in names",
            _text("Size (cm),Share [%],a/b", *_numbers(",")),
            ("Size (cm)", "Share [%]", "a/b"),
            _FIRST,
        ),
        Case(
            "missing marks in the first row",
            _text(
                *(
                    f"{'?' if row == 0 else row},{row}.5,{'NA' if row == 0 else row}"
                    for row in range(20)
                )
            ),
            (),
            ("?", "0.5", "NA"),
            rows=20,
        ),
        Case(
            "iris",
            _text(
                *(
                    f"{5 + row / 10:.1f},3.{row % 9},1.4,0.2,Iris-{('setosa', 'rosea')[row % 2]}"
                    for row in range(30)
                )
            ),
            (),
            ("5.0", "3.0", "1.4", "0.2", "Iris-setosa"),
        ),
        Case(
            "categories only",
            _text(
                "color,size",
                *(f"{('red', 'blue')[row % 2]},{('S', 'M', 'L')[row % 3]}" for row in range(30)),
            ),
            ("color", "size"),
            ("red", "S"),
        ),
        Case(
            "categories only, no header",
            _text(*(f"{('red', 'blue')[row % 2]},{('S', 'M', 'L')[row % 3]}" for row in range(30))),
            (),
            ("red", "S"),
        ),
        Case(
            "words that are all different",
            _text("first,last", *(f"a{chr(97 + row)}x,b{chr(97 + row)}y" for row in range(20))),
            ("first", "last"),
            ("aax", "bay"),
            asked=True,
            rows=20,
        ),
        Case("one row", _text("a,b,c", "1,2,3"), ("a", "b", "c"), ("1", "2", "3"), rows=1),
        Case(
            "names like dates' columns",
            _text("date,value", *(f"2020-01-{row + 1:02d},{row}" for row in range(20))),
            ("date", "value"),
            ("2020-01-01", "0"),
            rows=20,
        ),
        Case(
            "date and time",
            _text("time,value", *(f"2020-01-{row + 1:02d} 10:30:00,{row}" for row in range(20))),
            ("time", "value"),
            ("2020-01-01 10:30:00", "0"),
            rows=20,
        ),
    ]


def _around() -> list[Case]:
    head = ",".join(_HEAD)
    return [
        Case("title before", _text("Results of the survey", head, *_numbers(",")), _HEAD, _FIRST),
        Case(
            "notes before",
            _text("Title: Results, first part", "Date: 2020-05-01", "", head, *_numbers(",")),
            _HEAD,
            _FIRST,
        ),
        Case(
            "comments before",
            _text("# made by a program", "# version 1.2, build 7", head, *_numbers(",")),
            _HEAD,
            _FIRST,
        ),
        Case(
            "notes, semicolons",
            _text("Export 1.2", "Station: 12, Bonn", ";".join(_HEAD), *_numbers(";", decimal=",")),
            _HEAD,
            _GERMAN,
            ";",
            ",",
        ),
        Case(
            "delimiter at the end",
            _text(head + ",", *(row + "," for row in _numbers(","))),
            (*_HEAD, ""),
            (*_FIRST, ""),
        ),
        Case(
            "delimiter at the end of rows",
            _text(head, *(row + "," for row in _numbers(","))),
            _HEAD,
            (*_FIRST, ""),
        ),
        Case(
            "one column of numbers",
            _text("x", *(f"{row}.5" for row in range(20))),
            ("x",),
            ("0.5",),
            "",
            rows=20,
        ),
        Case(
            "one column of words",
            _text("word", *(("red", "blue")[row % 2] for row in range(20))),
            ("word",),
            ("red",),
            "",
            rows=20,
        ),
        Case(
            "one column of sentences",
            _text(
                "text",
                *(
                    f"Hello, world number {row}" + (", again" if row % 3 else "")
                    for row in range(20)
                ),
            ),
            ("text",),
            ("Hello, world number 0",),
            "",
            asked=True,
            rows=20,
        ),
        Case(
            "missing cells",
            _text("a,b,c", *(f"{row or ''},,{'' if row % 2 else row}" for row in range(20))),
            ("a", "b", "c"),
            ("", "", "0"),
            rows=20,
        ),
        Case(
            "decimals late",
            _text("a;b", *(f"{row};{row}" for row in range(3000)), "3,5;7,25"),
            ("a", "b"),
            ("0", "0"),
            ";",
            ",",
            rows=3001,
        ),
        Case(
            "many columns",
            _text(
                ",".join(f"c{index}" for index in range(300)),
                *(",".join(str((row * index) % 7) for index in range(300)) for row in range(10)),
            ),
            tuple(f"c{index}" for index in range(300)),
            ("0",) * 300,
            rows=10,
        ),
        Case(
            "addresses in cells",
            _text("url,n", *(f"https://example.org/a?b={row}&c=1;2,{row}" for row in range(20))),
            ("url", "n"),
            ("https://example.org/a?b=0&c=1;2", "0"),
            rows=20,
        ),
    ]


CASES = (
    *_delimiters(),
    *_numbers_of_countries(),
    *_quotes(),
    *_encodings(),
    *_headers(),
    *_around(),
)
