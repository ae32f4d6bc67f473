"""Frames of ticks; layouts of server version 176.

A tick is written once as what stands before and after the request id, the only field in which the frames of
two subscribers of one contract differ; the id is put between at the end. Ticks are plain ASCII.
"""

from collections.abc import Sequence

from simulator.market.model import OptionValue
from simulator.wire import text

Tick = tuple[str, str, int]
"""A tick without its request id: what stands before the id, what after, and how long both are together."""

# Stands for the request id; neither the lengths of so short frames nor the digits in them contain it.
ID = b"\xff"
_ID = ID.decode("latin-1")
# Lengths as the four characters that they are on the wire; no tick is so long that they contain `ID`.
_LENGTHS = [size.to_bytes(4).decode("latin-1") for size in range(255)]
_PRICE, _SIZE, _GENERIC, _OPTION = "1\x006\x00", "2\x006\x00", "45\x006\x00", "21\x00"
_STRING = "46\x006\x00"
_OPTION_TAIL = "\x00%d\x000\x00%.6f\x00%s\x00%.6f\x00%s"
_REST = "0.0\x00%.8f\x00%.6f\x00%.6f\x00%.4f\x00"


def price(tick: int, value: float, size: int) -> Tick:
    """A price with its size (1)."""
    tail = f"\x00{tick}\x00{value}\x00{size}\x000\x00"
    return _PRICE, tail, len(_PRICE) + len(tail)


def size_alone(tick: int, size: int) -> Tick:
    """A size alone (2)."""
    tail = f"\x00{tick}\x00{size}\x00"
    return _SIZE, tail, len(_SIZE) + len(tail)


def generic(tick: int, value: float) -> Tick:
    """A number of a generic tick (45)."""
    tail = f"\x00{tick}\x00{text(value)}\x00"
    return _GENERIC, tail, len(_GENERIC) + len(tail)


def string(tick: int, value: str) -> Tick:
    """A text (46)."""
    tail = f"\x00{tick}\x00{value}\x00"
    return _STRING, tail, len(_STRING) + len(tail)


def options(rows: Sequence[tuple[int, float, float]], model: OptionValue) -> list[Tick]:
    """Option computations (21) of one contract at one moment.

    Args:
        rows: tick number, price in points and implied volatility of each.
        model: what they share: vega per vol point, theta per day; no present value of dividends.
    """
    delta, rest = f"{model.delta:.6f}", _REST % (model.gamma, model.vega, model.theta, model.underlying)
    tails = [_OPTION_TAIL % (tick, vol, delta, value, rest) for tick, value, vol in rows]
    return [(_OPTION, tail, len(_OPTION) + len(tail)) for tail in tails]


def template(ticks: Sequence[Tick], id_size: int) -> bytes:
    """Return the frames of some ticks with `ID` where a request id of so many characters belongs."""
    parts: list[str] = []
    for head, tail, size in ticks:
        parts += (_LENGTHS[size + id_size], head, _ID, tail)
    return "".join(parts).encode("latin-1")


def frames(ticks: Sequence[Tick], request_id: int) -> bytes:
    """Return the frames of some ticks for one subscription, in one piece."""
    own = b"%d" % request_id
    return template(ticks, len(own)).replace(ID, own)
