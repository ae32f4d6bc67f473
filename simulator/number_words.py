"""Numbers of a column as text, all at once: in words of four characters, padded where they are shorter.

Texts that are put together word by word, for many contracts in one go, are squeezed in the end: `squeezed`
takes the padding out. Tables hold the words of all groups of digits; nothing is formatted number by number.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column

Words = npt.NDArray[np.uint32]
Integers = npt.NDArray[np.int64]

# A byte that no text has in it, and no length of a frame as short as these.
PAD = b"\xfe"
WORD_BYTES = 4
# Numbers from here on are not in the table of what stands before the point.
WHOLE_MOST = 20_000
# Closer to the middle of two last digits, or with so many of them, a product does not tell which is nearer.
_TIE, _SCALED_MOST = 1e-5, 4e10


class Texts(NamedTuple):
    """Texts of equally many words, NUL-ended or not, and how many characters each has without padding."""

    words: Words
    sizes: Integers


def words(texts: Iterable[str], size: int = 1) -> Words:
    """Return texts, at most so many words long, as rows of words."""
    padded = (text.encode("latin-1").ljust(size * WORD_BYTES, PAD) for text in texts)
    return np.frombuffer(b"".join(padded), np.uint32).reshape(-1, size)


def squeezed(rows: Words) -> bytes:
    """Return the characters of words, row by row, without the padding."""
    return rows.tobytes().translate(None, PAD)


# What stands before the point, two words in one number; that of the negative -n at -1 - n, as there is a -0.
_WHOLES = [str(number) for number in range(WHOLE_MOST)]
_WHOLES += [f"-{number}" for number in reversed(range(WHOLE_MOST))]
_WHOLE_WORDS = words(_WHOLES, 2).view(np.uint64).ravel()
_WHOLE_SIZES = np.array([len(text) for text in _WHOLES])
_CENTS = [f".{number:02d}".removesuffix("0") + "\0" for number in range(100)]
_CENT_WORDS = words(_CENTS).ravel()
_CENT_SIZES = np.array([len(text) for text in _CENTS])


def wholes(numbers: Integers) -> Texts:
    """Return integers from 0 to `WHOLE_MOST` without an end, two words each."""
    found = np.empty((*numbers.shape, 2), np.uint32)
    _put_wholes(found, numbers)
    return Texts(found, _WHOLE_SIZES.take(numbers))


# What stands behind the point, in units of the last of `_MOST_PLACES`: three digits, then what three, or two
# and the end, say of numbers with 8, 6 and 4 places, and the last two of those with 8.
_MOST_PLACES = 8
_FIRST, _MIDDLE = 100_000, 100
_FIRST_WORDS = words(f".{number:03d}" for number in range(1000)).ravel()
_KINDS = (8, 6, 4)
_MIDDLE_WORDS = words(
    [f"{number:03d}" for number in range(1000)]
    + [f"{number:03d}\0" for number in range(1000)]
    + [f"{number // 100}\0" for number in range(1000)]
).ravel()
_LAST_WORDS = words([f"{number:02d}\0" for number in range(100)] + [""] * 200).ravel()
# The most words of a number.
NUMBER_WORDS = 5


class Parts(NamedTuple):
    """What stands before the point of numbers, by its place in the table of those, and what behind it."""

    wholes: Integers
    rests: Integers

    def cents(self) -> Texts:
        """Return prices in whole cents as `str` writes them, NUL-ended, three words each."""
        rests = self.rests // 10 ** (_MOST_PLACES - 2)
        found = np.empty((*rests.shape, 3), np.uint32)
        _put_wholes(found, self.wholes)
        found[..., 2] = _CENT_WORDS.take(rests)
        return Texts(found, _WHOLE_SIZES.take(self.wholes) + _CENT_SIZES.take(rests))


class Rounding:
    """Columns of numbers that are rounded to so many places each, as `"%f"` does it.

    Args:
        places: 4, 6 or 8 of each column.
    """

    def __init__(self, places: Sequence[int]) -> None:
        kinds = [_KINDS.index(count) for count in places]
        self._places = tuple(places)
        self._units = np.array([10.0**count for count in places])
        self._fill = np.array([10.0 ** (_MOST_PLACES - count) for count in places])
        self._middles = np.array([1000 * kind for kind in kinds])
        self._lasts = np.array([100 * kind for kind in kinds])
        self._sizes = np.array([count + len(".\0") for count in places])

    def parts(self, rows: Column) -> Parts:
        """Return rows of finite numbers below `WHOLE_MOST`, a number of each column in a row."""
        scaled = np.abs(rows) * self._units
        digits = np.rint(scaled)
        is_odd = (np.abs(scaled - digits) > 0.5 - _TIE) | (scaled > _SCALED_MOST)
        if is_odd.any():
            for row, column in np.argwhere(is_odd).tolist():
                text = f"{abs(rows[row, column]):.{self._places[column]}f}"
                digits[row, column] = int(text.replace(".", ""))
        # Floats hold integers as these exactly, and divide them faster than integers do.
        whole = np.floor(digits / self._units)
        rests = ((digits - whole * self._units) * self._fill).astype(np.int64)
        places_in_table = whole.astype(np.int64)
        np.invert(places_in_table, out=places_in_table, where=np.signbit(rows))
        return Parts(places_in_table, rests)

    def texts(self, numbers: Parts) -> Texts:
        """Return the numbers, NUL-ended, `NUMBER_WORDS` each."""
        first = numbers.rests // _FIRST
        rest = numbers.rests - first * _FIRST
        middle = rest // _MIDDLE
        found = np.empty((*first.shape, NUMBER_WORDS), np.uint32)
        _put_wholes(found, numbers.wholes)
        found[..., 2] = _FIRST_WORDS.take(first)
        found[..., 3] = _MIDDLE_WORDS.take(middle + self._middles)
        found[..., 4] = _LAST_WORDS.take(rest - middle * _MIDDLE + self._lasts)
        return Texts(found, _WHOLE_SIZES.take(numbers.wholes) + self._sizes)


def _put_wholes(found: Words, numbers: Integers) -> None:
    """Write what stands before the point into the first two words of each number."""
    found[..., :2].view(np.uint64)[..., 0] = _WHOLE_WORDS.take(numbers)
