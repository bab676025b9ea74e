"""Garbage is found and destroyed on the GUI thread, whoever makes it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.garbage import collector_paused
from desktop.workers.collector import INTERVAL, Collector


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    gc.enable()
    collector = Collector()
    yield collector
    collector.close()
    assert gc.isenabled()
    gc.disable()


class Knot:
    """Garbage as soon as nobody has it, that notes the thread it is destroyed on."""

    def __init__(self, destroyed_on: list[threading.Thread]) -> None:
        self.itself = self
        self.destroyed_on = destroyed_on

    def __del__(self) -> None:
        self.destroyed_on.append(threading.current_thread())


def make_garbage(destroyed_on: list[threading.Thread], kept: list[object]) -> None:
    """A knot, and more objects than Python makes without looking for garbage."""
    Knot(destroyed_on)
    kept.extend([] for _ in range(100_000))


def test_python_by_itself_destroys_it_on_any_thread() -> None:
    """What the collector is for."""
    destroyed_on: list[threading.Thread] = []
    gc.enable()
    thread = threading.Thread(target=make_garbage, args=(destroyed_on, []))
    thread.start()
    thread.join()
    gc.disable()
    assert destroyed_on == [thread]


def test_garbage_of_any_thread_is_destroyed_here(collector: Collector, qtbot: QtBot) -> None:
    destroyed_on: list[threading.Thread] = []
    kept: list[object] = []
    thread = threading.Thread(target=make_garbage, args=(destroyed_on, kept))
    thread.start()
    thread.join()
    assert destroyed_on == []
    qtbot.waitUntil(lambda: bool(destroyed_on), timeout=60_000)
    assert destroyed_on == [threading.main_thread()]


def test_what_is_old_is_found_too(collector: Collector) -> None:
    destroyed_on: list[threading.Thread] = []
    knot = Knot(destroyed_on)
    gc.collect(0)
    gc.collect(1)  # it is in the oldest generation now
    del knot
    collector.collect()
    assert destroyed_on == [threading.main_thread()]


def test_nobody_looks_while_much_is_loaded(collector: Collector, qtbot: QtBot) -> None:
    destroyed_on: list[threading.Thread] = []
    kept: list[object] = []
    with collector_paused(), collector_paused():
        make_garbage(destroyed_on, kept)
        qtbot.wait(3 * INTERVAL)
        collector.collect()
        assert destroyed_on == []
    qtbot.waitUntil(lambda: bool(destroyed_on), timeout=60_000)


def test_python_looks_again_after_the_last_of_several() -> None:
    gc.enable()
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()
