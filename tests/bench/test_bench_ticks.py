"""The made stream of ticks, and how it is found again in what was decided."""

import itertools
from datetime import UTC, datetime

from bench import frames
from bench.decided import Injected, oldest_s
from bench.watcher import Subscription, read_subscription, ticks
from strategies.core.events import Quotes
from strategies.core.facts import Quote
from strategies.core.instruments import InstrumentKey

_INDEX = Subscription(
    request_id=4,
    terms=("11", "SPX", "IND", "", "0.0", "", "", "CBOE", "", "USD", "", ""),
    generics="",
)
_CALL = Subscription(
    request_id=5,
    terms=("12", "VIX", "OPT", "20260217", "15.0", "C", "100", "SMART", "", "USD", "", "VIX"),
    generics="",
)
_CALL_KEY = InstrumentKey("OPT.VIX.20260217.15.C")


def test_a_request_is_read_as_the_client_sends_it() -> None:
    """Rule: the bare client subscribes what the daemon has subscribed, field by field."""
    frame = frames.pack(1, 11, 5, *_CALL.terms, 0, "221,232", 0, 0, "")
    found = read_subscription(frame)
    assert (found.request_id, found.terms, found.generics) == (5, _CALL.terms, "221,232")
    assert found.key == _CALL_KEY


def test_each_price_differs_from_the_one_before_and_never_crosses() -> None:
    """Rule: every injected tick is news, near the real price, and bid stays under ask."""
    prices = {11: {4: 6000.0}, 12: {1: 0.5, 2: 0.52}}
    made = list(itertools.islice(ticks([_INDEX, _CALL], prices), 5 * 2000))
    by_side: dict[tuple[str, str], list[float]] = {}
    for tick in made:
        by_side.setdefault((tick.key, tick.name), []).append(tick.value)
    assert len(by_side) == 5
    assert all(one != other for values in by_side.values() for one, other in itertools.pairwise(values))
    bids, asks = by_side[_CALL_KEY, "bid"], by_side[_CALL_KEY, "ask"]
    assert all(bid < ask for bid, ask in zip(bids, asks, strict=True))


def test_ages_are_those_of_the_value_that_was_decided_on() -> None:
    """Rule: a decision on an old value is seen as old although newer ones were sent."""
    injected = Injected(kept=10)
    stream = ticks([_CALL], {12: {1: 0.5, 2: 0.52}})
    for at in range(100, 108):
        injected.note([next(stream)], float(at))
    event = Quotes(
        time=datetime.fromtimestamp(110, UTC), quotes=(Quote(instrument=_CALL_KEY, bid=0.5, ask=0.521),)
    )
    assert oldest_s([event], injected) == [10.0]
    assert injected.missing_from([event]) == [f"the last bid of {_CALL_KEY} was not decided on"]


def test_everything_decided_on_leaves_nothing_missing() -> None:
    """Rule: the last value of every instrument is decided on, in whichever event it comes."""
    injected = Injected(kept=1)
    injected.note(itertools.islice(ticks([_CALL], {12: {1: 0.5, 2: 0.52}}), 4), 100.0)
    event = Quotes(
        time=datetime.fromtimestamp(101, UTC), quotes=(Quote(instrument=_CALL_KEY, bid=0.5, ask=0.52),)
    )
    assert injected.missing_from([event]) == []
    assert injected.missing_from([]) != []
