"""The frames of many options from one table to the next, written for all of them together.

Every option has a row of words with a place for each frame that it may need: a price or a size of its bid,
one of its ask, the computations of bid, ask and model. What has not changed stays padding and is squeezed out,
as the padding of numbers is. A request id is one character that stands for it, see `tick_frames`.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column, OptionColumns
from simulator.number_words import PAD, WHOLE_MOST, Integers, Texts, Words, cents, decimals, squeezed, wholes, words
from simulator.option_table import OptionTable
from simulator.shown import VEGA_LEAST, VOL_MOST
from simulator.tick_frames import ID
from simulator.tick_numbers import (
    ASK,
    ASK_COMPUTATION,
    ASK_SIZE,
    BID,
    BID_COMPUTATION,
    BID_SIZE,
    MODEL_COMPUTATION,
)

Flags = npt.NDArray[np.bool_]

_ID = ID.decode("latin-1")
# Prices are around values; what is wider than this is not.
_NUMBER_MOST = WHOLE_MOST / 2
_LENGTH_BYTES = 4
_LENGTHS = words(size.to_bytes(_LENGTH_BYTES).decode("latin-1") for size in range(PAD[0])).ravel()
_NOTHING = words([""])[0, 0]


def _frame(size: int, texts: dict[int, str]) -> Words:
    """Return a frame of so many words: those that are always the same by their places, else padding."""
    return words(texts.get(place, "") for place in range(size)).ravel()


# A price: length, head, tick, price (three words), size (two), end; a size alone is shorter. Their lengths are
# those of all but the request id, the price and the size.
_PRICE_WORDS, _PRICE_LENGTH, _SIZE_LENGTH = 9, 10, 8
_PRICE_PRICE, _PRICE_SIZE, _SIZE_SIZE = slice(3, 6), slice(6, 8), slice(3, 5)
_PRICE_FRAMES = [
    _frame(_PRICE_WORDS, {1: "1\x006\x00", 2: f"{_ID}\x00{tick}\x00", 8: "\x000\x00"}) for tick in (BID, ASK)
]
_SIZE_FRAMES = [
    _frame(_PRICE_WORDS, {1: "2\x006\x00", 2: f"{_ID}\x00{tick}\x00", 5: "\x00"})
    for tick in (BID_SIZE, ASK_SIZE)
]
# A computation: length, head, tick, attribute, volatility, delta, price, dividends, gamma, vega, theta, underlying.
_COMPUTATION_WORDS, _COMPUTATION_LENGTH = 34, 13
_VOL, _DELTA, _PRICE, _GAMMA = slice(4, 8), slice(8, 12), slice(12, 16), slice(17, 22)
_VEGA, _THETA, _UNDERLYING = slice(22, 26), slice(26, 30), slice(30, 34)
_COMPUTATIONS = [
    _frame(_COMPUTATION_WORDS, {1: f"21\x00{_ID}", 2: f"\x00{tick}\x00", 3: "0\x00", 16: "0.0\x00"})
    for tick in (BID_COMPUTATION, ASK_COMPUTATION, MODEL_COMPUTATION)
]
_ROW = np.concatenate([*_PRICE_FRAMES, *_COMPUTATIONS])
_BEGIN_COMPUTATIONS = len(_PRICE_FRAMES) * _PRICE_WORDS
# Where the length of each frame stands in a row.
_LENGTH_PLACES = [
    *range(0, _BEGIN_COMPUTATIONS, _PRICE_WORDS),
    *range(_BEGIN_COMPUTATIONS, len(_ROW), _COMPUTATION_WORDS),
]


class OptionFrames:
    """The step of each option from one table to the next.

    Args:
        before: what was displayed.
        now: what is displayed of the same options.
    """

    def __init__(self, before: OptionTable, now: OptionTable) -> None:
        values = np.array(now.values)
        prices, sizes = np.array((now.bid, now.ask)), np.array((now.bid_size, now.ask_size))
        moved = prices != np.array((before.bid, before.ask))
        resized = (sizes != np.array((before.bid_size, before.ask_size))) & ~moved
        revalued = (values != np.array(before.values)).any(axis=0)
        self._rows = np.empty((values.shape[1], len(_ROW)), np.uint32)
        self._rows[:] = _ROW
        # The length of each frame without its request id, 0 for none.
        lengths = np.concatenate(
            [
                self._write_prices(prices, sizes, moved, resized),
                self._write_computations(now.values, prices, np.array([*(moved & revalued), revalued])),
            ]
        )
        self._lengths = lengths.T
        ends = np.where(lengths > 0, lengths + (_LENGTH_BYTES + len(ID)), 0).sum(axis=0).cumsum()
        self._bounds = list(pairwise([0, *ends.tolist()]))
        self._templates: dict[int, list[bytes]] = {}

    def of(self, row: int, wire_id: bytes) -> bytes:
        """Return the frames of one option for a request id."""
        templates = self._templates.get(len(wire_id))
        if templates is None:
            templates = self._templates[len(wire_id)] = self._made(len(wire_id))
        return templates[row].replace(ID, wire_id)

    def _made(self, id_size: int) -> list[bytes]:
        """Return the frames of each option with `ID` where a request id of so many characters belongs."""
        lengths = self._lengths
        self._rows[:, _LENGTH_PLACES] = np.where(lengths > 0, _LENGTHS[lengths + id_size], _NOTHING)
        text = squeezed(self._rows)
        return [text[start:end] for start, end in self._bounds]

    def _write_prices(self, prices: Column, sizes: Integers, moved: Flags, resized: Flags) -> Integers:
        """Write the bids and asks that have moved, or whose size has; return the lengths."""
        frames = self._rows[:, :_BEGIN_COMPUTATIONS].reshape(-1, len(_PRICE_FRAMES), _PRICE_WORDS)
        price, size = cents(np.rint(prices * 100).astype(np.int64)), wholes(sizes)
        _put(frames, _PRICE_PRICE, price)
        _put(frames, _PRICE_SIZE, size)
        lengths = np.where(moved, price.sizes + size.sizes + _PRICE_LENGTH, 0)
        if resized.any():
            alone = np.empty_like(frames)
            alone[:] = _SIZE_FRAMES
            _put(alone, _SIZE_SIZE, size)
            frames[resized.T] = alone[resized.T]
            lengths = np.where(resized, size.sizes + _SIZE_LENGTH, lengths)
        frames[(lengths == 0).T] = _NOTHING
        return lengths

    def _write_computations(self, values: OptionColumns, prices: Column, is_made: Flags) -> Integers:
        """Write the computations of the bids, asks and models that are to be made; return the lengths."""
        frames = self._rows[:, _BEGIN_COMPUTATIONS:].reshape(-1, len(_COMPUTATIONS), _COMPUTATION_WORDS)
        columns = (*_side_vols(values, prices), values.implied_vol, *prices, values.price)
        numbers = decimals(np.array((*columns, values.delta, values.vega, values.theta)), 6)
        vols, worths = numbers.part(slice(0, 3)), numbers.part(slice(3, 6))
        delta, vega, theta = (numbers.part(slice(place, place + 1)) for place in (6, 7, 8))
        gamma, underlying = (
            decimals(column[np.newaxis], places) for column, places in ((values.gamma, 8), (values.underlying, 4))
        )
        _put(frames, _VOL, vols)
        _put(frames, _PRICE, worths)
        for place, text in ((_DELTA, delta), (_GAMMA, gamma), (_VEGA, vega), (_THETA, theta), (_UNDERLYING, underlying)):
            _put(frames, place, text)
        lengths = sum((text.sizes for text in (vols, worths, delta, gamma, vega, theta, underlying)), _COMPUTATION_LENGTH)
        lengths = np.where(is_made, lengths, 0)
        frames[~is_made.T] = _NOTHING
        return lengths


def is_written(table: OptionTable) -> bool:
    """Return whether all numbers of a table are small enough to be written here."""
    return bool(np.abs(np.array(table.values)).max() < _NUMBER_MOST)


def _put(frames: Words, place: slice, texts: Texts) -> None:
    """Write texts, option by option in the last but one dimension, into the frames of each option."""
    frames[:, :, place] = texts.words.swapaxes(0, 1)


def _side_vols(values: OptionColumns, prices: Column) -> Column:
    """Return the implied volatilities of bids and asks, as `shown` has them one by one."""
    has_vega = values.vega >= VEGA_LEAST
    vega = np.where(has_vega, values.vega, 1.0)
    moved = values.implied_vol + (prices - values.price) / vega / 100.0
    return np.where(has_vega, np.clip(moved, 0.0, VOL_MOST), values.implied_vol)
