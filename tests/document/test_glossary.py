"""The glossary: sound in itself, and with an entry for every term of the settings."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator

import pytest

from desktop import document, paths
from desktop.document.data import DataSource
from desktop.document.data.table import Column
from desktop.document.fields import fields_of
from desktop.document.glossary import Entry, Glossary, load_glossary
from desktop.document.spec import Spec

# Titles of settings that say what they are in ordinary words.
ORDINARY = {
    "Center", "Keep dimensions", "Maximum value", "Mean", "Minimum value", "Value",
}  # fmt: skip


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load_glossary(paths.resources() / "glossary.json")


def spec_classes(base: type[Spec] = Spec) -> Iterator[type[Spec]]:
    for each in base.__subclasses__():
        if each.__module__.startswith("desktop.document."):
            yield each
            yield from spec_classes(each)


def test_every_name_belongs_to_one_entry_and_every_link_leads_to_one(glossary: Glossary) -> None:
    names = Counter(name.lower() for each in glossary.entries for name in each.names)
    assert [name for name, count in names.items() if count > 1 or "_" in name] == []
    terms = {each.term for each in glossary.entries}
    assert [
        (each.term, to) for each in glossary.entries for to in each.see if to not in terms
    ] == []
    assert [each.term for each in glossary.entries if not each.text.endswith(".")] == []
    lessons = {each.name for each in paths.lessons().iterdir() if each.is_dir()}
    assert {each.lesson for each in glossary.entries} - {""} == lessons
    assert len(terms) > 100


def test_terms_of_settings_have_an_entry(glossary: Glossary) -> None:
    for module in pkgutil.walk_packages(document.__path__, "desktop.document."):
        importlib.import_module(module.name)
    about_data = (DataSource, Column)
    without_forms = ("desktop.document.lessons", "desktop.document.drawings")
    classes = [
        each
        for each in spec_classes()
        if not issubclass(each, about_data) and not each.__module__.startswith(without_forms)
    ]
    titles = {
        field.title
        for each in classes
        if not each.__name__.startswith("_")
        for field in fields_of(each)
        if field.title
    }
    tags = {each.tag for each in classes if each.tag_key and each.tag}
    assert len(titles) > 50 and len(tags) > 40
    without = {text for text in titles | tags if not glossary.mentioned(text)}
    assert without == ORDINARY


def test_the_longest_name_counts(glossary: Glossary) -> None:
    def terms(text: str) -> list[str]:
        return [each.term for each in glossary.mentioned(text)]

    assert terms("Batch size") == ["Batch size"]
    assert terms("batches of one size") == ["Batch"]
    assert terms("sparse_categorical_crossentropy") == ["Crossentropy"]
    assert terms("relu, Activation") == ["ReLU", "Activation function"]
    assert terms("The epochs of an epoch") == ["Epoch"]
    assert terms("Anything else") == []


def test_search_finds_names_before_texts() -> None:
    found = Glossary(
        (
            Entry("Alpha", "What comes before beta."),
            Entry("Beta", "Second."),
            Entry("Gamma", "Third.", forms=("after Beta",)),
        )
    )
    assert [each.term for each in found.matching(" BETA ")] == ["Beta", "Gamma", "Alpha"]
    assert found.matching("delta") == ()
    assert len(found.matching("")) == 3
    entry = found.find(" after beta ")
    assert entry is not None and entry.term == "Gamma"
    assert found.find("delta") is None
