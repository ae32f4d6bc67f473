"""The invariants that hold after every step, kept incrementally: I1 to I4, I6, I7, I11, I12, I13, I14.

The daemon's word comes from what it commits and from its state, the truth from the gateway, the wire and the
store model; nothing is asked of the daemon's own judgement.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from daemon.store import script
from simulator.hours import new_york_day
from soak.truth import CLOCK_KNOWN_AFTER_S, Executions, decided_at, positions_without, premium_usd, untruth
from soak.world import World
from strategies.core.commands import REDUCING, Purpose
from strategies.core.corrections import execution_stem
from strategies.core.events import AnyEvent, Connection, Operator, Quotes, Snapshot, Upstream
from strategies.core.gates import hindrance
from strategies.core.holdings import LayerState, OrderStage
from strategies.core.mode import Action, Mode
from strategies.core.records import Fill, OrderIntended

UNKNOWN_WITHIN_S = 420.0
"""I7: an unknown order is resolved after so much calm."""
READY_WITHIN_S = 420.0
"""I13: the daemon is ready after so much calm."""

_APPEND = script.load("append").sha1
_INTENDED, _FILL = b'"kind":"order_intended"', b'"kind":"fill"'
_INTENT = msgspec.json.Decoder(OrderIntended)
_BOOKED = msgspec.json.Decoder(Fill)
_REF_PREFIX = b"hedged-"
_MINUTE = timedelta(minutes=1)


class Watch:
    """Looks at one world.

    Attributes:
        intents: every intent on disk, by reference.
        executions: the gateway's.
        booked: every fill in the journal since the start, by execution stem.
        before: stems of the executions before the start.
        commits: (first seq, lines) on disk, in order.
        digest: of those lines, for I10.
        ready_after_s: how long each recovery took from the last trouble on.
        resolved_after_s: how long each unknown order stayed one.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.intents: dict[str, OrderIntended] = {}
        self.booked: dict[str, Fill] = {}
        self.commits: list[tuple[int, tuple[bytes, ...]]] = []
        self.digest = hashlib.sha256()
        self.ready_after_s: list[float] = []
        self.resolved_after_s: list[float] = []
        self.last_snapshot: Snapshot | None = None
        self.purposes: Counter[str] = Counter()
        self.executions = Executions(world)
        self.before = frozenset(self.executions.all())
        self._sent: Counter[str] = Counter()
        self._quoted: dict[str, datetime] = {}
        self._intended_at: list[datetime] = []
        self._unknown_since: dict[str, datetime] = {}
        self._troubles = 0
        self._ended_by_force = 0
        self._troubled_at = world.true_now()
        self._was_ready = False
        self._mode = Mode.ACTIVE
        self._clock_moved_at: datetime | None = None
        world.watching.commit.append(self._committed)
        world.watching.sent.append(self._send)
        world.watching.boot.append(self.stir)
        world.watching.durable.append(self._durable)

    @property
    def calm(self) -> bool:
        """Whether no fault is under way."""
        return self._troubles == 0

    def trouble(self, *, lasting: bool) -> None:
        """A fault begins, or has struck."""
        self._troubles += lasting
        self.stir()

    def trouble_over(self) -> None:
        """A lasting fault has ended."""
        if self._ended_by_force:
            self._ended_by_force -= 1
            return
        self._troubles -= 1
        self.stir()

    def all_over(self) -> None:
        """Whatever was under way is ended by force."""
        self._ended_by_force += self._troubles
        self._troubles = 0
        self.stir()

    def stir(self) -> None:
        """Something happened from which the daemon may have to recover."""
        self._troubled_at = self.world.true_now()
        self._was_ready = False

    def clock_moved(self) -> None:
        """The machine's clock was set."""
        self._clock_moved_at = self.world.true_now()

    def _durable(self, name: str, args: Sequence[Any]) -> None:
        """A write of the store is on disk."""
        if name != _APPEND:
            return
        lines = tuple(args[6].split(b"\n"))
        if self.commits and int(args[2]) <= self.commits[-1][0]:
            return  # offered again
        self.commits.append((int(args[2]), lines))
        self.digest.update(args[6] + b"\n")
        for line in lines:
            if _INTENDED in line:
                intent = _INTENT.decode(line)
                if intent.order_ref in self.intents:
                    self._broken("I1", f"{intent.order_ref} was intended twice")
                self.intents[intent.order_ref] = intent
                self.purposes[intent.purpose] += 1
            elif _FILL in line:
                self._book(_BOOKED.decode(line))

    def _book(self, fill: Fill) -> None:
        """I6: no execution twice, none that the gateway does not know."""
        stem = execution_stem(fill.exec_id)
        if stem in self.booked or stem in self.before:
            self._broken("I6", f"execution {fill.exec_id} of {fill.order_ref} was booked twice")
        self.booked[stem] = fill
        true = self.executions.all().get(stem)
        if true is None:
            self._broken("I6", f"execution {fill.exec_id} was booked, the gateway never made it")
        elif true != (fill.order_ref, fill.side, fill.quantity):
            self._broken("I6", f"execution {fill.exec_id} was booked as {fill}, the gateway has {true}")

    def _send(self, world: World, fields: list[bytes]) -> None:
        """An order or a cancel is handed to the socket."""
        if not fields[0].endswith(b"3"):
            return
        ref = next((field for field in fields if field.startswith(_REF_PREFIX)), b"").decode()
        self._sent[ref] += 1
        if self._sent[ref] > 1:
            self._broken("I1", f"{ref} was transmitted {self._sent[ref]} times")
        intent = self.intents.get(ref)
        if intent is None:
            self._broken("I4", f"{ref!r} was transmitted without an intent on disk")
            return
        self._check_may_send(world, ref, intent)
        self._check_amount(world, intent)

    def _check_may_send(self, world: World, ref: str, intent: OrderIntended) -> None:
        """I3: ready, not halted, in hours, paper."""
        state = world.ready_loop.state
        reason = hindrance(state, adds_risk=intent.purpose not in REDUCING)
        unknown = [order.ref for order in state.orders.values() if order.stage is OrderStage.UNKNOWN]
        if reason or unknown:
            self._broken("I3", f"{ref} was transmitted although {reason or f'{unknown} are unknown'}")
        if not state.account.account.startswith(("DU", "DF")):
            self._broken("I3", f"{ref} was transmitted for account {state.account.account!r}")
        now = world.true_now()
        skew_s = timedelta(seconds=abs(world.clock_offset_s))
        moved = self._clock_moved_at
        if moved is not None and (now - moved).total_seconds() < CLOCK_KNOWN_AFTER_S:
            return
        session = world.host.gateway.hours.session(new_york_day(now))
        if session is None or not session.open - skew_s <= now <= session.close + skew_s:
            self._broken("I3", f"{ref} was transmitted outside the session, at {now.isoformat()}")

    def _check_amount(self, world: World, intent: OrderIntended) -> None:
        """I2: what works and what has filled, with this one, is no more than was meant, and never short."""
        subject = intent.subject
        orders = world.host.gateway.exchange.orders.values()
        chain = self._chain(intent)
        mine = [order for order in orders if order.ticket.order_ref in chain]
        filled = sum(order.filled for order in mine)
        working = [o for o in orders if o.is_working and self._subject(o.ticket.order_ref) == subject]
        if working:
            self._broken(
                "I2", f"{intent.order_ref}: {working[0].ticket.order_ref} of {subject} works already"
            )
        meant = max(self.intents[ref].quantity for ref in chain)
        if filled + intent.quantity > meant:
            self._broken("I2", f"{intent.order_ref}: {filled} filled and {intent.quantity} more, of {meant}")
        if intent.purpose in {Purpose.LAYER_PEEL, Purpose.CONDOR_CLOSE}:
            self._check_cover(world, intent)

    def _check_cover(self, world: World, intent: OrderIntended) -> None:
        """A closing order never turns round what its subject holds."""
        others = {ref for ref, other in self.intents.items() if other.subject != intent.subject}
        held = positions_without(world, others)
        for leg in intent.legs:
            have, change = held.get(leg.instrument.key, 0), leg.ratio * intent.quantity
            if have * change > 0 or abs(change) > abs(have):
                self._broken("I2", f"{intent.order_ref} closes {change} of {leg.instrument.key}, held {have}")

    def _chain(self, intent: OrderIntended) -> set[str]:
        """Return the references that an intent stands for, itself included."""
        chain = {intent.order_ref}
        before = intent.supersedes
        while before and before in self.intents:
            chain.add(before)
            before = self.intents[before].supersedes
        return chain

    def _subject(self, ref: str) -> str:
        intent = self.intents.get(ref)
        return "" if intent is None else intent.subject

    def _committed(self, world: World, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """The daemon has taken an event."""
        now, state = world.true_now(), world.ready_loop.state
        match event:
            case Quotes():
                for quote in event.quotes:
                    self._quoted[quote.instrument] = now
            case Connection() | Upstream():
                self._quoted.clear()
                self.stir()
            case Snapshot():
                self.last_snapshot = event
                if untrue := untruth(world, event):
                    self._broken("I5", untrue)
            case _:
                pass
        for body in bodies:
            if _INTENDED in body:
                self._check_intent(world, _INTENT.decode(body), decided_at(world, event))
        self._check_unknown(now, state)
        self._check_ready(now, state)
        self._check_mode(event, state)

    def _check_intent(self, world: World, intent: OrderIntended, decided: datetime) -> None:
        """I11: every leg's quote is fresh. I12: the caps hold."""
        now, settings = world.true_now(), world.settings
        for leg in intent.legs:
            at = self._quoted.get(leg.instrument.key)
            age_s = None if at is None else (decided - at).total_seconds()
            if age_s is None or age_s > settings.stale.option_s:
                self._broken("I11", f"{intent.order_ref}: the quote of {leg.instrument.key} is {age_s} s old")
        self._intended_at.append(now)
        recent = [at for at in self._intended_at if now - at < _MINUTE]
        today = [at for at in self._intended_at if new_york_day(at) == new_york_day(now)]
        caps, state = settings.caps, world.ready_loop.state
        layers = sum(1 for layer in state.layers.values() if layer.state is not LayerState.CLOSED)
        if len(recent) > caps.orders_per_minute_max or len(today) > caps.orders_per_day_max:
            self._broken("I12", f"{len(recent)} orders within a minute, {len(today)} today")
        if layers > caps.layers_open_max:
            self._broken("I12", f"{layers} layers are open")
        worth = state.account.net_liquidation_usd
        if intent.purpose is Purpose.LAYER_OPEN and worth:
            limit = worth * Decimal(str(caps.premium_day_share_max))
            paid = premium_usd(self.world, self.intents, now)
            if paid > limit:
                self._broken("I12", f"{paid} USD of premium today, the cap is {limit}")

    def _check_unknown(self, now: datetime, state: Any) -> None:  # noqa: ANN401 - a State
        """I7: nothing stays unknown."""
        unknown = {o.ref for o in state.orders.values() if o.stage is OrderStage.UNKNOWN}
        for ref in [ref for ref in self._unknown_since if ref not in unknown]:
            calm_since = max(self._unknown_since.pop(ref), self._troubled_at)
            self.resolved_after_s.append((now - calm_since).total_seconds())
        for ref in sorted(unknown):
            since = max(self._unknown_since.setdefault(ref, now), self._troubled_at)
            if self.calm and (now - since).total_seconds() > UNKNOWN_WITHIN_S:
                self._broken(
                    "I7", f"{ref} has been unknown for {(now - since).total_seconds():.0f} s of calm"
                )

    def _check_ready(self, now: datetime, state: Any) -> None:  # noqa: ANN401 - a State
        """I13: faults cease, and it is ready."""
        reason = "" if state.trading.mode is not Mode.ACTIVE else hindrance(state)
        waited_s = (now - self._troubled_at).total_seconds()
        if not reason:
            if not self._was_ready and self.calm:
                self.ready_after_s.append(waited_s)
                self._was_ready = True
        elif self.calm and waited_s > READY_WITHIN_S:
            self._broken("I13", f"not ready after {waited_s:.0f} s of calm: {reason}")

    def _check_mode(self, event: AnyEvent, state: Any) -> None:  # noqa: ANN401 - a State
        """I14: nothing but a person ends a halt."""
        resumed = isinstance(event, Operator) and event.action is Action.RESUME
        mode = state.trading.mode
        if self._mode is not Mode.ACTIVE and mode is Mode.ACTIVE and not resumed:
            self._broken("I14", f"{self._mode} ended without a person, at {type(event).__name__}")
        self._mode = mode

    def _broken(self, invariant: str, text: str) -> None:
        self.world.fault(f"{invariant}: {text}")
