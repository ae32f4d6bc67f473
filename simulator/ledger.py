"""The gateway's own truth as JSON lines: what it received and what it executed, for tests and comparisons."""

import json
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO


class Ledger:
    """Appends one JSON object a line and flushes each; without a path it keeps nothing.

    Args:
        path: file to write, None for no ledger.
        append: go on after what is there; otherwise it is written anew.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path | None, *, append: bool = False) -> None:
        self._file: TextIO | None = None
        if path is not None:
            self._file = path.open("a", encoding="utf-8") if append else path.open("w", encoding="utf-8")

    def write(self, kind: str, time: datetime, **facts: object) -> None:
        """Append one record.

        Args:
            kind: "place", "cancel", "execution", "settlement", "connect", "disconnect", "connectivity" (with
                its code), "offline" or "online".
            time: the gateway's time.
            facts: what is recorded; JSON values.
        """
        if self._file is None:
            return
        self._file.write(json.dumps({"kind": kind, "time": time.isoformat(), **facts}) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
