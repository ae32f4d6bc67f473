"""The ticks of many options from one instant to the next, for subscribers that stand alike.

Who watches an option live and has been sent all of the last instant's table needs no look at what was shown
before: the step from that table to the present one is the same for everybody. It is what `shown.advance`
would send, worked out and written for all options together.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator import tick_frames
from simulator.market.model import Column, OptionColumns
from simulator.number_text import six_decimals
from simulator.option_table import OptionTable
from simulator.shown import VEGA_LEAST, VOL_MOST, Shown
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
        self._templates: dict[tuple[int, int], bytes] = {}

    def begin(self, table: OptionTable | None) -> None:
        """Start a new instant."""
        follows = self.now is not None and table is not None and self.now.watched is table.watched
        self.before, self.now = (self.now if follows else None), table
        self._ticks, self._templates = None, {}

    def frames(self, con_id: int, wire_id: bytes) -> bytes:
        """Return the frames of one option's step for a request id; there must be a table before."""
        assert self.before is not None
        assert self.now is not None
        row, key = self.now.watched.rows[con_id], (con_id, len(wire_id))
        template = self._templates.get(key)
        if template is None:
            if self._ticks is None:
                self._ticks = _ticks(self.before, self.now)
            template = self._templates[key] = tick_frames.template(self._ticks[row], len(wire_id))
        return template.replace(tick_frames.ID, wire_id)


def shown_by(table: OptionTable, con_id: int, before: Shown) -> Shown:
    """Return what is shown of an option to one who was shown `before`, and then all tables up to this one."""
    row = table.watched.rows[con_id]
    prices = {
        BID: (float(table.bid[row]), int(table.bid_size[row])),
        ASK: (float(table.ask[row]), int(table.ask_size[row])),
    }
    return Shown(before.prices | prices, before.values, table.values.row(row))


class _Side(NamedTuple):
    """Bids or asks: numbers of their ticks, what has changed, and what there is now.

    `vols` goes through the volatilities, as text, of those prices that have moved with the model's value.
    """

    tick: int
    size_tick: int
    computation: int
    moved: list[bool]
    resized: list[bool]
    price: list[float]
    size: list[int]
    vols: Iterator[str]


def _ticks(before: OptionTable, now: OptionTable) -> list[list[Tick]]:
    """Return the ticks of each option: bid, ask, and the computations if the model's value has changed."""
    values = now.values
    revalued = np.logical_or.reduce([new != old for new, old in zip(values, before.values, strict=True)])
    bids_moved, asks_moved = now.bid != before.bid, now.ask != before.ask
    value, vol, delta, vega, theta, bid_vols, ask_vols = _texts(
        *(values.price, values.implied_vol, values.delta, values.vega, values.theta),
        _side_vols(values, now.bid)[bids_moved & revalued],
        _side_vols(values, now.ask)[asks_moved & revalued],
    )
    bid_changed = (bids_moved.tolist(), (now.bid_size != before.bid_size).tolist())
    ask_changed = (asks_moved.tolist(), (now.ask_size != before.ask_size).tolist())
    bids, asks = (now.bid.tolist(), now.bid_size.tolist()), (now.ask.tolist(), now.ask_size.tolist())
    sides = (
        _Side(BID, BID_SIZE, BID_COMPUTATION, *bid_changed, *bids, iter(bid_vols)),
        _Side(ASK, ASK_SIZE, ASK_COMPUTATION, *ask_changed, *asks, iter(ask_vols)),
    )
    gamma, underlying = values.gamma.tolist(), values.underlying.tolist()
    found = []
    for row, is_revalued in enumerate(revalued.tolist()):
        ticks = _prices(sides, row)
        if is_revalued:
            greeks = tick_frames.greeks(delta[row], gamma[row], vega[row], theta[row], underlying[row])
            for side in sides:
                if side.moved[row]:
                    price = tick_frames.price_text(side.price[row])
                    ticks.append(tick_frames.computation(side.computation, next(side.vols), price, greeks))
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


def _side_vols(values: OptionColumns, price: Column) -> Column:
    """Return the implied volatilities of a side's prices, as `shown` has them one by one."""
    has_vega = values.vega >= VEGA_LEAST
    vega = np.where(has_vega, values.vega, 1.0)
    moved = values.implied_vol + (price - values.price) / vega / 100.0
    return np.where(has_vega, np.clip(moved, 0.0, VOL_MOST), values.implied_vol)


def _texts(*columns: Column) -> list[list[str]]:
    """Return columns as texts with six decimals."""
    texts, start, found = six_decimals(np.concatenate(columns)), 0, []
    for column in columns:
        found.append(texts[start : start + len(column)])
        start += len(column)
    return found
