"""One turn of the loop: the state being folded, and what is said and asked on the way.

A `Turn` is changed in place while `step` runs and never outlives it, so that seen from outside the core is a
pure function.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import structs

from strategies.core.commands import AnyCommand, PlaceOrder
from strategies.core.facts import SessionHours
from strategies.core.holdings import Condor, Layer, Order, Plan
from strategies.core.option_model import new_york_day
from strategies.core.records import AnyRecord, Decision, OrderIntended, Requested, Verdict
from strategies.core.rules import Rules
from strategies.core.state import State


class Turn:
    """The working copy of one `step`: `state`, `records` and `commands` grow as the rules speak."""

    def __init__(self, state: State, now: datetime) -> None:
        self.state = state
        self.now = now
        self.today = new_york_day(now)
        """The New York calendar day."""
        self.records: list[AnyRecord] = []
        self._looked_in: tuple[SessionHours, ...] = ()
        self._session: SessionHours | None = None
        self.commands: list[AnyCommand] = []

    @property
    def rules(self) -> Rules:
        """The numbers in force."""
        return self.state.rules

    @property
    def session(self) -> SessionHours | None:
        """Today's session, whether it is open or not; None on a day without one."""
        known = self.state.sessions
        if known is not self._looked_in:  # asked for several times a turn, and the calendar seldom changes
            self._looked_in = known
            self._session = next((s for s in known if s.day == self.today), None)
        return self._session

    @property
    def in_session(self) -> bool:
        """Whether the cash session is open now."""
        session = self.session
        return session is not None and session.open <= self.now < session.close

    def next_session(self) -> SessionHours | None:
        """Return the first session that is not over: where a decision on a final bar is carried out."""
        return next((s for s in self.state.sessions if s.close > self.now), None)

    def act_time(self, session: SessionHours) -> datetime:
        """Return the time from which decisions on a final bar are carried out in `session`."""
        return session.open + timedelta(seconds=self.rules.schedule.act_after_open_s)

    def set(self, **fields: object) -> None:
        """Replace fields of the state."""
        self.state = structs.replace(self.state, **fields)

    def put_order(self, order: Order) -> None:
        """Store an order under its ref."""
        self.set(orders={**self.state.orders, order.ref: order})

    def put_layer(self, layer: Layer) -> None:
        """Store a layer under its id."""
        self.set(layers={**self.state.layers, layer.layer_id: layer})

    def put_condor(self, condor: Condor) -> None:
        """Store a condor under its id."""
        self.set(condors={**self.state.condors, condor.condor_id: condor})

    def put_plan(self, plan: Plan) -> None:
        """Store a plan under its id."""
        self.set(plans={**self.state.plans, plan.plan_id: plan})

    def drop_plan(self, plan_id: str) -> None:
        """Forget a plan that is done."""
        self.set(plans={k: v for k, v in self.state.plans.items() if k != plan_id})

    def request(self, why: str, *commands: AnyCommand) -> None:
        """Ask the shell for something without risk, and say why."""
        self.commands.extend(commands)
        self.records.append(Requested(time=self.now, why=why, commands=commands))

    def forget_verdict(self, subject: str) -> None:
        """Have the next decision on a subject recorded, whatever the last one said."""
        self.set(verdicts={k: v for k, v in self.state.verdicts.items() if k != subject})

    def decide(
        self,
        subject: str,
        outcome: str,
        verdicts: Iterable[Verdict],
        *commands: PlaceOrder,
        anew: bool = False,
    ) -> None:
        """Record what was looked at, if it acts, a verdict changed since the last time, or it is told `anew`.

        The commands are orders; each is also written as `order_intended`, before anything is sent.
        """
        rules = tuple(verdicts)
        signature = outcome + "|" + ";".join(f"{v.rule}={v.verdict}:{v.reason}" for v in rules)
        if not commands and not anew and self.state.verdicts.get(subject) == signature:
            return
        self.set(verdicts={**self.state.verdicts, subject: signature}, decided_seq=self.state.seq)
        self.commands.extend(commands)
        self.records.append(
            Decision(time=self.now, subject=subject, outcome=outcome, rules=rules, commands=commands)
        )
        for command in commands:
            intent = command.intent
            self.records.append(
                OrderIntended(
                    time=self.now,
                    order_ref=intent.order_ref,
                    purpose=intent.purpose,
                    subject=intent.subject,
                    quantity=intent.quantity,
                    limit=intent.limit,
                    legs=intent.legs,
                    supersedes=intent.supersedes,
                )
            )
