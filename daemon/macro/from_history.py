"""Making a folder of macro facts out of a folder of real data, with the lags of `history_files`."""

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

from daemon.errors import ConfigError
from daemon.macro.history_files import HISTORY_FILES, HistoryFile, Row
from daemon.macro.series_file import COLUMNS
from strategies.core.macro import MacroFact


def available(folder: Path) -> tuple[HistoryFile, ...]:
    """Return which series a data folder has a file for."""
    return tuple(file for file in HISTORY_FILES if (folder / f"{file.file}.csv").is_file())


def write_from_history(folder: Path, out: Path) -> dict[str, int]:
    """Write a file a series.

    Args:
        folder: the real data, one CSV file a series.
        out: where the files go; made if it is not there, and otherwise empty.

    Returns:
        Rows written, by series.

    Raises:
        ConfigError: there is nothing to read, a file is wrong, or `out` holds files or cannot be written.
    """
    files = available(folder)
    if not files:
        names = ", ".join(f"{file.file}.csv" for file in HISTORY_FILES)
        raise ConfigError(f"{folder} has none of the files that macro facts are made of: {names}")
    content = {file: file.rows(folder) for file in files}
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise ConfigError(f"{out} is not empty: give a folder that is not there yet")
        for file, rows in content.items():
            note = f"# {file.file}.csv; release set, not published: {file.lag} (New York)"
            text = "\n".join([note, ",".join(COLUMNS), *_cells(rows)]) + "\n"
            (out / f"{file.series}.csv").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename or out}: {error.strerror}") from error
    return {str(file.series): len(rows) for file, rows in content.items()}


def _cells(rows: Iterable[Row]) -> list[str]:
    return [
        f"{period},{released.isoformat()},{'' if value is None else repr(value)}"
        for period, released, value in rows
    ]


def facts_from_history(folder: Path) -> tuple[MacroFact, ...]:
    """Return what `write_from_history` would write, as facts.

    Raises:
        ConfigError: a file is wrong.
    """
    return tuple(
        MacroFact(file.series, row.period, row.released.astimezone(UTC), row.value)
        for file in available(folder)
        for row in file.rows(folder)
    )
