"""The ticks of an instant: worked out and encoded once a contract, however many clients watch it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from simulator import tick_frames
from simulator.bar_feeds import BarFeeds
from simulator.clients import Client
from simulator.generic_ticks import GenericTicks
from simulator.hours import new_york_day
from simulator.quotes import Board, Quote
from simulator.recorder import Recorder, TimedBar
from simulator.shown import Present, Shown, advance
from simulator.tick_faults import TickFaults
from simulator.tick_frames import Tick
from simulator.tick_numbers import FROZEN, LIVE
from simulator.ticks import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """The step that subscribers of a contract take together; `frames` are made once a request id."""

    before: Shown
    quote: Quote
    day: TimedBar | None
    after: Shown
    ticks: list[Tick]
    frames: dict[int, bytes] = field(default_factory=dict)


class TickStream:
    """Sends ticks and bars to the clients.

    A client whose connection takes no more bytes is passed over. It has missed nothing but what is no longer
    true: with its next ticks it gets the latest of each line and field that has changed meanwhile.

    Args:
        board: the quotes.
        recorder: open, high and low of the day.
        generics: values of generic ticks.
        faults: what goes wrong with them.
        bars: bars that go on.
    """

    def __init__(
        self, *, board: Board, recorder: Recorder, generics: GenericTicks, faults: TickFaults, bars: BarFeeds
    ) -> None:
        self._board = board
        self._recorder = recorder
        self._generics = generics
        self._faults = faults
        self._bars = bars
        self._steps: dict[tuple[int, frozenset[str], int], list[_Step]] = {}
        self._now: datetime | None = None
        self._day: date | None = None

    def begin(self, now: datetime) -> None:
        """Start a new instant; the board has been moved there before."""
        self._now, self._day = now, new_york_day(now)
        self._steps.clear()

    def send(self, clients: Iterable[Client]) -> None:
        """Send the ticks and bars of this instant that have changed."""
        assert self._now is not None
        for client in clients:
            for request_id in sorted(client.subscriptions):
                self.send_one(client, client.subscriptions[request_id])
            if client.bar_feeds:
                self._bars.send(client, self._now)

    def send_one(self, client: Client, subscription: Subscription) -> None:
        """Send what has changed of one subscription; for a new one that is all there is."""
        assert self._now is not None
        item = subscription.item
        if subscription.wants_frozen and subscription.kind in {LIVE, FROZEN} and not client.is_blocked:
            client.send(*subscription.change_kind(LIVE if self._board.is_open(item) else FROZEN))
        quote = self._board.frozen(item) if subscription.kind == FROZEN else self._board.quote(item)
        if client.is_blocked:
            if subscription.is_delayed:
                subscription.keep(self._faults.distort(quote), self._now)
            return
        if subscription.is_delayed:
            self._send_delayed(client, subscription, quote)
            return
        step = self._step(subscription, quote)
        subscription.shown = step.after
        if not step.ticks:
            return
        made = step.frames.get(subscription.request_id)
        if made is None:
            made = step.frames[subscription.request_id] = tick_frames.frames(
                step.ticks, subscription.request_id
            )
        client.send(made)

    def _step(self, subscription: Subscription, quote: Quote) -> _Step:
        """Return the step that brings a subscription to the present, the same for all that stand alike."""
        item, day = subscription.item, self._today(subscription)
        steps = self._steps.setdefault((item.con_id, subscription.generics, subscription.kind), [])
        for step in steps:
            if step.before is subscription.shown and step.quote is quote and step.day is day:
                return step
        present = self._present(subscription, self._faults.distort(quote), day)
        after, ticks = advance(subscription.shown, present, item, subscription.generics, subscription.kind)
        # Who came later stands like the others from here on, and takes their steps.
        after = next((step.after for step in steps if step.after == after), after)
        step = _Step(before=subscription.shown, quote=quote, day=day, after=after, ticks=ticks)
        steps.append(step)
        return step

    def _send_delayed(self, client: Client, subscription: Subscription, quote: Quote) -> None:
        assert self._now is not None
        due = subscription.due(self._faults.distort(quote), self._now)
        if due is None:
            return
        present = self._present(subscription, due, self._today(subscription))
        subscription.shown, ticks = advance(
            subscription.shown, present, subscription.item, subscription.generics, subscription.kind
        )
        if ticks:
            client.send(tick_frames.frames(ticks, subscription.request_id))

    def _today(self, subscription: Subscription) -> TimedBar | None:
        assert self._day is not None
        return self._recorder.today(subscription.item, self._day)

    def _present(self, subscription: Subscription, quote: Quote, day: TimedBar | None) -> Present:
        assert self._now is not None
        values = self._faults.halt_ticks()
        if subscription.generics:
            values |= self._generics.values(subscription.item, subscription.generics, self._now)
        return Present(quote=quote, day=day, values=values)
