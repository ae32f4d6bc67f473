"""FRED's answers, and macro facts from them.

A row of `series/observations` asked for over a span of real-time periods is a value as it stood from
`realtime_start` (the day of its vintage) on; a revised period has several rows. A vintage has a day and no
time of day, so a value counts from the midnight that ends that day in New York.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from msgspec import Struct

from daemon.hours import NEW_YORK
from daemon.macro.periods import period_fault, release_fault
from strategies.core.macro import MacroFact, Series

_MISSING = "."


class Observation(Struct, frozen=True, kw_only=True):
    """One row; the value is text, `.` where there is none."""

    realtime_start: date
    date: date
    value: str


class Answer(Struct, frozen=True, kw_only=True):
    """One page of rows; `count` is that of all pages."""

    observations: tuple[Observation, ...]
    count: int


class Refusal(Struct, frozen=True, kw_only=True):
    """What stands in an answer that is an error."""

    error_message: str


class UnreadableAnswer(ValueError):  # noqa: N818 - named for what it is
    """The answer is not in the format, or says what cannot be."""


def decode(body: bytes) -> Answer:
    """Return a page.

    Raises:
        UnreadableAnswer: it is none.
    """
    try:
        return msgspec.json.decode(body, type=Answer)
    except msgspec.MsgspecError as error:
        raise UnreadableAnswer(f"the answer is not in FRED's format: {error}") from error


def refusal(body: bytes) -> str:
    """Return the message of an error answer, empty where it has none."""
    try:
        return msgspec.json.decode(body, type=Refusal).error_message
    except msgspec.MsgspecError:
        return ""


def facts_of(series: Series, observations: Iterable[Observation]) -> Iterator[MacroFact]:
    """Yield the facts of a series' rows; a vintage that left a value as it was is no revision.

    Raises:
        UnreadableAnswer: a value is no number, a period is none of the series, or it was known too early.
    """
    before: MacroFact | None = None
    for row in sorted(observations, key=lambda row: (row.date, row.realtime_start)):
        if row.value == _MISSING:
            continue
        fact = _fact(series, row)
        if before is None or (before.period, before.value) != (fact.period, fact.value):
            yield fact
        before = fact


def _fact(series: Series, row: Observation) -> MacroFact:
    ends = datetime.combine(row.realtime_start + timedelta(days=1), time(0), NEW_YORK).astimezone(UTC)
    try:
        fact = MacroFact(series, row.date, ends, float(row.value))
    except ValueError:
        raise UnreadableAnswer(f"{series} of {row.date}: value = {row.value!r} is no number") from None
    fault = period_fault(series, row.date) or release_fault(series, row.date, ends)
    if fault:
        raise UnreadableAnswer(f"{series} of {row.date}, realtime_start = {row.realtime_start}: {fault}")
    return fact
