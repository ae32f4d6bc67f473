"""The inbox hands out the same list however the facts trickled in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.broker import inbox as inbox_module
from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.errors import InvariantBroken
from strategies.core.events import BrokerNotice, ListingMissing, Quotes
from strategies.core.facts import Quote
from strategies.core.instruments import InstrumentKey

NOW = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


def notice(code: int) -> BrokerNotice:
    """Return a report."""
    return BrokerNotice(time=UNSTAMPED, code=code, text="")


def missing(what: str) -> ListingMissing:
    """Return a result."""
    return ListingMissing(time=UNSTAMPED, what=what, reason="")


def quote(key: str, bid: float | None) -> Quote:
    """Return a quote."""
    return Quote(instrument=InstrumentKey(key), bid=bid)


@given(
    merge=st.lists(st.sampled_from("rsq"), max_size=60),
    prices=st.lists(st.tuples(st.sampled_from(["B", "A", "C"]), st.integers(1, 3)), min_size=60, max_size=60),
)
@settings(deadline=None, derandomize=True)
def test_any_interleaving_gives_the_same_drained_list(
    merge: list[str], prices: list[tuple[str, int]]
) -> None:
    """Each kind keeps its own order, between kinds it is fixed: segmentation cannot show."""
    interleaved, in_turn = Inbox(), Inbox()
    reports = [notice(number) for number in range(merge.count("r"))]
    results = [missing(str(number)) for number in range(merge.count("s"))]
    quotes = [quote(key, float(price)) for key, price in prices[: merge.count("q")]]
    sources = {"r": iter(reports), "s": iter(results), "q": iter(quotes)}
    takers = {"r": interleaved.report, "s": interleaved.result, "q": interleaved.quote}
    for kind in merge:
        takers[kind](next(sources[kind]))  # type: ignore[operator]
    for latest in quotes:
        in_turn.quote(latest)
    for result in results:
        in_turn.result(result)
    for report in reports:
        in_turn.report(report)
    drained = interleaved.drain(NOW, quotes=True)
    assert drained == in_turn.drain(NOW, quotes=True)
    assert all(event.time == NOW for event in drained)
    kinds = [type(event) for event in drained]
    assert kinds == sorted(kinds, key=[BrokerNotice, ListingMissing, Quotes].index)


def test_quotes_are_the_latest_of_each_instrument_in_order_of_key_and_only_if_changed() -> None:
    """A quote that came back to what was handed out is no news."""
    inbox = Inbox()
    for key, bid in (("B", 1.0), ("A", 2.0), ("B", 3.0)):
        inbox.quote(quote(key, bid))
    first = inbox.drain(NOW, quotes=True)
    assert first == [Quotes(time=NOW, quotes=(quote("A", 2.0), quote("B", 3.0)))]
    for key, bid in (("A", 9.0), ("A", 2.0), ("B", 4.0)):
        inbox.quote(quote(key, bid))
    assert inbox.drain(NOW, quotes=True) == [Quotes(time=NOW, quotes=(quote("B", 4.0),))]


def test_quotes_wait_until_they_are_asked_for() -> None:
    """A drain without quotes leaves them, and only reports and results set `pending`."""
    inbox = Inbox()
    inbox.quote(quote("A", 1.0))
    assert not inbox.pending.is_set()
    assert inbox.quotes_pending.is_set()
    assert inbox.drain(NOW, quotes=False) == []
    assert len(inbox.drain(NOW, quotes=True)) == 1
    assert not inbox.quotes_pending.is_set()


def test_a_new_connection_makes_an_equal_quote_news_again() -> None:
    """After a gap the receiver must learn that the quote is fresh."""
    inbox = Inbox()
    inbox.quote(quote("A", 1.0))
    inbox.drain(NOW, quotes=True)
    inbox.forget_quotes()
    inbox.quote(quote("A", 1.0))
    assert len(inbox.drain(NOW, quotes=True)) == 1


def test_an_inbox_that_nobody_drains_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded: a stalled loop is a bug that must end the process."""
    monkeypatch.setattr(inbox_module, "REPORTS_MAX", 2)
    inbox = Inbox()
    inbox.report(notice(1))
    inbox.report(notice(2))
    with pytest.raises(InvariantBroken, match="nobody drains"):
        inbox.report(notice(3))
