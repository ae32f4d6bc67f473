"""`hedged macro check`: what a folder of macro facts holds, in a table, and what is wrong with it."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from daemon.clock import SystemClock
from daemon.errors import ExitCode
from daemon.macro.folder import Folder, read_folder
from daemon.macro.series_file import SeriesFile

_COLUMNS = ("series", "points", "first", "last", "gaps", "age, days")


def check_folder(path: Path) -> ExitCode:
    """Print the table to stdout and each fault to stderr; return 0 if there is none.

    Raises:
        ConfigError: the folder cannot be read at all.
    """
    folder = read_folder(path)
    now = SystemClock().now()
    table = Table(*_COLUMNS, title=str(path), title_justify="left")
    for row in rows(folder, now):
        table.add_row(*row)
    Console(soft_wrap=True).print(table)
    sys.stdout.writelines(f"{file.series}: {file.note}\n" for file in folder.files if file.note)
    sys.stderr.writelines(f"hedged: error: {fault}\n" for fault in folder.faults)
    return ExitCode.CONFIG if folder.faults else ExitCode.OK


def rows(folder: Folder, now: datetime) -> list[Sequence[str]]:
    """Return a row a series: points, first and last period, missing periods, days since the last release."""
    return [_row(file, now) for file in folder.files]


def _row(file: SeriesFile, now: datetime) -> Sequence[str]:
    days = sorted({fact.period for fact in file.facts})
    released = [fact.released for fact in file.facts if fact.released <= now]
    age = str((now - max(released)).days) if released else "-"
    first, last = (str(days[0]), str(days[-1])) if days else ("-", "-")
    return (file.series, str(len(days)), first, last, str(file.gaps), age)
