"""The state keeps what is needed: before each session the rest is forgotten, so that it never grows."""

from datetime import UTC, datetime

from msgspec import structs

from strategies.alvh.strategy import step
from strategies.core.events import Job, Timer
from strategies.core.facts import Quote
from strategies.core.instruments import SPX, InstrumentKey
from strategies.core.state import Market, Seen, State

PREP = datetime(2018, 1, 22, 14, 15, tzinfo=UTC)
GONE = InstrumentKey("OPT.VIX.20171219.16.C")


def prepared(state: State) -> State:
    """Return the state after a session's preparation."""
    after, _ = step(state, Timer(time=PREP, job=Job.SESSION_PREP, intended=PREP), 1)
    return after


def test_quotes_of_what_is_not_watched_are_forgotten() -> None:
    """Rule: options that were looked at once do not stay in the state for years."""
    quotes = {key: Seen(Quote(instrument=key, last=1.0), PREP) for key in (SPX.key, GONE)}
    state = structs.replace(State(), market=Market(quotes=quotes), watch=(SPX.key,))
    assert set(prepared(state).market.quotes) == {SPX.key}


def test_what_was_said_of_plans_that_are_over_is_forgotten() -> None:
    """Rule: plans are numbered for ever, and nothing more is decided on one that was dropped."""
    state = structs.replace(State(), verdicts={"condor_open:P00001": "ordered|", "peel": "hold|"})
    assert set(prepared(state).verdicts) == {"peel"}
