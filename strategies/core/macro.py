"""What the rules ask of macro facts: only what is released, and nothing that is older than its limit."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from msgspec import structs

from strategies.core.events import Macro
from strategies.core.macro_facts import MacroFact, Point, Points, Series, fold
from strategies.core.records import MacroRefused
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

__all__ = [
    "MacroFact",
    "Point",
    "Series",
    "latest",
    "next_meeting",
    "on_macro",
    "points",
    "year_on_year",
]

_NEW_YORK = ZoneInfo("America/New_York")
_DECISION_HOUR = 14
"""New York time at which a meeting's decision is out; until then the meeting is ahead."""


def on_macro(turn: Turn, event: Macro) -> None:
    """Keep the facts that are released; write down the others, which an adapter should not have sent."""
    known, refused = fold(turn.state.macro, event.facts, turn.now)
    turn.set(macro=known)
    for fact, reason in refused:
        turn.records.append(MacroRefused(time=turn.now, fact=fact, reason=reason))


def points(turn: Turn, series: Series) -> Points:
    """Return what is known of a series, oldest period first, however old it is."""
    return turn.state.macro.get(series, ())


def latest(turn: Turn, series: Series) -> float | Unavailable:
    """Return the value of the newest period, in the unit of the series.

    Of `fomc` it is the change expected at the next meeting. It is unavailable when nothing is known, when the
    newest period has no value, and when its release is more than `macro.<series>_days` days ago.
    """
    newest = next_meeting(turn) if series is Series.FOMC else _newest(turn, series)
    if isinstance(newest, Unavailable):
        return newest
    if newest.value is None:
        return Unavailable(f"{series} of {newest.period} has no value")
    return newest.value


def year_on_year(turn: Turn, series: Series) -> float | Unavailable:
    """Return the newest value against the one of the same month a year before, percent."""
    value = latest(turn, series)
    if isinstance(value, Unavailable):
        return value
    known = points(turn, series)
    newest = known[-1].period
    wanted = (newest.year - 1, newest.month)
    before = next((p for p in reversed(known) if (p.period.year, p.period.month) == wanted), None)
    if before is None or before.value is None or before.value <= 0.0:
        return Unavailable(f"{series}: no value a year before {newest}")
    return 100.0 * (value / before.value - 1.0)


def next_meeting(turn: Turn) -> Point | Unavailable:
    """Return the next meeting of the FOMC; its value is the expected change, percentage points.

    On its own day a meeting is ahead until 14:00 in New York. The value is `None` where the expectation is
    unknown, or was released more than `macro.fomc_days` days ago: the day of a meeting stands for long, what
    is expected of it does not.
    """
    over = turn.now.astimezone(_NEW_YORK).hour >= _DECISION_HOUR
    for point in points(turn, Series.FOMC):
        if point.period > turn.today or (point.period == turn.today and not over):
            old = point.value is not None and _too_old(turn, Series.FOMC, point)
            return structs.replace(point, value=None) if old else point
    return Unavailable("fomc: no meeting ahead is known")


def _newest(turn: Turn, series: Series) -> Point | Unavailable:
    known = points(turn, series)
    if not known:
        return Unavailable(f"{series}: nothing is known")
    newest = known[-1]
    if _too_old(turn, series, newest):
        age, limit = (turn.now - newest.released).days, _limit_days(turn, series)
        return Unavailable(
            f"{series} of {newest.period} was released {age} days ago, macro.{series}_days is {limit}"
        )
    return newest


def _too_old(turn: Turn, series: Series, point: Point) -> bool:
    return turn.now - point.released > timedelta(days=_limit_days(turn, series))


def _limit_days(turn: Turn, series: Series) -> int:
    limit: int = getattr(turn.rules.macro, f"{series}_days")
    return limit
