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
        prices: bids, and asks in a second row.
        sizes: likewise.
    """

    watched: Watched
    values: OptionColumns
    prices: Column
    sizes: Sizes
    mid: Column

    def quote(self, row: int, last: float | None) -> Quote:
        """Return one option's quote with its last print."""
        (bid, ask), (bid_size, ask_size) = self.prices[:, row].tolist(), self.sizes[:, row].tolist()
        return Quote(
            bid=bid,
            ask=ask,
            bid_size=bid_size,
            ask_size=ask_size,
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


def table(watched: Watched, values: OptionColumns, stress: float, sizes: Sizes) -> OptionTable:
    """Return what is displayed around values, on the contracts' price grids.

    Args:
        watched: the options.
        values: theirs.
        stress: factor of all half spreads.
        sizes: of bids, where there are any, and of asks.
    """
    price = values.numbers[0]
    half = (watched.base + watched.share * price) * stress
    around = np.array((np.maximum(0.0, price - half), price + half))
    steps = np.where(around >= watched.edge, watched.coarse, watched.fine)
    # As `PriceGrid.down` and `PriceGrid.up`.
    low, high = around / steps
    prices = (np.array((np.floor(low + 1e-9), np.ceil(high - 1e-9))) * steps).round(_PRICE_DIGITS)
    mid = ((prices[0] + prices[1]) / 2).round(_MID_DIGITS)
    shown = np.array((np.where(prices[0] > 0, sizes[0], 0), sizes[1]))
    return OptionTable(watched, values, prices, shown, mid)
