"""Carrying out condor plans: choosing four strikes from quotes, and closing what is held."""

import math

from msgspec import structs

from strategies.alvh.condors import LEG_RATIOS
from strategies.alvh.equity import book_equity_usd
from strategies.alvh.plans import (
    Tenor,
    end_plan,
    listing_for,
    plan_subject,
    search,
    send,
    start_selecting,
    timed_out,
    watch_more,
)
from strategies.core.commands import Leg, Purpose
from strategies.core.events import ExpiryListed
from strategies.core.gates import order_pace, ready
from strategies.core.holdings import Condor, CondorState, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.market import Unavailable, spx_last
from strategies.core.notes import note_condor
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.selection import closing_quotes, quote_of_all, quoted_greeks
from strategies.core.turn import Turn

# Strikes beyond this share of the spot have deltas far outside any target in use.
_STRIKE_REACH = 0.30
_MULTIPLIER = 100


def carry_out_open(turn: Turn, plan: Plan) -> None:
    """Choose expiry and strikes, then sell the condor as one combo."""
    gate = ready(turn)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
    elif plan.stage is PlanStage.WAITING:
        _start(turn, plan)
    elif timed_out(turn, plan):
        end_plan(turn, plan, "refused", "no strikes could be chosen from quotes in time")
    elif plan.chosen:
        _order(turn, plan)
    else:
        _select(turn, plan)


def _start(turn: Turn, plan: Plan) -> None:
    rules = turn.rules.condors
    tenor = Tenor(target=rules.dte_target, low=rules.dte_min, high=rules.dte_max)
    start_selecting(turn, plan, ("SPX", "SPXW"), tenor)


def _select(turn: Turn, plan: Plan) -> None:
    """Close in on both short strikes; with both found, add the wings."""
    assert plan.listed is not None
    listing = listing_for(turn, plan)
    spot = spx_last(turn)
    if listing is None or isinstance(spot, Unavailable):
        return
    target, wing = turn.rules.condors.delta_short, turn.rules.condors.wing_points
    put = search(turn, plan, _shorts(listing, Right.PUT, spot, wing), target, Right.PUT)
    call = search(turn, plan, _shorts(listing, Right.CALL, spot, wing), target, Right.CALL)
    for side in (put, call):
        if isinstance(side, Unavailable):
            end_plan(turn, plan, "refused", side.reason)
            return
    if isinstance(put, Instrument) and isinstance(call, Instrument):
        legs = (
            listing.instrument(put.strike - wing, Right.PUT),
            put,
            call,
            listing.instrument(call.strike + wing, Right.CALL),
        )
        turn.put_plan(structs.replace(plan, watching=legs, chosen=legs))
        return
    more = [o for side in (put, call) if isinstance(side, tuple) for o in side]
    known = {option.key for option in plan.watching}
    watch_more(turn, plan, [option for option in more if option.key not in known])


def _shorts(listing: ExpiryListed, right: Right, spot: float, wing: float) -> list[Instrument]:
    """Return the strikes on the out-of-the-money side whose wing is listed too, ascending."""
    strikes = set(listing.puts if right is Right.PUT else listing.calls)
    low, high = (1 - _STRIKE_REACH, 1.0) if right is Right.PUT else (1.0, 1 + _STRIKE_REACH)
    offset = -wing if right is Right.PUT else wing
    return [
        listing.instrument(strike, right)
        for strike in sorted(strikes)
        if low * spot <= strike <= high * spot and strike + offset in strikes
    ]


def _order(turn: Turn, plan: Plan) -> None:
    quotes = quote_of_all(turn, plan.chosen)
    if isinstance(quotes, Unavailable):
        return
    legs = tuple(
        Leg(instrument=option, ratio=ratio) for option, ratio in zip(plan.chosen, LEG_RATIOS, strict=True)
    )
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    size = size_verdict(turn)
    credit = Verdict(
        rule="credit",
        verdict="pass" if limit < 0 else "refuse",
        reason="" if limit < 0 else "the condor would not bring a credit",
        inputs={"credit_per_unit": float(-limit)},
    )
    verdicts = [ready(turn), size, credit, order_pace(turn)]
    if any(v.verdict != "pass" for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    number = turn.state.counters.condors + 1
    turn.set(counters=structs.replace(turn.state.counters, condors=number))
    condor_id = f"C{number:04d}"
    contracts = wanted_contracts(turn)
    intent = make_intent(turn, Purpose.CONDOR_OPEN, condor_id, legs, contracts, limit, plan.last_ref)
    born = _born(turn, plan, condor_id, legs)
    send(turn, plan, intent, verdicts, lambda: note_condor(turn, born, plan.trigger))


def _born(turn: Turn, plan: Plan, condor_id: str, legs: tuple[Leg, ...]) -> Condor:
    k1, k2, k3, k4 = plan.chosen
    vega, theta = _unit_greeks(turn, legs)
    equity = book_equity_usd(turn)
    return Condor(
        condor_id=condor_id,
        legs=(k1, k2, k3, k4),
        state=CondorState.INTENDED,
        opened_at=turn.now,
        equity_before_usd=turn.state.counters.equity_usd if equity is None else equity,
        unit_vega_usd=vega,
        unit_theta_usd=theta,
    )


def wanted_contracts(turn: Turn) -> int:
    """Return the size of the next condor: fixed, or a share of net liquidation; after a loss never larger."""
    rules, counters = turn.rules.condors, turn.state.counters
    contracts = rules.contracts
    if rules.size == "share":
        worth = turn.state.account.net_liquidation_usd
        risk_usd = rules.wing_points * _MULTIPLIER
        contracts = 0 if worth is None else math.floor(float(worth) * rules.net_liquidation_share / risk_usd)
    limit = counters.lost_contracts
    return contracts if limit is None else min(contracts, limit)


def size_verdict(turn: Turn) -> Verdict:
    """Say how large the next condor is to be, and why."""
    rules, counters = turn.rules.condors, turn.state.counters
    contracts = wanted_contracts(turn)
    worth, level = turn.state.account.net_liquidation_usd, counters.equity_to_pass_usd
    return Verdict(
        rule="condor_size",
        verdict="pass" if contracts >= 1 else "refuse",
        reason="" if contracts >= 1 else "rounds to no contract",
        inputs={
            "contracts": contracts,
            "net_liquidation_usd": None if worth is None else float(worth),
            "lost_contracts": counters.lost_contracts,
            "equity_to_pass_usd": None if level is None else float(level),
        },
        thresholds={"size": rules.size, "contracts": rules.contracts},
    )


def _unit_greeks(turn: Turn, legs: tuple[Leg, ...]) -> tuple[float | None, float | None]:
    """Return vega (USD per vol point) and theta (USD per day) of one condor, or None where a leg has none."""
    vega = theta = 0.0
    for leg in legs:
        greeks = quoted_greeks(turn, leg.instrument)
        if isinstance(greeks, Unavailable):
            return None, None
        vega += leg.ratio * leg.instrument.multiplier * greeks.vega
        theta += leg.ratio * leg.instrument.multiplier * greeks.theta
    return vega, theta


def carry_out_close(turn: Turn, plan: Plan) -> None:
    """Buy back what is held, as one combo."""
    condor = turn.state.condors.get(plan.subject)
    if condor is None or not any(condor.held.values()):
        turn.drop_plan(plan.plan_id)
        return
    gate = ready(turn, adds_risk=False, subject=condor.condor_id)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
        return
    contracts = min(abs(n) for n in condor.held.values() if n)
    legs = tuple(
        Leg(instrument=leg, ratio=-(held // contracts) if held > 0 else -held // contracts)
        for leg in condor.legs
        if (held := condor.held.get(leg.key, 0))
    )
    quotes = closing_quotes(turn, [leg.instrument for leg in legs])
    if isinstance(quotes, Unavailable):
        turn.decide(
            plan_subject(plan),
            "waiting",
            [Verdict(rule="quotes", verdict="unavailable", reason=quotes.reason)],
        )
        return
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    verdicts = [gate, order_pace(turn)]
    if any(v.verdict != "pass" for v in verdicts):
        turn.decide(plan_subject(plan), "waiting", verdicts)
        return
    intent = make_intent(turn, Purpose.CONDOR_CLOSE, condor.condor_id, legs, contracts, limit, plan.last_ref)
    closing = structs.replace(condor, state=CondorState.CLOSING)
    send(turn, plan, intent, verdicts, lambda: note_condor(turn, closing, plan.trigger))
