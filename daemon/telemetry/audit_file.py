"""The audit files: the journal's complete copy as plain lines, one file a trading day, one chain through all.

The journal is written first and is the truth; these files are caught up from it at start. So a tail that a
crash has torn is cut here and copied again, and a line that the files have already is not written twice.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from daemon.errors import AuditTampered, AuditUnavailable
from daemon.telemetry.audit_tail import TornTail, audit_files, file_of, last_record
from daemon.telemetry.checkpoints import Checkpoint, state_file, write
from daemon.telemetry.durable import sync_folder
from daemon.telemetry.records import GENESIS, BadRecord, Chain, Record, parse_line


class Lines(Protocol):
    """What a commit is to the audit file."""

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Record lines in order, without line breaks."""


class AuditFile:
    """Appends record lines to the file of their day.

    After `AuditUnavailable` the files' end is unknown: `open` again before anything else.

    Args:
        folder: where the files are; made private (0700), files are 0600.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chain: Chain | None = None
        self._day: date | None = None
        self._descriptor: int | None = None

    def open(self) -> TornTail | None:
        """Find the end of the chain.

        Returns:
            What was cut off the newest file because a crash had torn it, or None.

        Raises:
            AuditUnavailable: the folder or a file cannot be read or written.
            AuditTampered: the last line is no record, and no crash does that.
        """
        self.close()
        with self._disk():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            files = audit_files(self._folder)
            self._day = max(files, default=None)
            if self._day is not None and files[self._day].suffix == ".gz":
                raise AuditUnavailable(f"{files[self._day]} is the newest and is written on: gunzip it")
            torn: TornTail | None = None
            for path in reversed(files.values()):
                record, cut = last_record(path)
                torn = torn or cut
                if record is not None:
                    self._chain = Chain(last_seq=record.seq, last_hash=record.hash)
                    return torn
            self._chain = GENESIS
            return torn

    def tip(self) -> Chain:
        """Tell what the next line must follow."""
        assert self._chain is not None, "open the audit files first"
        return self._chain

    def begins(self, day: date) -> bool:
        """Tell whether the next line of a day begins a new file."""
        return self._day is None or day > self._day

    def keep_state(self, day: date, state: Checkpoint) -> None:
        """Keep the state before the first line of a day, so that decisions can be made again from there.

        Args:
            day: a day whose file begins now.
            state: as of the tip.

        Raises:
            AuditUnavailable: the disk is full, or the folder cannot be written.
        """
        with self._disk():
            write(state_file(self._folder, day), state)

    def append(self, day: date, lines: Sequence[bytes]) -> int:
        """Write lines; they are on disk after `sync`.

        Lines up to the tip are there already and are not written again.

        Args:
            day: the trading day in New York that the lines belong to. A day before the newest file's goes to
                the newest file, so that the order of files stays the order of the chain.
            lines: complete record lines in order, without line breaks.

        Returns:
            How many were written.

        Raises:
            AuditUnavailable: the disk is full, or the folder cannot be written.
            AuditTampered: a line does not follow the tip, or is not the one on file; nothing was written.
        """
        chain, new = self.tip(), []
        try:
            for line in lines:
                record = parse_line(line)
                if not _on_file(record, chain):
                    chain = chain.accept(record)
                    new.append(line)
        except BadRecord as error:
            raise AuditTampered(f"{self._folder} and the journal differ: {error}") from error
        if new:
            with self._disk():
                self._write(max(day, self._day or day), b"\n".join(new) + b"\n")
            self._chain = chain
        return len(new)

    def extend(self, day: date, before: Chain, after: Chain, lines: Sequence[bytes]) -> None:
        """Write lines that the caller has made itself, without checking them again.

        Args:
            day: as `append`.
            before: the chain that the lines follow; where it is not the tip, `append` sorts it out.
            after: the chain that they end.
            lines: as `append`.

        Raises:
            AuditUnavailable: as `append`.
            AuditTampered: as `append`.
        """
        if before != self.tip():
            self.append(day, lines)
            return
        with self._disk():
            self._write(max(day, self._day or day), b"\n".join(lines) + b"\n")
        self._chain = after

    async def catch_up(self, commits: AsyncIterator[Lines], day_of: Callable[[datetime], date]) -> int:
        """Copy what the journal has and the files do not, and sync.

        Args:
            commits: the journal's commits from `tip().last_seq` on.
            day_of: the trading day of a record's time; a commit belongs to the day of its first record.

        Returns:
            How many lines were written.

        Raises:
            AuditUnavailable: as `append`.
            AuditTampered: as `append`.
        """
        written = 0
        async for commit in commits:
            try:
                day = day_of(parse_line(commit.lines[0]).time)
            except BadRecord as error:
                raise AuditTampered(f"the journal cannot be copied to {self._folder}: {error}") from error
            written += self.append(day, commit.lines)
        self.sync()
        return written

    def sync(self) -> None:
        """Bring what was appended to the disk (fdatasync).

        Raises:
            AuditUnavailable: the disk refuses.
        """
        if self._descriptor is not None:
            with self._disk():
                os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Sync and close; closing twice is fine.

        Raises:
            AuditUnavailable: the disk refuses.
        """
        self.sync()
        self._forget()

    def _write(self, day: date, data: bytes) -> None:
        """Write whole lines to the file of a day, which becomes the newest."""
        if self._descriptor is None or day != self._day:
            if self._descriptor is not None:
                os.fdatasync(self._descriptor)
                os.close(self._descriptor)
                self._descriptor = None
            path = file_of(self._folder, day)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._day = day
            sync_folder(self._folder)
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def _forget(self) -> None:
        """Close the file and forget where the chain ends."""
        descriptor, self._descriptor = self._descriptor, None
        self._chain, self._day = None, None
        if descriptor is not None:
            os.close(descriptor)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Turn what the disk refuses into one error that says what to do."""
        try:
            yield
        except OSError as error:
            self._forget()
            raise AuditUnavailable(
                f"cannot keep the audit files in {error.filename or self._folder}: {error.strerror}; "
                "free the disk or give the daemon this folder",
            ) from error


def _on_file(record: Record, chain: Chain) -> bool:
    """Tell whether the files have a record; BadRecord when they have another one in its place."""
    if record.seq == chain.last_seq and record.hash != chain.last_hash:
        raise BadRecord(f"seq {record.seq} has hash {record.hash} there, {chain.last_hash} on file")
    return record.seq <= chain.last_seq
