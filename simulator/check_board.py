"""`python -m simulator.check_board FILE.csv --vix V [--vix3m V3]`: the SPX surface against a real board.

Options of 7 to 90 days, |delta| 0.05 to 0.60 (from their own implied volatility) with two-sided quotes. The
board gives forward, discount factor and implied volatility of each mid; the surface knows VIX and VIX3M only.
"""

import argparse
import json
import math
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import QuantLib as ql  # noqa: N813 - its customary name

from simulator.market.board import BoardExpiry, BoardQuote, read_board
from simulator.market.model import MarketDataError
from simulator.pricing import spx

FIRST_DAYS, LAST_DAYS = 7.0, 90.0
DELTA_LEAST, DELTA_MOST = 0.05, 0.60

_TYPES = {"C": ql.Option.Call, "P": ql.Option.Put}
_LOWEST, _HIGHEST, _HALVINGS = 0.005, 5.0, 50


class IvError(NamedTuple):
    """Model less market implied volatility of one option, in vol points."""

    root: str
    expiration: date
    points: float


def implied_volatility(part: BoardExpiry, quote: BoardQuote) -> float | None:
    """Black-76 volatility of a quote's mid, a fraction a year; None where the mid has no volatility."""
    root, kind = math.sqrt(part.years), _TYPES[quote.right]

    def price(volatility: float) -> float:
        found: float = ql.blackFormula(kind, quote.strike, part.forward, volatility * root, part.discount)
        return found

    low, high = _LOWEST, _HIGHEST
    if not price(low) < quote.mid < price(high):
        return None
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if price(middle) < quote.mid else (low, middle)
    return 0.5 * (low + high)


def model_volatility(part: BoardExpiry, strike: float, vix: float, vix3m: float | None) -> float:
    """The surface's volatility of a strike of a board's expiry, a fraction a year."""
    smile, atm = spx.slice_at(vix, vix3m, part.years)
    return smile.volatility(math.log(strike / part.forward), atm, math.sqrt(part.years))


def iv_errors(board: tuple[BoardExpiry, ...], vix: float, vix3m: float | None) -> list[IvError]:
    """The errors of all options that qualify."""
    found = []
    for part in board:
        for quote in part.quotes:
            market = implied_volatility(part, quote)
            if market is None or not DELTA_LEAST <= _delta_size(part, quote, market) <= DELTA_MOST:
                continue
            model = model_volatility(part, quote.strike, vix, vix3m)
            found.append(IvError(part.root, part.expiration, 100.0 * (model - market)))
    return found


def summary(errors: list[IvError]) -> dict[str, object]:
    """The figures of the report: all options together, then each expiry."""
    groups: dict[str, list[float]] = {}
    for error in errors:
        groups.setdefault(f"{error.expiration} {error.root}", []).append(error.points)
    return {
        **_figures([error.points for error in errors]),
        "expiries": {name: _figures(points) for name, points in sorted(groups.items())},
    }


def main(values: list[str] | None = None) -> int:
    """Print the report; exit code 0, or 2 for input that cannot be checked."""
    parser = argparse.ArgumentParser(prog="python -m simulator.check_board", description=__doc__)
    parser.add_argument("file", type=Path, help="a board in the columns of options_spx_2011-01-24.csv")
    parser.add_argument("--vix", type=_points, required=True, help="VIX of that moment, in points")
    parser.add_argument("--vix3m", type=_points, help="VIX3M of that moment, in points")
    found = parser.parse_args(values)
    try:
        errors = iv_errors(read_board(found.file, FIRST_DAYS, LAST_DAYS), found.vix, found.vix3m)
    except MarketDataError as fault:
        return _refuse(str(fault))
    if not errors:
        wanted = f"{FIRST_DAYS:g} to {LAST_DAYS:g} days, |delta| {DELTA_LEAST} to {DELTA_MOST}, two-sided"
        return _refuse(f"{found.file}: no option of {wanted}; give a board that has some")
    sys.stdout.write(json.dumps(summary(errors), indent=2) + "\n")
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"python -m simulator.check_board: {reason}\n")
    return 2


def _points(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 1.0 <= found <= 200.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no index level; give points from 1 to 200")
    return found


def _delta_size(part: BoardExpiry, quote: BoardQuote, volatility: float) -> float:
    deviation = volatility * math.sqrt(part.years)
    d1 = math.log(part.forward / quote.strike) / deviation + 0.5 * deviation
    in_the_money = 0.5 * (1.0 + math.erf(d1 / math.sqrt(2.0)))
    return in_the_money if quote.right == "C" else 1.0 - in_the_money


def _figures(points: list[float]) -> dict[str, object]:
    sizes = sorted(abs(point) for point in points)
    return {
        "options": len(sizes),
        "iv_abs_error_median_vol_points": round(_quantile(sizes, 0.5), 3),
        "iv_abs_error_p90_vol_points": round(_quantile(sizes, 0.9), 3),
        "iv_error_mean_vol_points": round(sum(points) / len(points), 3),
    }


def _quantile(ascending: list[float], share: float) -> float:
    """Linear between the order statistics."""
    place = share * (len(ascending) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ascending) - 1)
    return ascending[low] + (place - low) * (ascending[high] - ascending[low])


if __name__ == "__main__":
    sys.exit(main())
