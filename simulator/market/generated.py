"""Generated days as a tape: a regime's process, drawn again until its story comes out."""

from datetime import date, timedelta

from simulator.market.calendar import Calendar
from simulator.market.listings import Listings
from simulator.market.model import MarketDataError, Session
from simulator.market.paths import stream
from simulator.market.process import GeneratedDay, Process
from simulator.market.regimes import Law, regime_named
from simulator.market.story import is_shock_story
from simulator.market.tape import FutureDay, Level, Series, Tape

# Sessions of history before the first played one: 252-session signals, and as much again and more.
WARM_UP_SESSIONS = 650
SESSIONS_MAX = 2_000
FIRST_START, LAST_START = date(1995, 1, 1), date(2090, 1, 1)

_LISTED_FUTURES = 9
_ATTEMPTS_MAX = 1_000
# Calendar days that hold the given sessions for sure, and a margin for the expiries beyond.
_DAYS_PER_SESSION = 1.5
_MARGIN = timedelta(days=400)


def generate_tape(name: str, start: date, sessions: int, seed: int, special: Session | None) -> Tape:
    """Draw the days of a regime.

    Raises:
        MarketDataError: unknown regime, or `start` or `sessions` out of range; see the message.
    """
    regime = regime_named(name)
    if not 1 <= sessions <= SESSIONS_MAX:
        raise MarketDataError(f"sessions = {sessions} is out of range: give 1 to {SESSIONS_MAX}")
    if not FIRST_START <= start <= LAST_START:
        raise MarketDataError(f"start = {start} is out of range: give {FIRST_START} to {LAST_START}")
    drawn = max(sessions, regime.story_sessions)
    back = timedelta(days=int(WARM_UP_SESSIONS * _DAYS_PER_SESSION)) + _MARGIN
    ahead = timedelta(days=int(drawn * _DAYS_PER_SESSION) + 14) + _MARGIN
    calendar = Calendar(start - back, start + ahead, special)
    to_play = [session for session in calendar.sessions if session.day >= start][:drawn]
    before = [session for session in calendar.sessions if session.day < start][-WARM_UP_SESSIONS:]
    listings = Listings(calendar)
    listed = {
        session.day: listings.expiries("VIX", session.day)[:_LISTED_FUTURES]
        for session in (*before, *to_play)
    }
    laws = list(regime.laws(WARM_UP_SESSIONS, drawn))
    story_end = WARM_UP_SESSIONS + regime.story_sessions
    for attempt in range(_ATTEMPTS_MAX):
        days = _draw(
            Process(stream(seed, name, attempt), stream(seed, name, attempt, "beside")), listed, laws
        )
        if not regime.story_sessions or is_shock_story(days[:story_end], WARM_UP_SESSIONS):
            kept = days[: WARM_UP_SESSIONS + sessions]
            return _tape(kept, calendar, len(before), seed)
    raise MarketDataError(
        f"regime = {name!r}, seed = {seed}: no story in {_ATTEMPTS_MAX} draws; give another seed"
    )


def _draw(process: Process, listed: dict[date, tuple[date, ...]], laws: list[Law]) -> list[GeneratedDay]:
    return [
        process.day(day, law, expiries) for (day, expiries), law in zip(listed.items(), laws, strict=True)
    ]


def _tape(days: list[GeneratedDay], calendar: Calendar, warm_up: int, seed: int) -> Tape:
    futures: dict[date, list[FutureDay]] = {}
    for day in days:
        for expiry, settle in day.settlements.items():
            futures.setdefault(expiry, []).append(FutureDay(day=day.spx.day, settle=settle, bar=None))
    return Tape(
        calendar=calendar,
        sessions=calendar.between(days[warm_up].spx.day, days[-1].spx.day),
        spx=Series([day.spx for day in days]),
        vix=Series([day.vix for day in days]),
        vvix=Series([Level(day=day.spx.day, value=day.vvix) for day in days]),
        vix3m=Series([]),
        breadth=Series([day.breadth for day in days]),
        futures={expiry: Series(rows) for expiry, rows in sorted(futures.items())},
        guides={},
        finals={},
        seed=seed,
    )
