"""Real days from a data folder, as a tape.

Files: spx_daily.csv and vix_daily.csv (open, high, low, close), vvix_daily.csv (vvix),
vx_futures_contracts_daily.csv (per contract, preferred) and vx_term_structure_daily.csv (M1 to M8, used where
a contract has no line of its own). Cboe's downloads stand in for all but the first, or add newer days (see
`cboe`). May be missing: vix3m_daily.csv (close), counts of breadth (see `levels`), bars inside the day (see
`intraday`). SPX opens before 2014 mostly equal the previous close; they are played as they are. A VX line of
a settlement day carries the official final settlement value.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from simulator.market.bars import index_bars
from simulator.market.calendar import Calendar
from simulator.market.contract_days import CONTRACTS, FIRST_DAY, ContractDays
from simulator.market.intraday import read_guides
from simulator.market.levels import read_breadth, read_levels
from simulator.market.model import Bar, MarketDataError, Session
from simulator.market.tape import FutureDay, Series, Tape

# Expiries listed on the last day settle up to nine months later; bars of futures reach back as far.
_MARGIN = timedelta(days=400)
# Bars inside the day reach back so far before the first played one.
_BARS_BACK = timedelta(days=60)


def read_tape(folder: Path, start: date, end: date, seed: int) -> Tape:
    """Read the days up to `end` and make those from `start` on the played ones.

    Raises:
        MarketDataError: a file is missing or wrong, or the range is not covered; see the message.
    """
    if end < start:
        raise MarketDataError(f"end = {end} is before start = {start}: give a range of at least one session")
    if start < FIRST_DAY:
        raise MarketDataError(
            f"start = {start} is before the first day with VIX futures: give {FIRST_DAY} or later"
        )
    spx = index_bars(folder, "spx_daily.csv", end)
    vix = index_bars(folder, "vix_daily.csv", end)
    calendar = Calendar(start - _MARGIN, end + _MARGIN)
    sessions = calendar.between(start, end)
    if not sessions:
        raise MarketDataError(
            f"no session from start = {start} to end = {end}: give a range with a trading day"
        )
    _require(sessions, spx, "spx_daily.csv")
    _require(sessions, vix, "vix_daily.csv")
    contracts = ContractDays(folder, calendar, end)
    _require_front(sessions, contracts.rows)
    return Tape(
        calendar=calendar,
        sessions=sessions,
        spx=Series(spx),
        vix=Series(vix),
        vvix=Series(read_levels(folder, "vvix_daily.csv", "vvix", end)),
        vix3m=Series(read_levels(folder, "vix3m_daily.csv", "close", end)),
        breadth=Series(read_breadth(folder, end)),
        guides=read_guides(folder, calendar, start - _BARS_BACK, end),
        futures={
            expiry: Series([rows[day] for day in sorted(rows)])
            for expiry, rows in sorted(contracts.rows.items())
        },
        finals=contracts.finals,
        seed=seed,
    )


def _require(sessions: tuple[Session, ...], bars: list[Bar], file: str) -> None:
    days = {bar.day for bar in bars}
    for session in sessions:
        if session.day not in days:
            raise MarketDataError(
                f"{file}: no line for {session.day}, a session; add it or play another range"
            )


def _require_front(sessions: tuple[Session, ...], futures: Mapping[date, Mapping[date, FutureDay]]) -> None:
    """The first two contracts settle on every played day: the slope, and so the hedge, rests on them."""
    for session in sessions:
        known = sum(session.day in rows for rows in futures.values())
        if known < 2:
            raise MarketDataError(
                f"{CONTRACTS}: fewer than two settlements for {session.day}, a session; "
                "add them or play another range"
            )
