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

    def part(self, place: slice) -> "Texts":
        """Return some of them, by their first dimension."""
        return Texts(self.words[place], self.sizes[place])


def words(texts: Iterable[str], size: int = 1) -> Words:
    """Return texts, at most so many words long, as rows of words."""
    padded = (text.encode("latin-1").ljust(size * WORD_BYTES, PAD) for text in texts)
    return np.frombuffer(b"".join(padded), np.uint32).reshape(-1, size)


def squeezed(rows: Words) -> npt.NDArray[np.uint8]:
    """Return the characters of words, row by row, without the padding."""
    characters = rows.view(np.uint8).ravel()
    return characters.compress(characters != PAD[0])


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
    return Texts(_whole_words(numbers), _WHOLE_SIZES.take(numbers))


class Parts(NamedTuple):
    """What stands before the point of numbers, by its place in the table of those, and what behind it."""

    wholes: Integers
    rests: Integers

    def texts(self, rows: slice, places: int) -> Texts:
        """Return some rows of numbers that were rounded to so many places, 4, 6 or 8, NUL-ended.

        They are three words each, and the fewest more that the places beyond the third and the end take.
        """
        whole, rest = self.wholes[rows], self.rests[rows]
        groups = _GROUPS[places]
        found = np.empty((*whole.shape, 2 + len(groups)), np.uint32)
        found[..., :2] = _whole_words(whole)
        for at, (unit, table) in enumerate(groups[:-1], start=2):
            group = rest // unit
            found[..., at] = table.take(group)
            rest = rest - group * unit
        found[..., -1] = groups[-1][1].take(rest)
        return Texts(found, _WHOLE_SIZES.take(whole) + (places + 2))

    def cents(self, rows: slice, places: int) -> Texts:
        """Return some rows of prices in whole cents as `str` writes them, NUL-ended, three words each."""
        whole, rest = self.wholes[rows], self.rests[rows] // 10 ** (places - 2)
        found = np.empty((*whole.shape, 3), np.uint32)
        found[..., :2] = _whole_words(whole)
        found[..., 2] = _CENT_WORDS.take(rest)
        return Texts(found, _WHOLE_SIZES.take(whole) + _CENT_SIZES.take(rest))


# The words behind the point, by how many places there are: what a group of digits counts, and its texts.
_POINT_GROUP = words(f".{number:03d}" for number in range(1000)).ravel()
_GROUPS = {
    4: [(10, _POINT_GROUP), (1, words(f"{number}\0" for number in range(10)).ravel())],
    6: [(1000, _POINT_GROUP), (1, words(f"{number:03d}\0" for number in range(1000)).ravel())],
    8: [
        (100_000, _POINT_GROUP),
        (100, words(f"{number:03d}" for number in range(1000)).ravel()),
        (1, words(f"{number:02d}\0" for number in range(100)).ravel()),
    ],
}


def parts(rows: Column, places: Sequence[int]) -> Parts:
    """Return rows of finite numbers below `WHOLE_MOST`, each row rounded to its places as `"%f"` does it."""
    units = np.array([[10.0**count] for count in places])
    scaled = np.abs(rows) * units
    digits = np.rint(scaled)
    is_odd = (np.abs(scaled - digits) > 0.5 - _TIE) | (scaled > _SCALED_MOST)
    if is_odd.any():
        for row, place in np.argwhere(is_odd).tolist():
            digits[row, place] = int(f"{abs(rows[row, place]):.{places[row]}f}".replace(".", ""))
    # Floats hold integers as these exactly, and divide them faster than integers do.
    whole = np.floor(digits / units)
    rests = (digits - whole * units).astype(np.int64)
    places_in_table = whole.astype(np.int64)
    np.invert(places_in_table, out=places_in_table, where=np.signbit(rows))
    return Parts(places_in_table, rests)


def _whole_words(numbers: Integers) -> Words:
    return _WHOLE_WORDS.take(numbers)[..., np.newaxis].view(np.uint32)
