"""Numbers of a column as text, all at once: in words of four characters, padded where they are shorter.

Texts that are put together word by word, for many contracts in one go, are squeezed in the end: `squeezed`
takes the padding out. The tables hold the words of all groups of digits; nothing is formatted number by number.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.market.model import Column

Words = npt.NDArray[np.uint32]
Integers = npt.NDArray[np.int64]

# A byte that no text has in it, and no length of a frame as short as these.
PAD = b"\xfe"
_WORD_BYTES = 4
# Numbers from here on are not in the table of what stands before the point.
WHOLE_MOST = 20_000
_GROUP, _GROUP_DIGITS = 1000, 3
# Closer to the middle of two last digits, or with so many of them, a product does not tell which is nearer.
_TIE, _SCALED_MOST = 1e-5, 4e10


class Texts(NamedTuple):
    """Texts of equally many words each, NUL-ended or not, and how many characters each has without padding."""

    words: Words
    sizes: Integers

    def part(self, place: slice) -> "Texts":
        """Return some of them, by their first dimension."""
        return Texts(self.words[place], self.sizes[place])


def words(texts: Iterable[str], size: int = 1) -> Words:
    """Return texts, at most so many words long, as rows of words."""
    padded = (text.encode("latin-1").ljust(size * _WORD_BYTES, PAD) for text in texts)
    return np.frombuffer(b"".join(padded), np.uint32).reshape(-1, size)


def squeezed(rows: Words) -> bytes:
    """Return the text of words, row by row, without the padding."""
    characters = rows.view(np.uint8).ravel()
    return characters.compress(characters != PAD[0]).tobytes()


# What stands before the point; that of the negative -n at -1 - n, for there is a -0 too.
_WHOLES = [str(number) for number in range(WHOLE_MOST)]
_WHOLES += [f"-{number}" for number in reversed(range(WHOLE_MOST))]
_WHOLE_WORDS = words(_WHOLES, 2)
_WHOLE_SIZES = np.array([len(text) for text in _WHOLES])
_FIRST_GROUP = words(f".{number:03d}" for number in range(_GROUP)).ravel()
_INNER_GROUP = words(f"{number:03d}" for number in range(_GROUP)).ravel()
# The last group of digits with the end of the field, by how many digits it has.
_LAST_GROUPS = {
    digits: words(f"{number:0{digits}d}\0" for number in range(10**digits)).ravel() for digits in (1, 2, 3)
}
_CENTS = [f".{cents:02d}".removesuffix("0") + "\0" for cents in range(100)]
_CENT_WORDS = words(_CENTS).ravel()
_CENT_SIZES = np.array([len(text) for text in _CENTS])


def wholes(numbers: Integers) -> Texts:
    """Return integers from 0 to `WHOLE_MOST` without an end, two words each."""
    return Texts(_WHOLE_WORDS[numbers], _WHOLE_SIZES[numbers])


def cents(hundredths: Integers) -> Texts:
    """Return prices in whole cents as `str` writes their floats, NUL-ended, three words each."""
    whole = hundredths // 100
    rest = hundredths - whole * 100
    found = np.empty((*hundredths.shape, 3), np.uint32)
    found[..., :2] = _WHOLE_WORDS[whole]
    found[..., 2] = _CENT_WORDS[rest]
    return Texts(found, _WHOLE_SIZES[whole] + _CENT_SIZES[rest])


def decimals(column: Column, places: int) -> Texts:
    """Return finite numbers below `WHOLE_MOST` as `"%.{places}f"` writes them, NUL-ended.

    Args:
        column: the numbers, in an array of any shape.
        places: more than 3; the words are two, and one for every three of them begun.
    """
    digits = _digits(column, places)
    whole = digits // 10**places
    rest = digits - whole * 10**places
    place = np.where(np.signbit(column), ~whole, whole)
    left = places - _GROUP_DIGITS
    groups = 2 + -(-places // _GROUP_DIGITS)
    found = np.empty((*column.shape, groups), np.uint32)
    found[..., :2] = _WHOLE_WORDS[place]
    table = _FIRST_GROUP
    for at in range(2, groups - 1):
        group = rest // 10**left
        found[..., at] = table[group]
        rest -= group * 10**left
        table, left = _INNER_GROUP, left - _GROUP_DIGITS
    found[..., -1] = _LAST_GROUPS[left + _GROUP_DIGITS][rest]
    return Texts(found, _WHOLE_SIZES[place] + (places + 2))


def _digits(column: Column, places: int) -> Integers:
    """Return all digits of the absolute numbers, rounded to so many places."""
    scaled = np.abs(column) * 10**places
    rounded = np.rint(scaled)
    is_odd = (np.abs(np.abs(scaled - rounded) - 0.5) < _TIE) | (scaled > _SCALED_MOST)
    digits = rounded.astype(np.int64)
    if is_odd.any():
        for place in np.argwhere(is_odd).tolist():
            digits[*place] = int(f"{abs(column[*place]):.{places}f}".replace(".", ""))
    return digits
