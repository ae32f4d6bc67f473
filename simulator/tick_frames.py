"""Frames of ticks; layouts of server version 176.

A tick is encoded once as what stands before and after the request id, the only field in which the frames of
two subscribers of one contract differ; `frames` puts an id between.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.market.model import OptionValue
from simulator.wire import text

_LENGTHS = [struct.pack(">I", size) for size in range(512)]
_PRICE, _SIZE, _GENERIC, _OPTION = b"1\x006\x00", b"2\x006\x00", b"45\x006\x00", b"21\x00"


class Tick(NamedTuple):
    """One tick without its request id; `size` is the bytes of both parts."""

    head: bytes
    tail: bytes
    size: int


def price(tick: int, value: float, size: int) -> Tick:
    """A price with its size (1)."""
    return _tick(_PRICE, f"\x00{tick}\x00{value}\x00{size}\x000\x00")


def size_alone(tick: int, size: int) -> Tick:
    """A size alone (2)."""
    return _tick(_SIZE, f"\x00{tick}\x00{size}\x00")


def generic(tick: int, value: float) -> Tick:
    """A number of a generic tick (45)."""
    return _tick(_GENERIC, f"\x00{tick}\x00{text(value)}\x00")


def options(rows: Iterable[tuple[int, float, float]], model: OptionValue) -> list[Tick]:
    """Option computations (21) of one contract at one moment.

    Args:
        rows: tick number, price in points and implied volatility of each.
        model: what they share: vega per vol point, theta per day; no present value of dividends.
    """
    delta = f"\x00{model.delta:.6f}\x00"
    rest = (
        f"\x000.0\x00{model.gamma:.8f}\x00{model.vega:.6f}\x00{model.theta:.6f}\x00{model.underlying:.4f}\x00"
    )
    return [
        _tick(_OPTION, f"\x00{tick}\x000\x00{vol:.6f}{delta}{value:.6f}{rest}") for tick, value, vol in rows
    ]


def frames(ticks: Sequence[Tick], request_id: int) -> bytes:
    """Return the frames of some ticks for one subscription, in one piece."""
    own = b"%d" % request_id
    more = len(own)
    return b"".join([part for head, tail, size in ticks for part in (_LENGTHS[size + more], head, own, tail)])


def _tick(head: bytes, tail: str) -> Tick:
    data = tail.encode()
    return Tick(head, data, len(head) + len(data))
