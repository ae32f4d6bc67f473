"""Numbers of a column as text, all at once and in less time than one by one."""

import numpy as np

from simulator.market.model import Column

_DIGITS = 3
_GROUP = 10**_DIGITS
_MILLION = _GROUP * _GROUP
# Code points of three digits by number.
_TEXTS = np.array([f"{number:03d}" for number in range(_GROUP)]).view(np.uint32).reshape(_GROUP, _DIGITS)
_POINT = ord(".")
# What stands before the point; that of the negative -n at -1 - n.
_WHOLES = [str(number) for number in range(4000)]
_WHOLES += [f"-{number}" for number in reversed(_WHOLES)]
_MOST = 4000
# Closer to the middle of two last digits the product below does not tell which of them is nearer.
_TIE = 1e-5


def six_decimals(column: Column) -> list[str]:
    """Return finite numbers as `"%.6f"` writes them."""
    scaled = np.abs(column) * _MILLION
    rounded = np.rint(scaled)
    is_odd = (rounded >= _MOST * _MILLION) | (np.abs(np.abs(scaled - rounded) - 0.5) < _TIE)
    rounded[is_odd] = 0.0
    digits = rounded.astype(np.uint32)
    thousands = digits // _GROUP
    wholes = thousands // _GROUP
    decimals = np.empty((len(column), 1 + 2 * _DIGITS), np.uint32)
    decimals[:, 0] = _POINT
    decimals[:, 1:4] = _TEXTS[thousands - wholes * _GROUP]
    decimals[:, 4:7] = _TEXTS[digits - thousands * _GROUP]
    places = np.where(np.signbit(column), ~wholes.astype(np.int64), wholes)
    ends = decimals.view("U7").ravel().tolist()
    texts = [_WHOLES[place] + end for place, end in zip(places.tolist(), ends, strict=True)]
    for place in np.flatnonzero(is_odd).tolist():
        texts[place] = f"{column[place]:.6f}"
    return texts
