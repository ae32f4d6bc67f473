"""Events and records as JSON bodies, and back; and the refold that recovery and verification share."""

from collections.abc import Sequence

import msgspec

from strategies.alvh.strategy import step
from strategies.core.commands import AnyCommand
from strategies.core.events import AnyEvent
from strategies.core.records import AnyRecord
from strategies.core.state import State

_ENCODER = msgspec.json.Encoder()
_EVENT: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
EVENT_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in AnyEvent.__args__)
RECORD_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in AnyRecord.__args__)


def encode(item: AnyEvent | AnyRecord) -> bytes:
    """Return the item's JSON object; field order is the declaration's, so equal items give equal bytes."""
    return _ENCODER.encode(item)


def decode_event(body: bytes) -> AnyEvent:
    """Return the event of a body or of a whole record line; raises `msgspec.ValidationError`."""
    return _EVENT.decode(body)


def fold(state: State, event: AnyEvent, seq: int) -> tuple[State, tuple[bytes, ...], tuple[AnyCommand, ...]]:
    """Step once; return the state after, the commit's bodies (the event first), and the commands."""
    after, outcome = step(state, event, seq)
    bodies = (encode(event), *(encode(record) for record in outcome.records))
    return after, bodies, outcome.commands


def differing(expected: Sequence[bytes], found: Sequence[bytes]) -> int | None:
    """Return the index of the first body that is not as `step` makes it, or None where all agree."""
    for index, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return index
    return None if len(expected) == len(found) else min(len(expected), len(found))
