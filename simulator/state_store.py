"""The file in which a gateway's state lies: SQLite, so that a killed process leaves a whole one."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

FILE = "gateway.sqlite3"
_VERSION = 1
# Commits survive the end of the process at once, that of the machine after the next checkpoint.
_PRAGMAS = ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL")
_TABLES = ("facts (name TEXT PRIMARY KEY, value BLOB)", "orders (id INTEGER PRIMARY KEY, value BLOB)")
_Record = TypeVar("_Record")


class StateError(Exception):
    """A state cannot be used; the message says which, why, and what to do."""


class StateStore:
    """Facts by name, and orders and executions by number.

    Args:
        folder: where the file lies; made if it does not exist. One gateway at a time has it.

    Raises:
        StateError: the folder cannot be written, another gateway has it, or it is no state of this version.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self._path, timeout=0.0, isolation_level=None)
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"--state {folder}: {error}; give a folder that can be written and that no other gateway uses"
            ) from error

    def facts(self, name: str, kind: type[_Record]) -> _Record | None:
        """Return a fact, None if there is none."""
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else self._read(row[0], kind)

    def rows(self, table: str, kind: type[_Record]) -> list[_Record]:
        """Return all records of a table by number."""
        found = self._base.execute(f"SELECT value FROM {table} ORDER BY id")  # noqa: S608 - our own names
        return [self._read(value, kind) for (value,) in found]

    def write(
        self,
        facts: Iterable[tuple[str, object]],
        orders: Iterable[tuple[int, object]],
        executions: Iterable[tuple[int, object]],
    ) -> None:
        """Write down what has changed, all of it or nothing."""
        self._base.execute("BEGIN")
        for table, rows in (("facts", facts), ("orders", orders), ("executions", executions)):
            values = [(key, msgspec.msgpack.encode(value)) for key, value in rows]
            self._base.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", values)  # noqa: S608 - our own names
        self._base.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _open(self) -> None:
        for pragma in _PRAGMAS:
            self._base.execute(f"PRAGMA {pragma}")
        self._base.execute("BEGIN EXCLUSIVE")
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError(f"{self._path.name} is of version {version}, this is {_VERSION}")
        for table in (*_TABLES, "executions (id INTEGER PRIMARY KEY, value BLOB)"):
            self._base.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        self._base.execute(f"PRAGMA user_version = {_VERSION}")
        self._base.execute("COMMIT")

    def _read(self, value: bytes, kind: type[_Record]) -> _Record:
        try:
            return msgspec.msgpack.decode(value, type=kind)
        except msgspec.DecodeError as error:
            raise StateError(f"{self._path}: {error}; it is damaged, begin anew in another folder") from error
