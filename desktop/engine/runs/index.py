"""The index of all runs: an SQLite file that says of each what the table of runs shows.

Several programs may write it at once: readers see what was there when they began, writers take
turns (https://sqlite.org/wal.html). It holds nothing that the folders of the runs do not say.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.engine.runs.summary import RunSummary

VERSION = 2  # of the tables and of RunSummary; an index of an older one is made again
PATIENCE = 2.0  # seconds to wait for another writer

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
_UNWRITABLE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
)
_TABLES = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    stamp INTEGER NOT NULL,  -- another one after each change
    running INTEGER NOT NULL,
    starred INTEGER NOT NULL,
    weights INTEGER NOT NULL,
    summary TEXT NOT NULL,
    project TEXT NOT NULL
);
-- Small ones, so that the long rows need not be read:
CREATE INDEX stamps ON runs (id, stamp);
CREATE INDEX running ON runs (id) WHERE running;
CREATE INDEX weighty ON runs (id, starred, weights) WHERE weights;
"""
MANY = 200  # rows from which all are read at once


class DamagedIndexError(Exception):
    """The file is no index of this version."""


def cannot_be_written(error: sqlite3.Error) -> bool:
    """Whether there is no room for the index, or no permission to write it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNWRITABLE


class Index:
    """The open index at `path`, for any thread; without one, it is in memory.

    Raises DamagedIndexError and sqlite3.Error. So do its methods.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._read: dict[str, tuple[int, RunSummary]] = {}  # what `all` found last, with stamps
        self._connection = sqlite3.connect(
            path or ":memory:", timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            with self._speaking() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                with self.transaction():
                    (version,) = connection.execute("PRAGMA user_version").fetchone()
                    if version > VERSION:
                        raise DamagedIndexError(f"it is of version {version}")
                    if version < VERSION:
                        connection.execute("DROP TABLE IF EXISTS runs")
                        for statement in _TABLES.split(";"):
                            connection.execute(statement)
                        connection.execute(f"PRAGMA user_version={VERSION}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in this context is done at once, while no other program writes."""
        with self._speaking() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def put(self, run: RunSummary) -> None:
        """Add `run`, or replace what is there of it."""
        self._insert("REPLACE", run)

    def add(self, run: RunSummary) -> None:
        """Add `run` unless it is there."""
        self._insert("IGNORE", run)

    def _insert(self, otherwise: str, run: RunSummary) -> None:
        with self._speaking() as connection:
            connection.execute(
                f"INSERT OR {otherwise} INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    run.id,
                    random.getrandbits(62),
                    run.outcome is None,
                    run.starred,
                    run.weights,
                    run.values(),
                    run.project_text,
                ),
            )

    def remove(self, runs: Iterable[str]) -> None:
        with self._speaking() as connection:
            connection.executemany("DELETE FROM runs WHERE id = ?", [(run,) for run in runs])

    def all(self) -> tuple[RunSummary, ...]:
        """Every run, the latest first; those that are as they were last time are the same ones."""
        with self._speaking() as connection:
            rows = connection.execute("SELECT id, stamp FROM runs ORDER BY id DESC").fetchall()
            read = {run: self._read[run] for run, stamp in rows if self._has_read(run, stamp)}
            new = {run: stamp for run, stamp in rows if run not in read}
            # One that is changed meanwhile has another stamp the next time.
            for summary in self._summaries(connection, new):
                if summary.id in new:
                    read[summary.id] = new[summary.id], summary
            self._read = read
        return tuple(read[run][1] for run, _ in rows if run in read)

    def _has_read(self, run: str, stamp: int) -> bool:
        return run in self._read and self._read[run][0] == stamp

    def _summaries(
        self, connection: sqlite3.Connection, runs: Collection[str]
    ) -> Iterator[RunSummary]:
        query = "SELECT summary, project FROM runs"
        if len(runs) > MANY:
            rows = connection.execute(query).fetchall()
        else:
            query += " WHERE id = ?"
            rows = [row for run in runs for row in connection.execute(query, (run,))]
        try:
            yield from RunSummary.from_values(rows)
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedIndexError(f"a line of it cannot be read: {error}") from error

    @property
    def version(self) -> int:
        """Another number than before if anybody else has changed the index since."""
        with self._speaking() as connection:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            return int(version)

    def ids(self) -> set[str]:
        with self._speaking() as connection:
            return {run for (run,) in connection.execute("SELECT id FROM runs")}

    def running(self) -> tuple[str, ...]:
        """Those that have not ended, as far as is known here."""
        with self._speaking() as connection:
            rows = connection.execute("SELECT id FROM runs WHERE running")
            return tuple(run for (run,) in rows)

    def weights(self) -> tuple[tuple[str, bool, int], ...]:
        """Id, star and bytes of the weights of those that have any, the latest first."""
        with self._speaking() as connection:
            rows = connection.execute(
                "SELECT id, starred, weights FROM runs WHERE weights ORDER BY id DESC"
            )
            return tuple((run, bool(starred), size) for run, starred, size in rows)

    @contextmanager
    def _speaking(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                    raise DamagedIndexError(str(error)) from error
                raise
