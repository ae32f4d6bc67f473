"""The ticks of an instant: worked out and encoded once a contract, however many clients watch it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from simulator import tick_by_tick, tick_frames
from simulator.bar_feeds import BarFeeds
from simulator.clients import Client
from simulator.generic_ticks import GenericTicks
from simulator.hours import new_york_day
from simulator.instruments import Combo, Instrument
from simulator.option_ticks import OptionTicks, shown_by
from simulator.quotes import Board, Quote
from simulator.recorder import Recorder, TimedBar
from simulator.shown import NOTHING, Present, Shown, advance
from simulator.tick_faults import TickFaults
from simulator.tick_frames import Tick
from simulator.tick_numbers import FROZEN, LIVE, UNDELAYED
from simulator.ticks import DELAY, Subscription


class _Step(NamedTuple):
    """The step that subscribers of a contract take together; `templates` are by the size of request ids."""

    before: Shown
    quote: Quote
    day: TimedBar | None
    after: Shown
    ticks: list[Tick]
    templates: dict[int, bytes]


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
        # The steps of this instant by the identity of what was shown, and the latest shown of each kind.
        self._steps: dict[int, _Step] = {}
        self._latest: dict[tuple[int | Combo, frozenset[str], int], Shown] = {}
        # What was subscribed at the last instant: how much, and which contracts.
        self._lines = 0
        self._watched: dict[int, Instrument] = {}
        self._has_new = False
        self._halts: dict[int, float] = {}
        self._options = OptionTicks()
        # Whether options show what the board displays, and what else they show is as at the last instant.
        self._is_plain = self._is_steady = False
        self._now: datetime | None = None
        self._day: date | None = None
        # The present for live and delayed data, in epoch seconds.
        self._live_at = self._delayed_at = 0

    def begin(self, now: datetime, clients: Iterable[Client]) -> None:
        """Start a new instant, to which the board has been moved, and prepare what the clients watch."""
        self._now, self._day = now, new_york_day(now)
        self._live_at, self._delayed_at = int(now.timestamp()), int((now - DELAY).timestamp())
        self._steps = {}
        self._latest = {}
        halts, self._halts = self._halts, self._faults.halt_ticks()
        self._is_plain = not self._faults.is_distorting
        self._is_steady = self._is_plain and self._halts == halts
        lines = [subscription for client in clients for subscription in client.subscriptions.values()]
        if len(lines) != self._lines or self._has_new:
            self._lines, self._has_new = len(lines), False
            self._watched = {item.con_id: item for line in lines for item in _contracts(line)}
            self._board.watch(self._watched.values())
        self._options.begin(self._board.prepare())

    def send(self, clients: Iterable[Client]) -> None:
        """Send the ticks and bars of this instant that have changed."""
        assert self._now is not None
        for client in clients:
            lines = client.subscriptions
            if client.is_blocked:
                self._hold(lines.values())
            else:
                client.send(*self._news([lines[key] for key in sorted(lines)]))
                if client.tick_feeds:
                    client.send(*tick_by_tick.news(client.tick_feeds, self._board, self._now))
            if client.bar_feeds:
                self._bars.send(client, self._now)

    def send_one(self, client: Client, subscription: Subscription) -> None:
        """Send all there is of a new subscription: an answer, which waits for who does not read."""
        if any(item.con_id not in self._watched for item in _contracts(subscription)):
            self._has_new = True
        client.send(self._frames(subscription))

    def _hold(self, lines: Iterable[Subscription]) -> None:
        """Keep the present quotes of delayed subscriptions, which are due later."""
        assert self._now is not None
        for line in lines:
            if line.is_delayed:
                line.keep(self._faults.distort(self._board.shown(line.item)), self._now)

    def _news(self, lines: Iterable[Subscription]) -> list[bytes]:
        """Return the frames of what has changed of subscriptions, in their order."""
        before, now = self._options.before if self._is_steady else None, self._options.now
        traded, mark = self._board.traded_ids, tick_frames.ID
        id_size, templates = 0, dict[int, bytes]()
        found: list[bytes] = []
        for line in lines:
            if before is None or line.table is not before or line.con_id in traded:
                found.append(self._frames(line))
                continue
            own = line.wire_id
            if len(own) != id_size:
                id_size = len(own)
                templates = self._options.frames().templates(id_size)
            line.table = now
            found.append(templates[line.con_id].replace(mark, own))
        return found

    def _frames(self, subscription: Subscription) -> bytes:
        """Return the frames of what has changed of one subscription."""
        item, head = subscription.item, b""
        if subscription.table is not None:
            subscription.shown = shown_by(subscription.table, subscription.con_id, subscription.shown)
            subscription.table = None
        if subscription.wants_frozen and subscription.kind in UNDELAYED:
            head = b"".join(subscription.change_kind(LIVE if self._board.is_open(item) else FROZEN))
        kind = subscription.kind
        quote = self._board.shown(item, frozen=kind == FROZEN)
        if kind not in UNDELAYED:
            return self._delayed(subscription, quote)
        step = self._step(subscription, quote)
        subscription.shown = step.after
        if self._is_plain and self._goes_by_table(subscription):
            subscription.table = self._options.now
        if not step.ticks:
            return head
        own = subscription.wire_id
        made = step.templates.get(len(own))
        if made is None:
            made = step.templates[len(own)] = tick_frames.template(step.ticks, len(own))
        return head + made.replace(tick_frames.ID, own)

    def _goes_by_table(self, subscription: Subscription) -> bool:
        """Return whether the table of options has all there is to show of a subscription from now on."""
        item, table = subscription.item, self._options.now
        return (
            table is not None
            and isinstance(item, Instrument)
            and item.con_id in table.watched.rows
            and subscription.kind == LIVE
            and not subscription.generics
            and item.con_id not in self._board.traded_ids
        )

    def _step(self, subscription: Subscription, quote: Quote) -> _Step:
        """Return the step that brings a subscription to the present, the same for all that stand alike."""
        before, item, day = subscription.shown, subscription.item, self._today(subscription)
        # What was shown tells subscriptions of one kind apart, unless nothing was.
        step = self._steps.get(id(before))
        if step is not None and step.before is before and step.quote is quote and step.day is day:
            return step
        present = self._present(subscription, self._faults.distort(quote), day)
        after, ticks = advance(before, present, item, subscription.generics, subscription.kind)
        # Who came later stands like the others from here on, and takes their steps.
        key = (item if isinstance(item, Combo) else item.con_id, subscription.generics, subscription.kind)
        alike = self._latest.setdefault(key, after)
        if alike == after:
            after = alike
        else:
            self._latest[key] = after
        step = _Step(before, quote, day, after, ticks, {})
        if before is not NOTHING:
            self._steps[id(before)] = step
        return step

    def _delayed(self, subscription: Subscription, quote: Quote) -> bytes:
        assert self._now is not None
        due = subscription.due(self._faults.distort(quote), self._now)
        if due is None:
            return b""
        present = self._present(subscription, due, self._today(subscription))
        subscription.shown, ticks = advance(
            subscription.shown, present, subscription.item, subscription.generics, subscription.kind
        )
        return tick_frames.frames(ticks, subscription.request_id)

    def _today(self, subscription: Subscription) -> TimedBar | None:
        assert self._day is not None
        item = subscription.item
        return None if isinstance(item, Combo) else self._recorder.today(item, self._day)

    def _present(self, subscription: Subscription, quote: Quote, day: TimedBar | None) -> Present:
        assert self._now is not None
        item, at = subscription.item, None
        if self._board.is_open(item):
            at = self._delayed_at if subscription.is_delayed else self._live_at
        if not subscription.generics or isinstance(item, Combo):
            return Present(quote, day, self._halts, at)
        values = self._generics.values(item, subscription.generics, self._now)
        return Present(quote, day, self._halts | values, at)


def _contracts(subscription: Subscription) -> list[Instrument]:
    """Return the contracts whose quotes a subscription shows: its own, or the legs of its combo."""
    item = subscription.item
    return [leg.instrument for leg in item.legs] if isinstance(item, Combo) else [item]
