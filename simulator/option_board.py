"""Quotes of the options that clients watch, all of them worked out at once at every instant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.instruments import Instrument
from simulator.market.model import OptionKey, OptionValue

Column = npt.NDArray[np.float64]

# Classes whose values the market itself knows.
CLASSES = frozenset({"SPX", "SPXW", "VIX"})
_PRICE_DIGITS, _MID_DIGITS = 4, 6


class Watched(NamedTuple):
    """Options in a fixed order, and their terms by column.

    Attributes:
        keys: for the market.
        base: constant part of the half spread in points.
        share: its share of the price.
        edge: price in points from which the wider increment holds.
        fine: increment below the edge.
        coarse: increment from the edge on.
    """

    items: tuple[Instrument, ...]
    keys: tuple[OptionKey, ...]
    base: Column
    share: Column
    edge: Column
    fine: Column
    coarse: Column


class Spread(NamedTuple):
    """Bid, ask and mid of one option in points."""

    bid: float
    ask: float
    mid: float


def watch(items: Iterable[Instrument], half_spreads: Mapping[str, tuple[float, float]]) -> Watched:
    """Return the options of these contracts that can be worked out at once.

    Args:
        items: any contracts.
        half_spreads: constant and share of the price, by trading class.
    """
    kept = tuple(item for item in items if item.sec_type == "OPT" and item.trading_class in CLASSES)
    keys = tuple(
        OptionKey(i.trading_class, i.expiry, i.strike, i.right) for i in kept if i.expiry is not None
    )
    spreads = [half_spreads[item.trading_class] for item in kept]
    steps = [item.grid.increments for item in kept]
    return Watched(
        items=kept,
        keys=keys,
        base=np.array([base for base, _ in spreads]),
        share=np.array([share for _, share in spreads]),
        edge=np.array([step[-1].low_edge for step in steps]),
        fine=np.array([step[0].step for step in steps]),
        coarse=np.array([step[-1].step for step in steps]),
    )


def spreads(watched: Watched, values: Sequence[OptionValue | None], stress: float) -> list[Spread]:
    """Return what is displayed around values, on the contracts' price grids; of an unknown one nonsense.

    Args:
        watched: the options.
        values: theirs.
        stress: factor of all half spreads.
    """
    price = np.array([0.0 if value is None else value.price for value in values])
    half = (watched.base + watched.share * price) * stress
    low, high = np.maximum(0.0, price - half), price + half
    below = np.where(low >= watched.edge, watched.coarse, watched.fine)
    above = np.where(high >= watched.edge, watched.coarse, watched.fine)
    # As `PriceGrid.down` and `PriceGrid.up`.
    bid = np.round(np.floor(low / below + 1e-9) * below, _PRICE_DIGITS)
    ask = np.round(np.ceil(high / above - 1e-9) * above, _PRICE_DIGITS)
    mid = np.round((bid + ask) / 2, _MID_DIGITS)
    return [Spread(*row) for row in zip(bid.tolist(), ask.tolist(), mid.tolist(), strict=True)]
