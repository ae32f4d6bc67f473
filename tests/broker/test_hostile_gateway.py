"""A gateway that sends nonsense: it is told, bounded, and never ends or fills the daemon."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from daemon.broker.ib import link
from daemon.broker.ib.order_book import OrderBook
from daemon.broker.ib.reports import Reports
from daemon.broker.ib.values import ID_CHARS_MAX, TEXT_CHARS_MAX, identity, words
from daemon.broker.inbox import UNSTAMPED, Inbox
from strategies.core.events import BrokerNotice, Connection, Link

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]
Messages = list[tuple[object, ...]]


def once_asked(*messages: tuple[object, ...]) -> Callable[[list[str]], Messages]:
    """Answer the first request for open orders with these, too."""
    left = [list(messages)]

    def answer(request: list[str]) -> Messages:
        return left.pop() if request[0] == "5" and left else []

    return answer


async def test_a_text_of_any_length_is_kept_short_and_printable(
    hand_made: Start, session: StartSession
) -> None:
    """A message of a megabyte would otherwise stand in the journal for good."""
    made = await hand_made("DU1", once_asked((4, 2, -1, 9999, "x\x07" * 500_000, "")))
    world = session(made.port)
    notice = await world.until(lambda event: isinstance(event, BrokerNotice) and event.code == 9999)
    assert len(notice.text) <= TEXT_CHARS_MAX + 3
    assert notice.text.isprintable()


async def test_a_message_without_an_end_ends_the_connection(
    hand_made: Start, session: StartSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its length is the sender's word; what is kept of it is ours."""
    monkeypatch.setattr(link, "_MESSAGE_BYTES_MAX", 10_000)
    made = await hand_made("DU1", once_asked((4, 2, -1, 9999, "x" * 500_000, "")))
    world = session(made.port)
    down = await world.until(lambda event: isinstance(event, Connection) and event.link is Link.DOWN)
    assert "closed the connection" in down.reason or "more than 10000 bytes" in down.reason


@pytest.mark.parametrize("filled", ["nan", "inf", "1.7976931348623157E308"])
def test_a_report_that_makes_no_sense_is_a_notice(filled: str) -> None:
    """The daemon lives on; a snapshot in which one came is not complete."""
    inbox = Inbox()
    reports = Reports(OrderBook("test-"), inbox)
    heard = SimpleNamespace(undecoded=0)
    order = SimpleNamespace(orderRef="test-1", orderId=1, permId=7, clientId=7)
    told = SimpleNamespace(status="Submitted", filled=float(filled), remaining=1.0, permId=7)
    trade = SimpleNamespace(order=order, orderStatus=told, log=[])
    reports._readable(heard, reports._status_changed)(trade)  # type: ignore[arg-type]
    (notice,) = inbox.drain(UNSTAMPED, quotes=False)
    assert isinstance(notice, BrokerNotice)
    assert "makes no sense" in notice.text
    assert heard.undecoded == 1


@pytest.mark.parametrize("text", ["x" * (ID_CHARS_MAX + 1), "a\nb", "a\x00"])
def test_an_id_that_is_none_is_refused(text: str) -> None:
    """Ids are keys of the book: they are taken as they are or not at all."""
    with pytest.raises(ValueError, match="where an id must be"):
        identity(text)


def test_words_of_every_script_are_kept() -> None:
    """Only what a terminal would obey is taken out."""
    assert words("Ordre refusé: größer\x1b[2J") == "Ordre refusé: größer?[2J"
