"""Frames of ticks; layouts of server version 176.

A tick is written once as what stands before and after the request id, the only field in which the frames of
two subscribers of one contract differ; the id is put between at the end. Ticks are plain ASCII.
"""

from collections.abc import Sequence
from functools import lru_cache

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


@lru_cache(maxsize=4096)  # the same prices of a grid come back
def _shortest(value: float) -> str:
    return str(value)


@lru_cache(maxsize=4096)
def price_text(value: float) -> str:
    """Return a displayed price as option computations have it, with six decimals."""
    return f"{value:.6f}"


def price(tick: int, value: float, size: int) -> Tick:
    """A price with its size (1)."""
    tail = f"\x00{tick}\x00{_shortest(value)}\x00{size}\x000\x00"
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


def greeks(delta: str, gamma: float, vega: str, theta: str, underlying: float) -> tuple[str, str]:
    """Return what stands before and after the price in option computations of one contract at one moment.

    Args:
        delta: six decimals, like the other texts.
        gamma: per point.
        vega: per vol point.
        theta: per day.
        underlying: in points; there is no present value of dividends.
    """
    return f"\x00{delta}\x00", f"\x000.0\x00{gamma:.8f}\x00{vega}\x00{theta}\x00{underlying:.4f}\x00"


def computation(tick: int, vol: str, value: str, around: tuple[str, str]) -> Tick:
    """An option computation (21).

    Args:
        tick: its number.
        vol: implied volatility, six decimals.
        value: price in points, six decimals.
        around: the greeks.
    """
    tail = f"\x00{tick}\x000\x00{vol}{around[0]}{value}{around[1]}"
    return _OPTION, tail, len(_OPTION) + len(tail)


def options(rows: Sequence[tuple[int, float, float]], model: OptionValue) -> list[Tick]:
    """Option computations of one contract at one moment.

    Args:
        rows: tick number, price in points and implied volatility of each.
        model: what they share.
    """
    shared = greeks(
        f"{model.delta:.6f}", model.gamma, f"{model.vega:.6f}", f"{model.theta:.6f}", model.underlying
    )
    return [computation(tick, f"{vol:.6f}", f"{value:.6f}", shared) for tick, value, vol in rows]


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
