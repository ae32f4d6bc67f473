"""The frames of many options from one table to the next, written for all of them together.

Every option has a row of words with a place for each frame that it may need: a price or a size of its bid,
one of its ask, the computations of bid, ask and model. What has not changed becomes padding and is squeezed
out, as the padding of numbers is. A request id is one character that stands for it, see `tick_frames`.
"""

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column
from simulator.number_words import (
    PAD,
    WHOLE_MOST,
    WORD_BYTES,
    Integers,
    Parts,
    Texts,
    Words,
    parts,
    squeezed,
    wholes,
    words,
)
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
_LENGTHS = words(size.to_bytes(WORD_BYTES).decode("latin-1") for size in range(PAD[0])).ravel()
_NOTHING = words([""])[0, 0]


def _frame(size: int, texts: dict[int, str]) -> Words:
    """Return a frame of so many words: those that are always the same by their places, else padding."""
    return words(texts.get(place, "") for place in range(size)).ravel()


# Words of a price: length, head, tick, price (three), size (two), end; a size alone is shorter. The lengths
# count what is neither request id nor price nor size.
_PRICE_WORDS, _PRICE_LENGTH, _SIZE_LENGTH = 9, 10, 8
_PRICE_PRICE, _PRICE_SIZE, _SIZE_SIZE = slice(3, 6), slice(6, 8), slice(3, 5)
_PRICE_FRAMES = [
    _frame(_PRICE_WORDS, {1: "1\x006\x00", 2: f"{_ID}\x00{tick}\x00", 8: "\x000\x00"}) for tick in (BID, ASK)
]
_SIZE_FRAMES = [
    _frame(_PRICE_WORDS, {1: "2\x006\x00", 2: f"{_ID}\x00{tick}\x00", 5: "\x00"})
    for tick in (BID_SIZE, ASK_SIZE)
]
# Words of a computation: length, head, tick, attribute, volatility (four, as most), delta, price, dividends,
# gamma, vega, theta, underlying. Its length counts what is neither request id nor number.
_COMPUTATION_WORDS, _COMPUTATION_LENGTH = 34, 13
_VOL, _DELTA, _PRICE, _GAMMA = slice(4, 8), slice(8, 12), slice(12, 16), slice(17, 22)
_VEGA, _THETA, _UNDERLYING = slice(22, 26), slice(26, 30), slice(30, 34)
# Rows of numbers: three volatilities, bid and ask, these of the values, and their places behind the point.
_SIDES, _OTHERS, _PLACES = slice(3, 5), [0, 2, 4, 5, 3, 6], (*[6] * 9, 8, 4)
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
        values, prices = now.values.numbers, now.prices
        moved = prices != before.prices
        resized = (now.sizes != before.sizes) & ~moved
        revalued = (values != before.values.numbers).any(axis=0)
        rows = np.empty((values.shape[1], len(_ROW)), np.uint32)
        rows[:] = _ROW
        frames = rows[:, :_BEGIN_COMPUTATIONS].reshape(-1, len(_PRICE_FRAMES), _PRICE_WORDS)
        computations = rows[:, _BEGIN_COMPUTATIONS:].reshape(-1, len(_COMPUTATIONS), _COMPUTATION_WORDS)
        numbers = _numbers(values, prices)
        # The length of each frame without its request id, 0 for none; option by option in the end.
        lengths = np.concatenate(
            (
                _write_prices(frames, (numbers.cents(_SIDES, 6), wholes(now.sizes)), moved, resized),
                _write_computations(computations, numbers, np.array((*(moved & revalued), revalued))),
            )
        ).T
        is_made = lengths > 0
        rows[:, _LENGTH_PLACES] = np.where(is_made, _LENGTHS[lengths], _NOTHING)
        self._text = squeezed(rows)
        # Where each option's frames end, and where the last byte of each frame's length is.
        frame_sizes = np.where(is_made, lengths + (WORD_BYTES + len(ID)), 0)
        ends = frame_sizes.ravel().cumsum().reshape(lengths.shape)
        self._bounds = [0, *ends[:, -1].tolist()]
        self._length_places = (ends - frame_sizes)[is_made] + (WORD_BYTES - 1)
        self._places = now.watched.rows
        self._templates: dict[int, bytes] = {}

    def of(self, con_id: int, wire_id: bytes) -> bytes:
        """Return the frames of one option for a request id."""
        row = self._places[con_id]
        template = self._templates.get(len(wire_id))
        if template is None:
            text = self._text.copy()
            text[self._length_places] += len(wire_id)
            template = self._templates[len(wire_id)] = text.tobytes()
        return template[self._bounds[row] : self._bounds[row + 1]].replace(ID, wire_id)


def _numbers(values: Column, prices: Column) -> Parts:
    """Return all numbers in rows: volatilities, prices, then what the computations of an option share."""
    numbers = np.empty((len(_PLACES), values.shape[1]))
    numbers[0:2], numbers[2] = _side_vols(values, prices), values[1]
    numbers[_SIDES], numbers[5:] = prices, values[_OTHERS]
    return parts(numbers, _PLACES)


def _write_prices(frames: Words, texts: tuple[Texts, Texts], moved: Flags, resized: Flags) -> Integers:
    """Write the bids and asks, prices and sizes, that have moved, or whose size has; return the lengths."""
    price, size = texts
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


def _write_computations(frames: Words, numbers: Parts, is_made: Flags) -> Integers:
    """Write the computations of the bids, asks and models that are to be made; return the lengths."""
    six = numbers.texts(slice(0, 9), 6)
    shared = (
        *(
            (place, six.part(slice(row, row + 1)))
            for row, place in enumerate((_DELTA, _VEGA, _THETA), start=6)
        ),
        (_GAMMA, numbers.texts(slice(9, 10), 8)),
        (_UNDERLYING, numbers.texts(slice(10, 11), 4)),
    )
    _put(frames, _VOL, six.part(slice(0, 3)))
    _put(frames, _PRICE, six.part(slice(3, 6)))
    for place, texts in shared:
        _put(frames, place, texts)
    same = sum((texts.sizes for _, texts in shared), _COMPUTATION_LENGTH)
    frames[~is_made.T] = _NOTHING
    return np.where(is_made, six.sizes[0:3] + six.sizes[3:6] + same, 0)


def is_written(table: OptionTable) -> bool:
    """Return whether all numbers of a table are small enough to be written here."""
    return bool(np.abs(table.values.numbers).max() < _NUMBER_MOST)


def _put(frames: Words, place: slice, texts: Texts) -> None:
    """Write texts, option by option in the last but one dimension, into the frames of each option."""
    frames[:, :, place] = texts.words.swapaxes(0, 1)


def _side_vols(values: Column, prices: Column) -> Column:
    """Return the implied volatilities of bids and asks, as `shown` has them one by one."""
    price, vol, vega = values[0], values[1], values[4]
    has_vega = vega >= VEGA_LEAST
    moved = vol + (prices - price) / np.where(has_vega, vega, 1.0) / 100.0
    found: Column = np.where(has_vega, moved.clip(0.0, VOL_MOST), vol)
    return found
