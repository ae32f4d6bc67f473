"""Carrying out what was decided: from plan to listing, to quotes, to an order, in few tries."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct, structs

from strategies.alvh.submit import stage_at_birth, submit
from strategies.core.commands import Intent, Purpose
from strategies.core.events import ChainListed, ExpiryListed
from strategies.core.facts import Expiry
from strategies.core.holdings import Order, OrderStage, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.listings import listing_of
from strategies.core.market import Unavailable
from strategies.core.records import Verdict
from strategies.core.selection import QuoteMore, nearest_delta, quoted_deltas
from strategies.core.turn import Turn

# How long a round of quotes may take before strikes without a two-sided quote are passed over.
_ROUND_WAIT = timedelta(seconds=90)

PLAN_PREFIX = "P"

Carry = Callable[[Turn, Plan], None]


def add_plan(turn: Turn, plan: Plan) -> None:
    """Store a new plan under the next id; its own id is ignored."""
    counters = turn.state.counters
    number = counters.plans + 1
    turn.set(counters=structs.replace(counters, plans=number))
    plan = structs.replace(plan, plan_id=f"{PLAN_PREFIX}{number:05d}")
    turn.put_plan(plan)
    # The end of an earlier plan is not this one's: each has its own on record, even in the same words.
    turn.forget_verdict(plan_subject(plan))


def plans_for(turn: Turn, subject: str) -> list[Plan]:
    """Return the plans that concern a condor or layer."""
    return [plan for plan in turn.state.plans.values() if plan.subject == subject]


def advance(turn: Turn, carry: dict[Purpose, Carry]) -> None:
    """Take every plan as far as facts allow; one that outlives its session lapses."""
    for plan in list(turn.state.plans.values()):
        if plan.stage is PlanStage.ORDERED or _answered(turn, plan):
            _after_order(turn, plan)
        elif plan.session < turn.today or _session_over(turn, plan):
            end_plan(turn, plan, "lapsed", "session ended before it could be carried out")
        elif turn.in_session and plan.session == turn.today and turn.now >= plan.not_before:
            carry[plan.purpose](turn, plan)


def _session_over(turn: Turn, plan: Plan) -> bool:
    session = turn.session
    return session is not None and plan.session == session.day and turn.now >= session.close


def _orders_of(turn: Turn, plan: Plan) -> list[Order]:
    return [order for order in turn.state.orders.values() if order.plan == plan.plan_id]


def _answered(turn: Turn, plan: Plan) -> bool:
    """Whether an order that was believed over came back or filled before it was followed by another."""
    return any(order.filled > 0 or not order.ended for order in _orders_of(turn, plan))


def _after_order(turn: Turn, plan: Plan) -> None:
    """The plan's orders ended: done, or one more try with a new intent."""
    orders = _orders_of(turn, plan)
    if any(not order.ended for order in orders):
        return
    if any(order.filled > 0 for order in orders):
        turn.drop_plan(plan.plan_id)
        return
    order = turn.state.orders.get(plan.last_ref)
    if order is not None and order.stage is OrderStage.WITHDRAWN:
        end_plan(turn, plan, "withdrawn", "an operator refused the proposal or let it lapse")
    elif plan.attempts >= turn.rules.orders.attempts_per_plan_max:
        end_plan(turn, plan, "gave up", "as many tries as allowed were made")
    elif order is not None and order.stage is OrderStage.REJECTED:
        end_plan(turn, plan, "refused", "the broker refused the order")
    else:
        turn.put_plan(structs.replace(plan, stage=PlanStage.SELECTING, selecting_since=turn.now))


def end_plan(turn: Turn, plan: Plan, outcome: str, reason: str) -> None:
    """Drop a plan and say why."""
    turn.drop_plan(plan.plan_id)
    verdict = Verdict(rule="plan", verdict="refuse", reason=reason, inputs={"plan": plan.plan_id})
    turn.decide(plan_subject(plan), outcome, [verdict])


def plan_subject(plan: Plan) -> str:
    """Return the name under which decisions on this plan are recorded."""
    rule = f"{plan.purpose}.{plan.engine}" if plan.engine else plan.purpose
    return f"{rule}:{plan.subject or plan.plan_id}"


class Tenor(Struct, frozen=True, kw_only=True):
    """Days to expiry: the wanted number, and the range that is allowed."""

    target: int
    low: int
    high: int


def start_selecting(turn: Turn, plan: Plan, classes: Sequence[str], tenor: Tenor) -> None:
    """Choose the expiry among the trading classes and get its contracts; then quotes can be looked at."""
    chains = [c for name in classes if (c := turn.state.market.chains.get(name)) is not None]
    found = nearest_expiry(chains, turn.today, tenor)
    if found is None:
        wanted = " or ".join(classes)
        end_plan(turn, plan, "refused", f"no expiry of {wanted} in the allowed tenor is listed")
        return
    chain, listed = found
    if listing_of(turn, chain.symbol, chain.trading_class, listed) is not None:
        turn.put_plan(
            structs.replace(
                plan,
                stage=PlanStage.SELECTING,
                trading_class=chain.trading_class,
                listed=listed,
                selecting_since=turn.now,
            )
        )


def listing_for(turn: Turn, plan: Plan) -> ExpiryListed | None:
    """Return the contracts of the plan's expiry; after a restart they have to be asked for again."""
    chain = turn.state.market.chains.get(plan.trading_class)
    if chain is None or plan.listed is None:
        return None
    return listing_of(turn, chain.symbol, chain.trading_class, plan.listed)


def nearest_expiry(
    chains: Sequence[ChainListed], today: date, tenor: Tenor
) -> tuple[ChainListed, Expiry] | None:
    """Return the listed expiry nearest the wanted number of days within the range; the nearer on a tie."""
    candidates = [
        (abs((e.expiry - today).days - tenor.target), e.expiry, chain.trading_class, chain, e)
        for chain in chains
        for e in chain.expiries
        if tenor.low <= (e.expiry - today).days <= tenor.high
    ]
    if not candidates:
        return None
    best = min(candidates, key=lambda c: c[:3])
    return best[3], best[4]


def search(
    turn: Turn, plan: Plan, options: Sequence[Instrument], target: float, right: Right
) -> Instrument | tuple[Instrument, ...] | Unavailable:
    """Return the option nearest the target |delta|, or those to quote next (none: wait), or why none can be.

    `options` are all of one expiry and right, ascending by strike.
    """
    keys = {option.key for option in plan.watching}
    watched = [option for option in options if option.key in keys]
    deltas = quoted_deltas(turn, watched)
    silent = {option.strike for option in watched if option.strike not in deltas}
    since = plan.round_since
    if silent and (since is None or turn.now - since < _ROUND_WAIT):
        return ()
    usable = {option.strike: option for option in options if option.strike not in silent}
    found = nearest_delta(list(usable), deltas, target, right)
    match found:
        case Unavailable():
            return found
        case QuoteMore(strikes=strikes):
            return tuple(usable[strike] for strike in strikes)
        case strike:
            return usable[strike]


def watch_more(turn: Turn, plan: Plan, more: Sequence[Instrument]) -> None:
    """Begin a new round of quotes for a plan."""
    if more:
        turn.put_plan(structs.replace(plan, watching=(*plan.watching, *more), round_since=turn.now))


def timed_out(turn: Turn, plan: Plan) -> bool:
    """Whether choosing a contract has taken too long."""
    limit = timedelta(seconds=turn.rules.orders.selection_timeout_s)
    return plan.selecting_since is not None and turn.now - plan.selecting_since >= limit


def send(
    turn: Turn,
    plan: Plan,
    intent: Intent,
    verdicts: Sequence[Verdict],
    then: Callable[[], None],
    premium_usd: Decimal = Decimal(0),
    successor: str = "",
) -> None:
    """Submit a plan's order, which the plan then waits for; `then` follows unless the last gate refused."""
    order = Order(
        intent=intent,
        stage=stage_at_birth(turn),
        intended_at=turn.now,
        changed_at=turn.now,
        plan=plan.plan_id,
        successor=successor,
    )
    ordered = structs.replace(
        plan, stage=PlanStage.ORDERED, attempts=plan.attempts + 1, last_ref=intent.order_ref
    )

    def left() -> None:
        turn.put_plan(ordered)
        then()

    submit(turn, plan_subject(plan), order, verdicts, premium_usd, left)
    if turn.state.plans[plan.plan_id] is not ordered:
        turn.drop_plan(plan.plan_id)
