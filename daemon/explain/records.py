"""Record lines decoded to what was written: an event, or what `step` said to it."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from daemon.audit_search import Wanted, search
from daemon.errors import AuditTampered, HedgedError
from daemon.telemetry.records import Record
from strategies.core.events import AnyEvent
from strategies.core.records import AnyRecord

_DECODER: msgspec.json.Decoder[AnyEvent | AnyRecord] = msgspec.json.Decoder(AnyEvent | AnyRecord)


class Found(NamedTuple):
    """One record: its sequence number, and what it holds."""

    seq: int
    item: AnyEvent | AnyRecord


def decode(record: Record) -> Found:
    """Decode a record.

    Raises:
        AuditTampered: it is none of this version.
    """
    try:
        return Found(record.seq, _DECODER.decode(record.body))
    except msgspec.MsgspecError as error:
        raise AuditTampered(
            f"seq {record.seq} ({record.kind}) is no record of this version: {error}; explain it with the "
            "version that wrote it"
        ) from error


def find(folder: Path, wanted: Wanted) -> list[Found]:
    """Return the wanted records of all files, decoded, in order."""
    return [decode(record) for record in search(folder, wanted)]


def unknown(what: str, name: str, folder: Path, known: Iterable[str]) -> HedgedError:
    """Return the error for a name that no record carries; the nearest known ones are shown."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3) or names[-3:]
    hint = f"did you mean {', '.join(near)}?" if near else "there is none at all"
    return HedgedError(f"{what} {name!r} is not in the audit files of {folder}: {hint}")
