"""The ticks of many options from one instant to the next, for subscribers that stand alike.

Who watches an option live and has been sent all of the last instant's table needs no look at what was shown
before: the step from that table to the present one is the same for everybody. It is what `shown.advance` would
send, worked out and written for all options together.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from simulator import tick_frames
from simulator.market.model import Column, OptionColumns
from simulator.number_text import shortest, six_decimals
from simulator.option_table import OptionTable
from simulator.shown import Shown
from simulator.tick_frames import Tick
from simulator.tick_numbers import (
    ASK,
    ASK_COMPUTATION,
    ASK_SIZE,
    BID,
    BID_COMPUTATION,
    BID_SIZE,
    MODEL_COMPUTATION,
)


class OptionTicks:
    """The step from the last instant's table to the present one.

    Attributes:
        before: the last instant's table; None if the present one is of other options.
        now: the present table, None without one.
    """

    def __init__(self) -> None:
        self.before: OptionTable | None = None
        self.now: OptionTable | None = None
        self._ticks: list[list[Tick]] | None = None
        self._templates: dict[int, list[bytes]] = {}

    def begin(self, table: OptionTable | None) -> None:
        """Start a new instant."""
        follows = self.now is not None and table is not None and self.now.watched is table.watched
        self.before, self.now = (self.now if follows else None), table
        self._ticks, self._templates = None, {}

    def frames(self, con_id: int, wire_id: bytes) -> bytes:
        """Return the frames of one option's step for a request id; there must be a table before."""
        assert self.before is not None
        assert self.now is not None
        size = len(wire_id)
        templates = self._templates.get(size)
        if templates is None:
            if self._ticks is None:
                self._ticks = _ticks(self.before, self.now)
            templates = [tick_frames.template(ticks, size) for ticks in self._ticks]
            self._templates[size] = templates
        return templates[self.now.watched.rows[con_id]].replace(tick_frames.ID, wire_id)


def shown_by(table: OptionTable, con_id: int, before: Shown) -> Shown:
    """Return what is shown of an option to one who was shown `before`, and then all tables up to this one."""
    row = table.watched.rows[con_id]
    prices = {
        BID: (float(table.bid[row]), int(table.bid_size[row])),
        ASK: (float(table.ask[row]), int(table.ask_size[row])),
    }
    return Shown(before.prices | prices, before.values, table.values.row(row))


class _Side(NamedTuple):
    """Bids or asks: numbers of their ticks, what has changed, and the texts of what there is now."""

    tick: int
    size_tick: int
    computation: int
    moved: list[bool]
    resized: list[bool]
    price: list[str]
    size: list[int]
    value: list[str]
    vol: list[str]


def _ticks(before: OptionTable, now: OptionTable) -> list[list[Tick]]:
    """Return the ticks of each option: bid, ask, and the computations if the model's value has changed."""
    values = now.values
    revalued = np.logical_or.reduce([new != old for new, old in zip(values, before.values, strict=True)])
    bid, ask = _texts(shortest, now.bid, now.ask)
    sides = (now.bid, now.ask, side_vols(values, now.bid), side_vols(values, now.ask))
    models = (values.price, values.implied_vol, values.delta, values.vega, values.theta)
    bid_value, ask_value, bid_vol, ask_vol, value, vol, delta, vega, theta = _texts(six_decimals, *sides, *models)
    bid_changed = ((now.bid != before.bid).tolist(), (now.bid_size != before.bid_size).tolist())
    ask_changed = ((now.ask != before.ask).tolist(), (now.ask_size != before.ask_size).tolist())
    sides = (
        _Side(BID, BID_SIZE, BID_COMPUTATION, *bid_changed, bid, now.bid_size.tolist(), bid_value, bid_vol),
        _Side(ASK, ASK_SIZE, ASK_COMPUTATION, *ask_changed, ask, now.ask_size.tolist(), ask_value, ask_vol),
    )
    gamma, underlying = values.gamma.tolist(), values.underlying.tolist()
    found = []
    for row, is_revalued in enumerate(revalued.tolist()):
        ticks = _prices(sides, row)
        if is_revalued:
            greeks = tick_frames.greeks(delta[row], gamma[row], vega[row], theta[row], underlying[row])
            ticks += [
                tick_frames.computation(side.computation, side.vol[row], side.value[row], greeks)
                for side in sides
                if side.moved[row]
            ]
            ticks.append(tick_frames.computation(MODEL_COMPUTATION, vol[row], value[row], greeks))
        found.append(ticks)
    return found


def _prices(sides: tuple[_Side, ...], row: int) -> list[Tick]:
    """Return the ticks of one option's prices and sizes."""
    ticks = []
    for side in sides:
        if side.moved[row]:
            ticks.append(tick_frames.price(side.tick, side.price[row], side.size[row]))
        elif side.resized[row]:
            ticks.append(tick_frames.size_alone(side.size_tick, side.size[row]))
    return ticks


def side_vols(values: OptionColumns, price: Column) -> Column:
    """Return the implied volatilities of a side's prices; as `shown.side_vol`."""
    has_vega = values.vega > 0.0
    vega = np.where(has_vega, values.vega, 1.0)
    moved = np.maximum(0.0, values.implied_vol + (price - values.price) / vega / 100.0)
    return np.where(has_vega, moved, values.implied_vol)


def _texts(write: Callable[[Column], list[str]], *columns: Column) -> list[list[str]]:
    """Return columns of the same length as texts."""
    texts, size = write(np.concatenate(columns)), len(columns[0])
    return [texts[start : start + size] for start in range(0, len(texts), size)]
