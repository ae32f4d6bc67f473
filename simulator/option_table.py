"""What is displayed of many options at one instant, worked out column by column."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.instruments import Instrument
from simulator.market.model import Column, OptionColumns, OptionKey
from simulator.quote import Quote

Sizes = npt.NDArray[np.int64]

# Classes whose values the market itself knows.
CLASSES = frozenset({"SPX", "SPXW", "VIX"})
_PRICE_DIGITS, _MID_DIGITS = 4, 6


class Watched(NamedTuple):
    """Options in a fixed order, and their terms by column.

    Attributes:
        items: the options.
        keys: for the market.
        rows: place by contract id.
        base: constant part of the half spread in points.
        share: its share of the price.
        edge: price in points from which the wider increment holds.
        fine: increment below the edge.
        coarse: increment from the edge on.
    """

    items: tuple[Instrument, ...]
    keys: tuple[OptionKey, ...]
    rows: dict[int, int]
    base: Column
    share: Column
    edge: Column
    fine: Column
    coarse: Column


class OptionTable(NamedTuple):
    """What is displayed of watched options at one instant, by column; prices in points.

    Attributes:
        watched: the options.
        values: the model's.
    """

    watched: Watched
    values: OptionColumns
    bid: Column
    ask: Column
    mid: Column
    bid_size: Sizes
    ask_size: Sizes

    def quote(self, row: int, last: float | None) -> Quote:
        """Return one option's quote with its last print."""
        return Quote(
            bid=float(self.bid[row]),
            ask=float(self.ask[row]),
            bid_size=int(self.bid_size[row]),
            ask_size=int(self.ask_size[row]),
            last=last,
            mark=float(self.mid[row]),
            model=self.values.row(row),
        )


def is_tabled(item: Instrument) -> bool:
    """Return whether a contract's quote can be worked out along with others."""
    return item.sec_type == "OPT" and item.trading_class in CLASSES


def watch(items: Sequence[Instrument], half_spreads: Mapping[str, tuple[float, float]]) -> Watched:
    """Return options that are worked out at once.

    Args:
        items: such for which `is_tabled` holds.
        half_spreads: constant and share of the price, by trading class.
    """
    keys = tuple(
        OptionKey(i.trading_class, i.expiry, i.strike, i.right) for i in items if i.expiry is not None
    )
    spreads = [half_spreads[item.trading_class] for item in items]
    steps = [item.grid.increments for item in items]
    return Watched(
        items=tuple(items),
        keys=keys,
        rows={item.con_id: row for row, item in enumerate(items)},
        base=np.array([base for base, _ in spreads]),
        share=np.array([share for _, share in spreads]),
        edge=np.array([step[-1].low_edge for step in steps]),
        fine=np.array([step[0].step for step in steps]),
        coarse=np.array([step[-1].step for step in steps]),
    )


def table(watched: Watched, values: OptionColumns, stress: float, sizes: tuple[Sizes, Sizes]) -> OptionTable:
    """Return what is displayed around values, on the contracts' price grids.

    Args:
        watched: the options.
        values: theirs.
        stress: factor of all half spreads.
        sizes: of bids and asks, where there are any.
    """
    price = values.price
    half = (watched.base + watched.share * price) * stress
    low, high = np.maximum(0.0, price - half), price + half
    below = np.where(low >= watched.edge, watched.coarse, watched.fine)
    above = np.where(high >= watched.edge, watched.coarse, watched.fine)
    # As `PriceGrid.down` and `PriceGrid.up`.
    bid = np.round(np.floor(low / below + 1e-9) * below, _PRICE_DIGITS)
    ask = np.round(np.ceil(high / above - 1e-9) * above, _PRICE_DIGITS)
    mid = np.round((bid + ask) / 2, _MID_DIGITS)
    return OptionTable(
        watched=watched,
        values=values,
        bid=bid,
        ask=ask,
        mid=mid,
        bid_size=np.where(bid > 0, sizes[0], 0),
        ask_size=sizes[1],
    )
