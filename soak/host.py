"""The paper gateway on the virtual loop: its real sessions and wire code, its clock the world's."""

import asyncio
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.clock import instants, parse_mode
from simulator.faults import Faults
from simulator.gateway import Gateway, Settings
from simulator.instruments import Instrument
from simulator.ledger import Ledger
from simulator.macro_files import write_macro
from simulator.market.model import Bar
from simulator.market.model import Session as TradingDay
from simulator.market.sources import generate
from simulator.market.tape import Breadth, FutureDay, Level, Tape
from simulator.session import Session

ACCOUNT = "DU1234567"


class Truth(Ledger):
    """The gateway's own record, kept in memory.

    Attributes:
        rows: (kind, time, facts) in order.
    """

    def __init__(self) -> None:
        super().__init__(None)
        self.rows: list[tuple[str, datetime, dict[str, Any]]] = []

    def write(self, kind: str, time: datetime, **facts: object) -> None:
        """See `Ledger.write`."""
        self.rows.append((kind, time, facts))


def make_gateway(*, regime: str, first: date, sessions: int, seed: int, step_s: int, macro: Path) -> Gateway:
    """Return a new gateway that plays a generated market; its ledger is a `Truth`.

    Args:
        regime: of the market, as `sessions`, `first` and `seed`; see `simulator.market.sources.generate`.
        first: first day.
        sessions: how many.
        seed: of market and gateway.
        step_s: seconds between two instants.
        macro: where the made-up macro figures of those days are written.
    """
    market = generate(regime, first, sessions, seed)
    macro.mkdir(exist_ok=True)
    write_macro(macro, market, regime, seed)
    settings = Settings(
        account=ACCOUNT, cash=Decimal(1_000_000), seed=seed, clock=parse_mode("real"), step_s=step_s
    )
    return Gateway(settings, market, Truth(), Faults())


class _Door(Session):
    """A session that sees to it that the gateway knows the time before it answers."""

    def __init__(self, host: "Host") -> None:
        super().__init__(host.gateway)
        self._host = host

    def data_received(self, data: bytes) -> None:
        """See `Session.data_received`."""
        self._host.tell_the_time()
        super().data_received(data)


class Host:
    """Plays the gateway's instants as the virtual time comes to them.

    Args:
        gateway: as it stands.
        loop: whose time it is.
        now: the true time.
    """

    def __init__(
        self, gateway: Gateway, loop: asyncio.AbstractEventLoop, now: Callable[[], datetime]
    ) -> None:
        self.gateway = gateway
        self._loop = loop
        self._now = now
        settings = gateway.settings
        self._ahead = [t for t in instants(gateway.market.sessions, settings.step_s) if t > gateway.now]
        self._ahead.reverse()
        self._then: list[tuple[int, Callable[[], None]]] = []
        self._schedule()

    @property
    def truth(self) -> Truth:
        """The gateway's own record."""
        ledger = self.gateway.ledger
        assert isinstance(ledger, Truth)
        return ledger

    def accept(self) -> Session:
        """Answer a connection."""
        return _Door(self)

    def tell_the_time(self) -> None:
        """Bring the gateway's clock up to now; what is due is played first."""
        now = self._now()
        if self._ahead and self._ahead[-1] <= now:
            self._beat()
        self.gateway.now = max(self.gateway.now, now)

    def call_after_next(self, act: Callable[[], None]) -> None:
        """Do something once the instant after the present one has been played."""
        self._then.append((1, act))

    def play_at(self, when: datetime) -> None:
        """Have the gateway live through one more instant: what lasts there begins and ends at instants."""
        if self._ahead and when < self._ahead[0]:
            self._ahead = sorted({*self._ahead, when}, reverse=True)
            self._schedule()

    def end_outages(self) -> None:
        """Have the gateway reach its servers again."""
        outages = self.gateway.faults.outages
        outages.end_all()
        if outages.cut_off:
            self.play_at(self._now() + timedelta(milliseconds=1))

    def _schedule(self) -> None:
        if self._ahead:
            wait_s = (self._ahead[-1] - self._now()).total_seconds()
            self._loop.call_later(max(wait_s, 0.0), self._beat)

    def _beat(self) -> None:
        now = self._now()
        due = bool(self._ahead) and self._ahead[-1] <= now
        while self._ahead and self._ahead[-1] <= now:
            self.gateway.run_to(self._ahead.pop())
            due_now = [act for left, act in self._then if left == 0]
            self._then = [(left - 1, act) for left, act in self._then if left > 0]
            for act in due_now:
                act()
        if due:
            self.gateway.clients.flush()
            self._schedule()

    def frozen(self) -> "Frozen":
        """Return the gateway as it stands; nobody may be connected."""
        assert not list(self.gateway.clients), "a client is connected"
        return Frozen.of(self.gateway)


_NEVER_CHANGE = (Tape, Bar, TradingDay, Level, FutureDay, Breadth, Instrument)


@dataclass(frozen=True)
class Frozen:
    """A gateway as bytes, and beside them the parts that never change, which all its copies share."""

    content: bytes
    shared: tuple[object, ...]

    @classmethod
    def of(cls, gateway: Gateway) -> "Frozen":
        """Return a gateway frozen."""
        shared: dict[int, tuple[int, object]] = {}

        class Pickler(pickle.Pickler):
            def persistent_id(self, obj: object) -> int | None:
                if not isinstance(obj, _NEVER_CHANGE):
                    return None
                return shared.setdefault(id(obj), (len(shared), obj))[0]

        content = io.BytesIO()
        Pickler(content, protocol=5).dump(gateway)
        return cls(content.getvalue(), tuple(part for _, part in shared.values()))

    def thawed(self) -> Gateway:
        """Return a gateway of one's own that stands where the frozen one stood."""
        shared = self.shared

        class Unpickler(pickle.Unpickler):
            def persistent_load(self, pid: int) -> object:
                return shared[pid]

        gateway = Unpickler(io.BytesIO(self.content)).load()
        assert isinstance(gateway, Gateway)
        return gateway
