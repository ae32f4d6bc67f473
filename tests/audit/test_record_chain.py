"""Records: a body comes back as it went in, and no changed, lost or moved line goes unnoticed."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.telemetry.records import GENESIS, GENESIS_HASH, BadRecord, Chain, parse_line, verify

MakeLines = Callable[..., tuple[bytes, ...]]

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_EXTRA = st.dictionaries(
    st.text().filter(lambda key: key not in ("seq", "prev", "hash", "kind", "time")), _JSON, max_size=4
)


@settings(deadline=None, derandomize=True)
@given(st.lists(_EXTRA, max_size=5), st.booleans())
def test_every_body_comes_back_byte_for_byte(extras: list[dict[str, object]], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    """Any JSON object with a kind and a time can be a body, and is not rewritten."""
    bodies = [
        json.dumps(
            {"kind": "k", "time": "2026-11-20T09:31:00-05:00", **extra}, ensure_ascii=ascii_only
        ).encode()
        for extra in extras
    ]
    chain, lines = GENESIS.extend(bodies)
    records = list(verify(lines, GENESIS))
    assert [record.body for record in records] == bodies
    assert chain == (Chain(last_seq=len(bodies), last_hash=records[-1].hash) if bodies else GENESIS)
    assert all(record.time == datetime(2026, 11, 20, 14, 31, tzinfo=UTC) for record in records)
    assert all(json.loads(line)["hash"] == record.hash for line, record in zip(lines, records, strict=True))


def test_the_format_is_pinned() -> None:
    """Golden bytes: a file of today must be readable for ever, with sha256sum alone."""
    body = b'{"kind":"quotes","time":"2026-11-20T14:31:00Z","vix":18.25}'
    chain, (line,) = GENESIS.extend([body])
    unsealed = b'{"seq":1,"prev":"%s","kind":"quotes","time":"2026-11-20T14:31:00Z","vix":18.25}'
    unsealed %= GENESIS_HASH.encode()
    digest = hashlib.sha256(unsealed).hexdigest()
    assert line == unsealed[:-1] + b',"hash":"' + digest.encode() + b'"}'
    assert digest == "a11cc0150677391c13ab3dcd81dd971cb014d6f2638628f914e7c0f3aec46fac"
    assert chain.last_hash == digest


def test_a_chain_does_not_depend_on_how_it_was_cut_into_commits(make_lines: MakeLines) -> None:
    """Extending twice is extending once with both."""
    bodies = [parse_line(line).body for line in make_lines(4)]
    chain, first = GENESIS.extend(bodies[:1])
    chain, rest = chain.extend(bodies[1:])
    assert GENESIS.extend(bodies) == (chain, first + rest)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b'{"kind":"k",\n"time":"2026-11-20T14:31:00Z"}', "on one line"),
        (b'{"kind":"k","time":"2026-11-20T14:31:00Z"', "not a JSON object"),
        (b'{"kind":"k","time":"2026-11-20T14:31:00Z",}', "malformed"),
        (b'{"kind":"k"}', "missing required field `time`"),
        (b'{"time":"2026-11-20T14:31:00Z"}', "missing required field `kind`"),
        (b'{"kind":1,"time":"2026-11-20T14:31:00Z"}', "Expected `str`"),
        (b'{"kind":"k","time":"2026-11-20T14:31:00"}', "timezone"),
        (b'{"kind":"k","time":"2026-11-20T14:31:00Z","prev":"a"}', "`prev` belongs to the chain"),
    ],
)
def test_a_bad_body_is_refused_with_its_seq(body: bytes, says: str) -> None:
    """What cannot be read back is never sealed; the error names the seq it would have had."""
    with pytest.raises(BadRecord, match="body of seq 8: ") as caught:
        Chain(last_seq=7, last_hash=GENESIS_HASH).extend([body])
    assert says in str(caught.value)


def test_a_lost_moved_or_foreign_line_is_named(make_lines: MakeLines) -> None:
    """Each line names the one before: any other order is an error at the first wrong place."""
    lines, other = make_lines(4), make_lines(4, text="other")
    for changed, says in (
        (lines[1:], "seq 2 found, seq 1 was due"),
        (lines[:1] + lines[2:], "seq 3 found, seq 2 was due"),
        (lines[:1] + lines[:1], "seq 1 found, seq 2 was due"),
        (lines[:2] + other[2:], "seq 3: prev says"),
    ):
        with pytest.raises(BadRecord, match=says):
            list(verify(changed, GENESIS))


def test_a_part_of_a_chain_can_start_at_its_own_word(make_lines: MakeLines) -> None:
    """Without a known start the first line's own predecessor is believed, and nothing else is."""
    lines = make_lines(5)
    assert [record.seq for record in verify(lines[2:], None)] == [3, 4, 5]
    with pytest.raises(BadRecord, match="seq 5 found, seq 4 was due"):
        list(verify((lines[2], lines[4]), None))
