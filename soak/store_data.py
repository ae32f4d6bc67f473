"""What the modelled server holds: one stream, one hash, one string a prefix; the scripts in Python.

Every write leaves behind how to undo it, until it is synced.
"""

from collections.abc import Callable, Sequence
from typing import Any

from daemon.store import script

_APPEND, _ENDS, _SNAPSHOT = (script.load(name).sha1 for name in ("append", "ends", "snapshot"))
_TAKE, _RENEW, _RELEASE = (script.load(f"{name}_lease").sha1 for name in ("take", "renew", "release"))
_ZEROS = b"0" * 64


def _bytes(value: Any) -> bytes:  # noqa: ANN401 - what the client would encode
    return value if isinstance(value, bytes) else str(value).encode()


def _entry_seq(entry_id: str) -> int:
    return int(entry_id.removeprefix("(").partition("-")[0])


def _no_time() -> float:
    return 0.0


class Data:
    """Keys and values.

    Attributes:
        streams: by key, entries as (last seq, fields).
        hashes: by key.
        strings: by key.
    """

    def __init__(self, now_s: Callable[[], float] = _no_time) -> None:
        self.now_s = now_s
        self.streams: dict[str, list[tuple[int, dict[bytes, bytes]]]] = {}
        self.hashes: dict[str, dict[str, bytes]] = {}
        self.strings: dict[str, bytes] = {}
        self._runs_out_s: dict[str, float] = {}
        self._undo: list[Callable[[], None]] = []

    def copy(self) -> "Data":
        """Return another server with the same synced data."""
        assert not self._undo, "something is not synced"
        twin = Data()
        twin.streams = {key: list(entries) for key, entries in self.streams.items()}
        twin.hashes = {key: dict(fields) for key, fields in self.hashes.items()}
        twin.strings = dict(self.strings)
        return twin

    def sync(self) -> None:
        """Everything written so far is on disk."""
        self._undo.clear()

    def forget_unsynced(self) -> None:
        """Go back to what is on disk."""
        while self._undo:
            self._undo.pop()()

    def read(self, name: str, args: Sequence[Any]) -> Any:  # noqa: ANN401 - replies are untyped
        """Answer a reading command.

        Raises:
            NotImplementedError: the model does not know it.
        """
        if name == "PING":
            return True
        if name == _ENDS:
            stream, tip, snapshot = args
            entries = self.streams.get(stream, [])[-1:]
            flat = [[_id(seq), [part for pair in fields.items() for part in pair]] for seq, fields in entries]
            return [
                self._fields(tip, "seq", "hash", "sum", "snapshot", "restoring"),
                flat,
                self.strings.get(snapshot),
            ]
        if name == "XRANGE":
            key, start, _, _, count = args
            after = _entry_seq(start)
            entries = self.streams.get(key, [])
            return [(_id(seq), dict(fields)) for seq, fields in _after(entries, after)[: int(count)]]
        if name == "XREVRANGE":
            return [(_id(seq), dict(fields)) for seq, fields in self.streams.get(args[0], [])[-1:]]
        if name == "GET":
            return self.strings.get(args[0])
        if name == "HMGET":
            return self._fields(*args)
        raise NotImplementedError(f"the store model does not know {name}")

    def write(self, name: str, args: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        """Apply a writing command to memory and return its reply.

        Raises:
            NotImplementedError: the model does not know it.
        """
        if name == _APPEND:
            return self._append(*args)
        if name == _SNAPSHOT:
            return self._save(*args)
        if name == "XTRIM":
            return self._trim(args[0], _entry_seq(args[2]))
        if name == _TAKE:
            return self._take(*args)
        if name == _RENEW:
            return self._renew(*args)
        if name == _RELEASE:
            return self._release(*args)
        raise NotImplementedError(f"the store model does not know {name}")

    def _fields(self, key: str, *names: str) -> list[bytes | None]:
        found = self.hashes.get(key, {})
        return [found.get(name) for name in names]

    def _append(self, stream: str, tip: str, *args: Any) -> list[bytes]:  # noqa: ANN401 - what was sent
        first, last, prev, end, lines, digest, token = (_bytes(arg) for arg in args)
        known = self.hashes.get(tip, {})
        if known.get("token", b"0") != token:
            return [b"fenced", known.get("token", b"0"), b""]
        seq, end_hash = known.get("seq", b"0"), known.get("hash", _ZEROS)
        if known.get("sum") == digest:
            return [b"present", seq, end_hash]
        if int(seq) != int(first) - 1 or end_hash != prev:
            return [b"conflict", seq, end_hash]
        entry = {b"first": first, b"prev": prev, b"hash": end, b"lines": lines, b"sum": digest}
        entries = self.streams.setdefault(stream, [])
        entries.append((int(last), entry))
        self._undo.append(lambda: _remove_last(self.streams, stream))
        self._set_fields(tip, seq=last, hash=end, sum=digest)
        return [b"written", last, end]

    def _save(self, key: str, tip: str, seq: Any, value: Any, token: Any) -> list[bytes]:  # noqa: ANN401 - as above
        known = self.hashes.get(tip, {})
        if known.get("token", b"0") != _bytes(token):
            return [b"fenced", known.get("token", b"0"), b""]
        oldest, newest = known.get("snapshot", b"0"), known.get("seq", b"0")
        if not int(oldest) <= int(seq) <= int(newest):
            return [b"conflict", oldest, newest]
        before = self.strings.get(key)
        self.strings[key] = _bytes(value)
        self._undo.append(lambda: _put_back(self.strings, key, before))
        self._set_fields(tip, snapshot=_bytes(seq))
        return [b"written", oldest, newest]

    def _trim(self, key: str, keep_from: int) -> int:
        before = self.streams.get(key, [])
        kept = [entry for entry in before if entry[0] >= keep_from]
        self.streams[key] = kept
        self._undo.append(lambda: self.streams.__setitem__(key, before))
        return len(before) - len(kept)

    def _holder(self, key: str) -> bytes | None:
        """Return who holds a lease that has not run out."""
        return self.strings.get(key) if self._runs_out_s.get(key, 0.0) > self.now_s() else None

    def _take(self, key: str, tip: str, holder: str, length_ms: int, dead: str) -> list[bytes | int]:
        held = self._holder(key)
        if held is not None and held not in {_bytes(holder), _bytes(dead)}:
            return [b"held", held, 0]
        token = int(self.hashes.get(tip, {}).get("token", b"0")) + 1
        self._set_fields(tip, token=b"%d" % token)
        self._hold(key, _bytes(holder), length_ms)
        return [b"taken", _bytes(holder), token]

    def _renew(self, key: str, tip: str, holder: str, length_ms: int, token: int) -> bytes:
        if self.hashes.get(tip, {}).get("token") != _bytes(token):
            return b"lost"
        self._hold(key, _bytes(holder), length_ms)
        return b"renewed"

    def _release(self, key: str, holder: str) -> bytes:
        if self._holder(key) == _bytes(holder):
            self._hold(key, None, 0)
        return b"released"

    def _hold(self, key: str, holder: bytes | None, length_ms: int) -> None:
        before, ran_out_s = self.strings.get(key), self._runs_out_s.get(key, 0.0)
        _put_back(self.strings, key, holder)
        self._runs_out_s[key] = self.now_s() + length_ms / 1000
        self._undo.append(lambda: _put_back(self.strings, key, before))
        self._undo.append(lambda: self._runs_out_s.__setitem__(key, ran_out_s))

    def _set_fields(self, key: str, **fields: bytes) -> None:
        before = dict(self.hashes.get(key, {}))
        self.hashes[key] = before | fields
        self._undo.append(lambda: self._fields_back(key, before))

    def _fields_back(self, key: str, before: dict[str, bytes]) -> None:
        if before:
            self.hashes[key] = before
        else:
            del self.hashes[key]


def _id(seq: int) -> bytes:
    return b"%d-0" % seq


def _after(entries: list[tuple[int, dict[bytes, bytes]]], seq: int) -> list[tuple[int, dict[bytes, bytes]]]:
    """Return the entries after a seq; readers mostly ask near the end."""
    at = len(entries)
    while at and entries[at - 1][0] > seq:
        at -= 1
    return entries[at:]


def _remove_last(streams: dict[str, list[tuple[int, dict[bytes, bytes]]]], key: str) -> None:
    streams[key] = streams[key][:-1]
    if not streams[key]:
        del streams[key]


def _put_back(strings: dict[str, bytes], key: str, before: bytes | None) -> None:
    if before is None:
        strings.pop(key, None)
    else:
        strings[key] = before
