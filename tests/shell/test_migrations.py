"""A state that an earlier version saved is read by this one, or refused with its reason."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from daemon.telemetry.checkpoints import Checkpoint
from strategies.alvh.strategy import step
from strategies.core.book import book_positions
from strategies.core.events import Lifecycle, Phase
from strategies.core.migrations import CannotMigrate, read_state
from strategies.core.state import SCHEMA, State, decode_state, encode_state, state_hash

STATES = Path(__file__).parent / "states"


def saved(schema: int) -> Checkpoint:
    """Return what a version of that schema saved in a play: a condor, a layer, executions booked."""
    return msgspec.json.decode((STATES / f"schema-{schema}.json").read_bytes(), type=Checkpoint)


@pytest.mark.parametrize("schema", range(1, SCHEMA))
def test_each_earlier_schema_is_read_and_can_go_on(schema: int) -> None:
    """Holdings, orders and bookings are kept; the next event folds; what it becomes reads back the same."""
    old = saved(schema)
    assert old.schema == schema
    raw = msgspec.json.decode(bytes(old.state))
    state = read_state(bytes(old.state), old.schema, old.state_hash)
    assert state.schema == SCHEMA
    for name in ("condors", "layers", "orders", "booked"):
        assert raw[name]
        assert list(getattr(state, name)) == list(raw[name])
    assert {key: abs(count) for key, count in book_positions(state).items()}
    assert decode_state(encode_state(state)) == state
    assert state.time is not None
    after, _ = step(state, Lifecycle(time=state.time, phase=Phase.STARTED), old.seq + 1)
    assert book_positions(after) == book_positions(state)


def test_every_schema_of_the_past_is_tested() -> None:
    """Whoever raises the schema adds what the version before saved."""
    assert {path.name for path in STATES.iterdir()} == {f"schema-{n}.json" for n in range(1, SCHEMA)}


def test_a_state_of_this_schema_is_read_as_it_is() -> None:
    """No step, the hash compared both ways."""
    state = State(seq=7)
    assert read_state(encode_state(state), SCHEMA, state_hash(state)) == state


@pytest.mark.parametrize(
    ("raw", "schema", "reason"),
    [
        (b"{}", SCHEMA + 1, "has schema"),
        (b"{}", 0, "has schema"),
        (b"{", 1, "does not decode"),
        (b"{", SCHEMA, "does not decode"),
        (b'{"layers":7}', 1, "does not decode"),
        (b'{"seq":1,"later":2}', SCHEMA, "does not have the hash"),
    ],
)
def test_what_cannot_be_read_is_refused(raw: bytes, schema: int, reason: str) -> None:
    """A person must decide; nothing is guessed."""
    with pytest.raises(CannotMigrate, match=reason):
        read_state(raw, schema, hashlib.sha256(raw).hexdigest())


def test_a_saved_state_that_was_changed_is_refused() -> None:
    """By its hash, also where its schema is an earlier one."""
    old = saved(1)
    with pytest.raises(CannotMigrate, match="hash"):
        read_state(bytes(old.state).replace(b'"seq":', b'"seq":1'), 1, old.state_hash)
