"""Macro facts from a folder that the user maintains: one file a series, SERIES.csv."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.errors import ConfigError
from daemon.macro import series_file
from daemon.macro.series_file import SeriesFile
from strategies.core.macro import MacroFact, Series

_SUFFIX = ".csv"
_FAULTS_SHOWN = 20
_READ_ME = frozenset({"README", "README.md", "README.txt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a folder holds, by series in the order of `Series`, and every fault."""

    files: tuple[SeriesFile, ...]
    faults: tuple[str, ...]

    @property
    def facts(self) -> tuple[MacroFact, ...]:
        """All facts of all files."""
        return tuple(fact for file in self.files for fact in file.facts)


def read_folder(path: Path) -> Folder:
    """Read a folder; what is wrong is in `faults`.

    Raises:
        ConfigError: there is no such folder, or it or a file cannot be read.
    """
    if not path.is_dir():
        raise ConfigError(f"macro folder {path}: there is no such folder")
    try:
        names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
        faults = [f"{path / name}: {_stranger(name)}" for name in names if _is_strange(name)]
        files = tuple(
            series_file.read(path / f"{series}{_SUFFIX}", series)
            for series in Series
            if f"{series}{_SUFFIX}" in names
        )
    except OSError as error:
        raise ConfigError(f"macro folder: cannot read {error.filename or path}: {error.strerror}") from error
    if not files and not faults:
        faults = [
            f"{path}: it holds no series: add {', '.join(f'{s}{_SUFFIX}' for s in Series)} as you have them"
        ]
    return Folder(files=files, faults=(*faults, *(fault for file in files for fault in file.faults)))


def _is_strange(name: str) -> bool:
    return name not in _READ_ME and name not in {f"{series}{_SUFFIX}" for series in Series}


def _stranger(name: str) -> str:
    known = [f"{series}{_SUFFIX}" for series in Series]
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    return f"unknown file{guess}: remove it or name it for a series"


class FolderSource:
    """`MacroSource` of a folder; it is read anew each time, so that a line added counts without a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> Sequence[MacroFact]:
        """Return the folder's facts; see `MacroSource.read`."""
        folder = await asyncio.to_thread(read_folder, self._path)
        if folder.faults:
            raise ConfigError("\n".join(shown(folder.faults)))
        return folder.facts


def shown(faults: Sequence[str]) -> list[str]:
    """Return the first faults, and how many more there are."""
    left = len(faults) - _FAULTS_SHOWN
    more = [f"and {left} more: hedged macro check prints all"] if left > 0 else []
    return [*faults[:_FAULTS_SHOWN], *more]
