"""The paper gateway as one synchronous machine: it stands at an instant, and plays the next one when told to.

Nothing here waits or looks at the wall clock, so the order and content of everything sent depends only on
the seed and on the requests in the order in which they came.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from simulator import replies
from simulator.account import Account
from simulator.account_feed import AccountFeed
from simulator.bar_feeds import BarFeeds
from simulator.booking import Booking
from simulator.clients import Client, Clients
from simulator.clock import ClockMode, instants, start_of
from simulator.contracts import Universe
from simulator.desk import Desk
from simulator.exchange import Exchange
from simulator.faults import Faults
from simulator.generic_ticks import GenericTicks
from simulator.history import History
from simulator.hours import Hours, new_york_day
from simulator.ledger import Ledger
from simulator.market.model import Market, Session
from simulator.order_check import OrderCheck
from simulator.order_news import OrderNews
from simulator.outages import BACK_DATA_LOST, LOST, TEXTS
from simulator.pacing import HistoryPacing
from simulator.pnl import PnlFeed
from simulator.quotes import Board
from simulator.recorder import Recorder
from simulator.settlement import Settlement
from simulator.switches import Switches
from simulator.tick_faults import FARMS_OK, TickFaults
from simulator.tick_stream import TickStream
from simulator.ticks import Subscription
from simulator.world import World

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a gateway is set up.

    Attributes:
        account: account code.
        cash: opening cash in dollars.
        seed: of sizes, fills inside the spread and ids.
        clock: how game time runs.
        start: game time at the start; None for 08:45 New York of the first session.
        step_s: seconds between the instants of a session.
        step_client: id of the client whose time requests advance a stepped clock; None for the first to ask.
        switches: what differs between real gateways.
        special_session: a session with hours of its own.
    """

    account: str
    cash: Decimal
    seed: int
    clock: ClockMode
    start: datetime | None = None
    step_s: int = 60
    step_client: int | None = None
    switches: Switches = field(default_factory=Switches)
    special_session: Session | None = None


class Gateway:
    """Everything a client talks to, behind the protocol.

    Args:
        settings: how it is set up.
        market: the world it plays.
        ledger: its record.
        faults: what goes wrong.
    """

    def __init__(self, settings: Settings, market: Market, ledger: Ledger, faults: Faults) -> None:
        self.settings = settings
        self.ledger = ledger
        self.faults = faults
        self.clients = Clients()
        self.now = settings.start or start_of(market.sessions[0])
        first, last = market.sessions[0].day, market.sessions[-1].day
        self.hours = Hours(first, last, settings.special_session)
        self.market = World(market, self.hours, settings.seed)
        self.universe = Universe(self.market, self.hours)
        self.board = Board(self.market, self.hours, settings.seed)
        self.account = Account(settings.account, settings.cash)
        self.feed = AccountFeed(self.account, self.board, self.clients)
        self.pnl = PnlFeed(self.account, self.board, self.clients)
        self.recorder = Recorder(self.board)
        self.history = History(self.market, self.recorder, self.hours)
        self.pacing = HistoryPacing()
        self._tick_faults = TickFaults(faults, self.clients)
        self._ticks = TickStream(
            board=self.board,
            recorder=self.recorder,
            generics=GenericTicks(self.market, settings.seed),
            faults=self._tick_faults,
            bars=BarFeeds(self.history, self.recorder),
        )
        self.booking = Booking(
            board=self.board,
            account=self.account,
            ledger=ledger,
            seed=settings.seed,
            bag_commission=settings.switches.bag_commission,
            executions=[],
        )
        self.desk, self.exchange = self._make_floor()
        self._settlement = Settlement(
            market=self.market, account=self.account, exchange=self.exchange, feed=self.feed, ledger=ledger
        )
        self.save: Callable[[Gateway], None] | None = None
        self._step_client = settings.step_client
        self._watched_on: date | None = None
        self._ahead = deque(t for t in instants(market.sessions, settings.step_s) if t > self.now)
        self.market.move_to(self.now)
        self.board.refresh(self.now)
        self._ticks.begin(self.now, self.clients)
        faults.move_to(self.now)
        self.pnl.begin(self.now)
        self._watch_underlyings()

    def _make_floor(self) -> tuple[Desk, Exchange]:
        """Make the desk that takes orders and the exchange that works them."""
        check = OrderCheck(universe=self.universe, hours=self.hours, account=self.account, board=self.board)
        news = OrderNews(
            account=self.account,
            clients=self.clients,
            feed=self.feed,
            faults=self.faults,
            switches=self.settings.switches,
        )
        desk = Desk(
            account=self.account,
            ledger=self.ledger,
            faults=self.faults,
            check=check,
            switches=self.settings.switches,
            news=news,
        )
        exchange = Exchange(
            board=self.board, hours=self.hours, booking=self.booking, seed=self.settings.seed, listener=news
        )
        return desk, exchange

    def attach(self, client: Client) -> None:
        """Let a client in that has started its API; greets it with its account, order id and farm notices."""
        self.clients.add(client)
        self.desk.reconnected(client.client_id, self.exchange)
        if self.faults.strikes("id_rollback"):
            self.desk.roll_back(client.client_id)
        self.ledger.write("connect", self.now, client=client.client_id)
        client.send(
            replies.managed_accounts(self.settings.account),
            replies.next_valid_id(self.desk.next_order_id(client.client_id)),
            *(replies.error(-1, code, text) for code, text in FARMS_OK),
        )
        if self.faults.outages.cut_off:
            client.send(replies.error(-1, LOST, TEXTS[LOST]))

    def detach(self, client: Client) -> None:
        """Forget a client that is gone; its orders go on."""
        self.clients.remove(client)
        self.ledger.write("disconnect", self.now, client=client.client_id)

    def tell_time(self, client: Client) -> None:
        """Answer the time; if this client steps the clock, first play the next instant."""
        if self.settings.clock.speed is None:
            if self._step_client is None:
                self._step_client = client.client_id
            if self._step_client == client.client_id and self._ahead:
                self._play(self._ahead.popleft())
                while self.faults.outages.offline and self._ahead:
                    self._play(self._ahead.popleft())  # with nobody there to ask, time goes on by itself
        client.send(replies.current_time(self.now))

    def run_to(self, now: datetime) -> None:
        """Play every instant of the schedule up to a game time, and that time itself (running clocks)."""
        while self._ahead and self._ahead[0] <= now:
            self._play(self._ahead.popleft())
        if self._ahead and now > self.now:
            self._play(now)
        self.now = max(self.now, now)  # after the last session time still runs

    def send_ticks(self, clients: Iterable[Client]) -> None:
        """Send the ticks and bars of this instant that have changed."""
        if not (self.faults.outages.cut_off or self._tick_faults.is_silent):
            self._ticks.send(clients)

    def send_first_ticks(self, client: Client, subscription: Subscription) -> None:
        """Send what is displayed at this instant to a new subscription."""
        if not self.faults.outages.cut_off:
            self._ticks.send_one(client, subscription)

    def resume(self, client: Client) -> None:
        """Send a client that reads again what has waited for it, and then its latest ticks."""
        client.unblock()
        self.send_ticks([client])
        client.flush()

    def keep(self) -> None:
        """Write the state down, if it is to outlive this process; before anything of it is told."""
        if self.save is not None:
            self.save(self)

    def steps_with(self, client: Client | None) -> bool:
        """Return whether a client's time requests move the clock."""
        return (
            client is not None and self.settings.clock.speed is None and self._step_client == client.client_id
        )

    def _watch_underlyings(self) -> None:
        """Record what history is asked of most: the indices and the futures that are listed."""
        today = new_york_day(self.now)
        if self._watched_on != today:
            self._watched_on = today
            for item in self.universe.underlyings(today):
                self.recorder.watch(item, self.now)

    def _play(self, now: datetime) -> None:
        self.now = now
        self.market.move_to(now)
        self.board.refresh(now)
        self._suffer(now)
        self._ticks.begin(now, self.clients)
        self._settlement.run(now)
        self.pnl.begin(now)
        self._watch_underlyings()
        self.recorder.note(now)
        self.exchange.is_halted = self._tick_faults.is_halted
        self.desk.run(self.exchange, now)
        self.exchange.begin_instant(now)
        self.send_ticks(self.clients)
        self.exchange.match_all(now)
        if not self.faults.outages.cut_off:
            self.feed.beat(now)
            self.pnl.beat()
        _LOG.debug("instant played", extra={"facts": {"now": now.isoformat()}})

    def _suffer(self, now: datetime) -> None:
        """Let the outages of this instant begin or end."""
        self.faults.move_to(now)
        outages = self.faults.outages
        was_offline = outages.offline
        code = outages.move_to(now)
        for client in self.clients:
            if code is not None:
                client.send(replies.error(-1, code, TEXTS[code]))
            if code == BACK_DATA_LOST:
                client.subscriptions.clear()
            if outages.offline and not was_offline:
                client.flush()
                client.hang_up()
        if code is not None:
            self.ledger.write("connectivity", now, code=code)
        if not outages.cut_off:
            self._tick_faults.move_to(now)
        if outages.offline != was_offline:
            self.ledger.write("offline" if outages.offline else "online", now)
