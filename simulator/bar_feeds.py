"""Bars that go on: historical ones that are kept up to date, and real-time bars."""

from datetime import date, datetime, timedelta

from simulator import data_replies as replies
from simulator.clients import Client
from simulator.history import BarFeed, History
from simulator.market.model import Bar
from simulator.recorder import Recorder, TimedBar, bar_start, bars_of

REAL_TIME_BAR_S = 5


class BarFeeds:
    """Sends what is new of every subscription to bars at each instant.

    Of a bar in the making a client that does not read gets the last state only.

    Args:
        history: the bars in the making.
        recorder: the prices of real-time bars.
    """

    def __init__(self, history: History, recorder: Recorder) -> None:
        self._history = history
        self._recorder = recorder

    def send(self, client: Client, now: datetime) -> None:
        """Send the bars of this instant to one client."""
        for request_id in sorted(client.bar_feeds):
            feed = client.bar_feeds[request_id]
            if feed.real_time:
                self._send_real_time(client, request_id, feed, now)
            else:
                self._send_update(client, request_id, feed, now)

    def _send_update(self, client: Client, request_id: int, feed: BarFeed, now: datetime) -> None:
        bar = self._history.current(feed.query, now)
        if bar is None:
            return
        held, feed.held = feed.held, None
        if bar == feed.sent:
            return
        if held is not None and _start_of(held) != _start_of(bar):
            client.send(replies.bar_update(request_id, held, feed.format_date))
        if client.is_blocked:
            feed.held = bar
        else:
            feed.sent = bar
            client.send(replies.bar_update(request_id, bar, feed.format_date))

    def _send_real_time(self, client: Client, request_id: int, feed: BarFeed, now: datetime) -> None:
        """Send a bar once its five seconds are over; without an instant in them there is none."""
        end = bar_start(now, REAL_TIME_BAR_S)
        since = end - timedelta(seconds=REAL_TIME_BAR_S) if feed.sent_until is None else feed.sent_until
        if end <= since:
            return
        feed.sent_until = end
        one = timedelta(microseconds=1)  # instants at the end belong to the next bar
        query = feed.query
        prices = self._recorder.prices(
            query.item, query.kind, since - one, end - one, regular=query.regular_only
        )
        for bar in bars_of(prices, REAL_TIME_BAR_S):
            client.send(replies.real_time_bar(request_id, bar))


def _start_of(bar: Bar | TimedBar) -> date | datetime:
    """Return when a bar begins."""
    return bar.day if isinstance(bar, Bar) else bar.start
