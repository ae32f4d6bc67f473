"""Carrying out condor plans: choosing four strikes from quotes, and closing what is held."""

from msgspec import structs

from strategies.alvh.condors import LEG_RATIOS
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
from strategies.core.facts import Quote
from strategies.core.gates import order_pace, ready
from strategies.core.holdings import Condor, CondorState, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.market import Unavailable, quote_of, spx_last
from strategies.core.notes import note_condor
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.selection import quote_of_all, quoted_greeks
from strategies.core.turn import Turn

# Strikes beyond this share of the spot have deltas far outside any target in use.
_STRIKE_REACH = 0.30


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
    k1, k2, k3, k4 = plan.chosen
    quotes = quote_of_all(turn, plan.chosen)
    if isinstance(quotes, Unavailable):
        return
    contracts = turn.rules.condors.contracts
    legs = tuple(
        Leg(instrument=option, ratio=ratio) for option, ratio in zip(plan.chosen, LEG_RATIOS, strict=True)
    )
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    credit = Verdict(
        rule="credit",
        verdict="pass" if limit < 0 else "refuse",
        reason="" if limit < 0 else "the condor would not bring a credit",
        inputs={"credit_per_unit": float(-limit), "contracts": contracts},
    )
    verdicts = [ready(turn), credit, order_pace(turn)]
    if any(v.verdict != "pass" for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    number = turn.state.counters.condors + 1
    turn.set(counters=structs.replace(turn.state.counters, condors=number))
    condor_id = f"C{number:04d}"
    vega, theta = _unit_greeks(turn, legs)
    intent = make_intent(turn, Purpose.CONDOR_OPEN, condor_id, legs, contracts, limit, plan.last_ref)
    send(turn, plan, intent, verdicts)
    note_condor(
        turn,
        Condor(
            condor_id=condor_id,
            legs=(k1, k2, k3, k4),
            state=CondorState.INTENDED,
            opened_at=turn.now,
            unit_vega_usd=vega,
            unit_theta_usd=theta,
        ),
        plan.trigger,
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
    quotes = _closing_quotes(turn, [leg.instrument for leg in legs])
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
    send(turn, plan, intent, verdicts)
    note_condor(turn, structs.replace(condor, state=CondorState.CLOSING), plan.trigger)


def _closing_quotes(turn: Turn, options: list[Instrument]) -> list[Quote] | Unavailable:
    """Return the legs' quotes; a worthless option has no bid, which is a bid of zero."""
    quotes: list[Quote] = []
    for option in options:
        quote = quote_of(turn, option)
        if isinstance(quote, Unavailable):
            return quote
        if quote.ask is None:
            return Unavailable("leg without an ask")
        quotes.append(structs.replace(quote, bid=quote.bid or 0.0))
    return quotes
