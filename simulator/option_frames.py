"""The frames of many options from one table to the next, written for all of them together.

Every option has a row of words with a place for each frame that it may need: a price or a size of its bid,
one of its ask, the computations of bid, ask and model. What has not changed becomes padding and is squeezed
out, as the padding of numbers is. A request id is one character that stands for it, see `tick_frames`.
"""

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column
from simulator.number_words import (
    NUMBER_WORDS,
    PAD,
    WHOLE_MOST,
    WORD_BYTES,
    Integers,
    Parts,
    Rounding,
    Words,
    squeezed,
    wholes,
    words,
)
from simulator.option_table import OptionTable, Sizes
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
_NOTHING = words([""])[0, 0]
# Lengths of frames; that of none is nothing.
_LENGTHS = words(["", *(size.to_bytes(WORD_BYTES).decode("latin-1") for size in range(1, PAD[0]))]).ravel()


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
# Words of a computation: length, head, tick, attribute, then volatility, delta and price, which are its own,
# dividends, and gamma, vega, theta and underlying, which all of an option share. Its length counts what is
# neither request id nor number.
_OWN = slice(4, 4 + 3 * NUMBER_WORDS)
_DIVIDENDS = _OWN.stop
_SHARED = slice(_DIVIDENDS + 1, _DIVIDENDS + 1 + 4 * NUMBER_WORDS)
_COMPUTATION_WORDS, _COMPUTATION_LENGTH = _SHARED.stop, 13
_COMPUTATIONS = [
    _frame(_COMPUTATION_WORDS, {1: f"21\x00{_ID}", 2: f"\x00{tick}\x00", 3: "0\x00", _DIVIDENDS: "0.0\x00"})
    for tick in (BID_COMPUTATION, ASK_COMPUTATION, MODEL_COMPUTATION)
]
# Columns of an option's numbers: volatility, delta and price of each computation, then what they share, which
# are the last rows of the values.
_DELTAS = slice(1, 9, 3)
_SIDE_VOLS, _SIDE_PRICES = slice(0, 6, 3), slice(2, 8, 3)
_OWN_NUMBERS, _SHARED_NUMBERS = slice(0, 9), slice(9, 13)
_VALUES_SHARED = slice(3, 7)
_ROUNDING = Rounding((*[6] * 9, 8, 6, 6, 4))
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
        # The length of each frame without its request id, 0 for none; option by option.
        lengths = np.empty((len(rows), len(_LENGTH_PLACES)), np.int64)
        lengths[:, : len(_PRICE_FRAMES)] = _write_prices(frames, numbers, now.sizes.T, moved.T, resized.T)
        lengths[:, len(_PRICE_FRAMES) :] = _write_computations(
            computations, numbers, np.array((*(moved & revalued), revalued)).T
        )
        is_made = lengths > 0
        rows[:, _LENGTH_PLACES] = _LENGTHS.take(lengths)
        self._text = squeezed(rows)
        # Where each option's frames end, and where the last byte of each frame's length is.
        frame_sizes = np.where(is_made, lengths + (WORD_BYTES + len(ID)), 0)
        ends = frame_sizes.ravel().cumsum().reshape(lengths.shape)
        bounds = [0, *ends[:, -1].tolist()]
        self._cuts = list(map(slice, bounds, bounds[1:]))
        self._length_places = (ends - frame_sizes)[is_made] + (WORD_BYTES - 1)
        self._con_ids = tuple(now.watched.rows)
        self._templates: dict[int, dict[int, bytes]] = {}

    def templates(self, id_size: int) -> dict[int, bytes]:
        """Return each option's frames by contract id, with `ID` for a request id of so many characters."""
        found = self._templates.get(id_size)
        if found is None:
            characters = np.frombuffer(self._text, np.uint8).copy()
            characters[self._length_places] += id_size
            parts = map(characters.tobytes().__getitem__, self._cuts)
            found = self._templates[id_size] = dict(zip(self._con_ids, parts, strict=True))
        return found


def _numbers(values: Column, prices: Column) -> Parts:
    """Return all numbers of each option: those of its computations, then what they share."""
    numbers = np.empty((values.shape[1], _SHARED_NUMBERS.stop))
    numbers[:, _SIDE_VOLS], numbers[:, 6] = _side_vols(values, prices).T, values[1]
    numbers[:, _DELTAS] = values[2][:, np.newaxis]
    numbers[:, _SIDE_PRICES], numbers[:, 8] = prices.T, values[0]
    numbers[:, _SHARED_NUMBERS] = values[_VALUES_SHARED].T
    return _ROUNDING.parts(numbers)


def _write_prices(frames: Words, numbers: Parts, sizes: Sizes, moved: Flags, resized: Flags) -> Integers:
    """Write the bids and asks, prices and sizes, that have moved, or whose size has; return the lengths."""
    price = Parts(numbers.wholes[:, _SIDE_PRICES], numbers.rests[:, _SIDE_PRICES]).cents()
    size = wholes(sizes)
    frames[:, :, _PRICE_PRICE], frames[:, :, _PRICE_SIZE] = price.words, size.words
    lengths = np.where(moved, price.sizes + size.sizes + _PRICE_LENGTH, 0)
    if resized.any():
        alone = np.empty_like(frames)
        alone[:] = _SIZE_FRAMES
        alone[:, :, _SIZE_SIZE] = size.words
        frames[resized] = alone[resized]
        lengths = np.where(resized, size.sizes + _SIZE_LENGTH, lengths)
    frames[lengths == 0] = _NOTHING
    return lengths


def _write_computations(frames: Words, numbers: Parts, is_made: Flags) -> Integers:
    """Write the computations of the bids, asks and models that are to be made; return the lengths."""
    texts = _ROUNDING.texts(numbers)
    count, each = frames.shape[:2]
    frames[:, :, _OWN] = texts.words[:, _OWN_NUMBERS].reshape(count, each, -1)
    frames[:, :, _SHARED] = texts.words[:, _SHARED_NUMBERS].reshape(count, 1, -1)
    own = texts.sizes[:, _OWN_NUMBERS].reshape(count, each, -1).sum(axis=2)
    shared = texts.sizes[:, _SHARED_NUMBERS].sum(axis=1, keepdims=True) + _COMPUTATION_LENGTH
    frames[~is_made] = _NOTHING
    return np.where(is_made, own + shared, 0)


def is_written(table: OptionTable) -> bool:
    """Return whether all numbers of a table are small enough to be written here."""
    return bool(np.abs(table.values.numbers).max() < _NUMBER_MOST)


def _side_vols(values: Column, prices: Column) -> Column:
    """Return the implied volatilities of bids and asks, as `shown` has them one by one."""
    price, vol, vega = values[0], values[1], values[4]
    has_vega = vega >= VEGA_LEAST
    moved = vol + (prices - price) / np.where(has_vega, vega, 1.0) / 100.0
    found: Column = np.where(has_vega, moved.clip(0.0, VOL_MOST), vol)
    return found
