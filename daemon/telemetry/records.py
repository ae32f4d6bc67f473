r"""Audit records: numbered, hash-chained JSON lines; pure functions over bytes.

A body is what happened, one JSON object: `{"kind":"quotes","time":"2026-11-20T14:31:00Z",...}`. A line is the
body with its place in the chain around it, in exactly this shape and without a line break:

    {"seq":N,"prev":"<64 hex>", ...the body's members as they were... ,"hash":"<64 hex>"}

`hash` is the SHA-256 of the line without its `,"hash":"..."` member, and so covers `prev`: a changed byte in
any line breaks that line, a removed or moved line breaks the next one. `sha256sum` alone can check a record.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

GENESIS_HASH = "0" * 64
"""`prev` of the first record, seq 1."""

_LINE = re.compile(
    rb'\{"seq":([1-9][0-9]{0,17}),"prev":"([0-9a-f]{64})",([^\n]+),"hash":"([0-9a-f]{64})"\}',
)


class BadRecord(ValueError):  # noqa: N818 - named for what was found
    """A body or a line is not what it must be.

    Readers add where it was found: the journal a stream id, the audit file a file and a line.
    """


class _Head(msgspec.Struct):
    """The members every body has, and those that it may not have."""

    kind: str
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    seq: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    prev: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    hash: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_HEAD = msgspec.json.Decoder(_Head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line, taken apart.

    Args:
        seq: number of the record; the first is 1.
        prev: hash of the record before, 64 hex digits.
        hash: this record's own hash, 64 hex digits.
        kind: what happened, the body's `kind`.
        time: when, the body's `time`, in UTC.
        body: the body's bytes as the writer gave them.
    """

    seq: int
    prev: str
    hash: str
    kind: str
    time: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The end of a chain: what the next record must follow.

    Args:
        last_seq: seq of the last record, 0 when there is none.
        last_hash: its hash, `GENESIS_HASH` when there is none.
    """

    last_seq: int = 0
    last_hash: str = GENESIS_HASH

    def extend(self, bodies: Sequence[bytes], *, known: bool = False) -> "tuple[Chain, tuple[bytes, ...]]":
        """Make the lines that follow this chain.

        Args:
            bodies: JSON objects with at least `kind` and `time` (with an offset).
            known: they come from our own encoder and are not read again.

        Returns:
            The chain after the last of them, and one line for each, without line breaks.

        Raises:
            BadRecord: a body is not such an object, or has a member that belongs to the chain.
        """
        seq, prev = self.last_seq, self.last_hash
        lines = []
        for body in bodies:
            seq += 1
            if not known:
                _read_head(body, f"body of seq {seq}")
            unsealed = b'{"seq":%d,"prev":"%s",%s}' % (seq, prev.encode(), body[1:-1])
            prev = hashlib.sha256(unsealed).hexdigest()
            lines.append(b'%s,"hash":"%s"}' % (unsealed[:-1], prev.encode()))
        return Chain(last_seq=seq, last_hash=prev), tuple(lines)

    def accept(self, record: Record) -> "Chain":
        """Check that a record is the next one.

        Args:
            record: a record, good in itself.

        Returns:
            The chain after it.

        Raises:
            BadRecord: another record was due here.
        """
        if record.seq != self.last_seq + 1:
            raise BadRecord(f"seq {record.seq} found, seq {self.last_seq + 1} was due")
        if record.prev != self.last_hash:
            raise BadRecord(
                f"seq {record.seq}: prev says {record.prev}, seq {self.last_seq} has hash {self.last_hash}",
            )
        return Chain(last_seq=record.seq, last_hash=record.hash)


GENESIS = Chain()
"""The chain before the first record."""


def parse_line(line: bytes) -> Record:
    """Take one line apart and check it against its own hash.

    Args:
        line: the line's bytes, without the line break.

    Returns:
        The record; its `prev` is not compared with anything.

    Raises:
        BadRecord: the line is not of the shape above, or its hash is not that of its bytes.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadRecord(f"not a record line ({_excerpt(line)})")
    seq, prev, members, stated = match.groups()
    unsealed = line[: match.end(3)] + b"}"
    found = hashlib.sha256(unsealed).hexdigest()
    if found != stated.decode():
        raise BadRecord(f"seq {int(seq)}: hash says {stated.decode()}, the line's bytes give {found}")
    body = b"{%s}" % members
    head = _read_head(body, f"seq {int(seq)}")
    return Record(
        seq=int(seq),
        prev=prev.decode(),
        hash=found,
        kind=head.kind,
        time=head.time.astimezone(UTC),
        body=body,
    )


def verify(lines: Iterable[bytes], start: Chain | None) -> Iterator[Record]:
    """Check lines one after the other.

    Args:
        lines: lines without line breaks, in order.
        start: the chain that the first line must follow; None takes the first line's own `seq` and `prev`.

    Yields:
        The record of each line, checked.

    Raises:
        BadRecord: at the first line that does not hold.
    """
    chain = start
    for line in lines:
        record = parse_line(line)
        chain = (chain or before(record)).accept(record)
        yield record


def before(record: Record) -> Chain:
    """Give the chain that a record says it follows.

    Args:
        record: a record.

    Returns:
        The chain that ends right before it.
    """
    return Chain(last_seq=record.seq - 1, last_hash=record.prev)


def _read_head(body: bytes, whose: str) -> _Head:
    """Decode what the chain needs of a body; BadRecord names `whose` it is."""
    if not (body.startswith(b"{") and body.endswith(b"}")) or b"\n" in body:
        raise BadRecord(f"{whose}: not a JSON object on one line ({_excerpt(body)})")
    try:
        head = _HEAD.decode(body)
    except msgspec.MsgspecError as error:
        raise BadRecord(f"{whose}: {error} ({_excerpt(body)})") from error
    for name in ("seq", "prev", "hash"):
        if getattr(head, name) is not msgspec.UNSET:
            raise BadRecord(f"{whose}: member `{name}` belongs to the chain, a body cannot carry it")
    return head


def _excerpt(line: bytes) -> str:
    """Show the start of bytes in a message: 60 bytes say enough."""
    return f"{len(line)} bytes: {line[:60]!r}"
