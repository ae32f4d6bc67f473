"""The options that clients watch, and what is displayed of them at the present instant."""

from collections.abc import Callable, Iterable

import numpy as np

from simulator import option_table
from simulator.instruments import Instrument
from simulator.market.model import Market, OptionValue
from simulator.option_table import OptionTable, Sizes, Watched, is_tabled
from simulator.quote import Quote
from simulator.spreads import HALF_SPREAD


class OptionBoard:
    """Works out all watched options at once, at the first question of an instant.

    Args:
        market: values.
        is_open: whether a contract trades at the present instant.
        size: displayed sizes of a contract's bid and ask in the present period.
    """

    def __init__(
        self,
        market: Market,
        is_open: Callable[[Instrument], bool],
        size: Callable[[Instrument], tuple[int, int]],
    ) -> None:
        self._market = market
        self._is_open = is_open
        self._size = size
        # What is watched by what opens together, and what of it was open at the last instant.
        self._groups: list[list[Instrument]] = []
        self._open: list[bool] = []
        self._watched: Watched | None = None
        self._table: OptionTable | None = None
        self._sizes: tuple[Watched, int, Sizes] | None = None

    def clear(self) -> None:
        """Start a new instant."""
        self._table = None

    def watch(self, items: Iterable[Instrument]) -> None:
        """Take note of the contracts whose quotes will be asked for."""
        groups: dict[tuple[object, ...], list[Instrument]] = {}
        for item in items:
            if is_tabled(item):
                groups.setdefault((item.symbol, item.trading_class, item.last_trade), []).append(item)
        found = list(groups.values())
        if found != self._groups:
            self._groups, self._open = found, []

    def prepare(self, stress: float, period: int) -> OptionTable | None:
        """Work out what is watched and open.

        Args:
            stress: factor of all half spreads.
            period: for which displayed sizes hold.

        Returns:
            The table, None if nothing is open or some value is not known.
        """
        is_open = [self._is_open(group[0]) for group in self._groups]
        if is_open != self._open or self._watched is None:
            self._open = is_open
            kept = [item for group, on in zip(self._groups, is_open, strict=True) if on for item in group]
            self._watched = option_table.watch(kept, HALF_SPREAD)
        values = self._market.options(self._watched.keys)
        if values is not None:
            sizes = self._sizes_of(self._watched, period)
            self._table = option_table.table(self._watched, values, stress, sizes)
        return self._table

    def quote(self, item: Instrument, last: float | None) -> Quote | None:
        """Return the quote of an option with its last print, None if it is not of the table."""
        row = None if self._table is None else self._table.watched.rows.get(item.con_id)
        return None if row is None or self._table is None else self._table.quote(row, last)

    def value(self, item: Instrument) -> OptionValue | None:
        """Return the value of an option, None if it is not of the table."""
        row = None if self._table is None else self._table.watched.rows.get(item.con_id)
        return None if row is None or self._table is None else self._table.values.row(row)

    def _sizes_of(self, watched: Watched, period: int) -> Sizes:
        """Return the displayed sizes of bids, and of asks in a second row."""
        known = self._sizes
        if known is None or known[0] is not watched or known[1] != period:
            pairs = map(self._size, watched.items)
            self._sizes = known = (watched, period, np.array(list(zip(*pairs, strict=True))))
        return known[2]
