"""Carrying out a delta cut: half of a breached condor's delta, sold by a synthetic; strategy section 3.

Put side breached: the condor is long delta, and the option legs of a conversion (short call, long put) cut
it. Call side: those of a reversal. Same strike and expiry, one combo.
"""

from decimal import Decimal

from msgspec import structs

from strategies.alvh.cut_risk import Synthetic, cut_loss_gate, cut_loss_usd, delta_cut_contracts
from strategies.alvh.layer_gates import Proposal, gate_verdicts
from strategies.alvh.layer_orders import new_layer, next_layer_id
from strategies.alvh.plans import end_plan, plan_subject, send, timed_out
from strategies.core.commands import Leg, Purpose
from strategies.core.events import ExpiryListed
from strategies.core.facts import Expiry
from strategies.core.gates import order_pace, premium_verdict, ready
from strategies.core.holdings import Condor, CondorState, Engine, LayerState, Plan, PlanStage
from strategies.core.instruments import Instrument, Right
from strategies.core.listings import listing_of
from strategies.core.market import mark_of, spx_last
from strategies.core.notes import note_layer
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.selection import closing_quotes, greeks_at, quote_of_all
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

XSP_SCALE = 10


def carry_out_open(turn: Turn, plan: Plan) -> None:
    """Choose the strike nearest SPX in the condor's expiry, size the cut by the condor's delta, and send."""
    condor = turn.state.condors.get(plan.subject)
    if condor is None or condor.state is not CondorState.OPEN:
        end_plan(turn, plan, "refused", "the condor is no longer open")
        return
    gate = ready(turn)
    if gate.verdict != "pass":
        turn.decide(plan_subject(plan), "waiting", [gate])
    elif plan.stage is PlanStage.WAITING:
        _start(turn, plan, condor.legs[0].trading_class, condor)
    elif timed_out(turn, plan):
        end_plan(turn, plan, "refused", "no strike could be chosen from quotes in time")
    elif not plan.chosen:
        _choose(turn, plan)
    else:
        _order(turn, plan, condor)


def _start(turn: Turn, plan: Plan, trading_class: str, condor: Condor) -> None:
    """Ask for the contracts of the condor's expiry; XSP is named by the settlement day itself."""
    last_trade = condor.legs[0].last_trade
    assert last_trade is not None
    listed = Expiry(condor.expiry if trading_class == "XSP" else last_trade, condor.expiry)
    chain = turn.state.market.chains.get(trading_class)
    if chain is not None and listed not in chain.expiries:
        end_plan(turn, plan, "refused", f"{trading_class} lists no expiry of {listed.expiry}")
        return
    turn.put_plan(
        structs.replace(
            plan,
            stage=PlanStage.SELECTING,
            trading_class=trading_class,
            listed=listed,
            chosen=(),
            watching=(),
            selecting_since=turn.now,
        )
    )


def _choose(turn: Turn, plan: Plan) -> None:
    assert plan.listed is not None
    symbol = "XSP" if plan.trading_class == "XSP" else "SPX"
    listing = listing_of(turn, symbol, plan.trading_class, plan.listed)
    spot = spx_last(turn)
    if listing is None or isinstance(spot, Unavailable):
        return
    chosen = synthetic_legs(listing, spot / (XSP_SCALE if symbol == "XSP" else 1), plan.side)
    if chosen is None:
        end_plan(turn, plan, "refused", "no strike has both a put and a call listed")
    else:
        turn.put_plan(structs.replace(plan, watching=chosen, chosen=chosen))


def synthetic_legs(listing: ExpiryListed, spot: float, side: str) -> tuple[Instrument, Instrument] | None:
    """Return the bought and the sold leg at the strike nearest the spot (the lower on a tie)."""
    both = set(listing.puts) & set(listing.calls)
    if not both:
        return None
    strike = min(both, key=lambda k: (abs(k - spot), k))
    bought, sold = (Right.PUT, Right.CALL) if side == "put" else (Right.CALL, Right.PUT)
    return listing.instrument(strike, bought), listing.instrument(strike, sold)


def condor_delta(turn: Turn, condor: Condor) -> float | Unavailable:
    """Return the condor's delta in SPX contracts, from the latest mids of its legs."""
    total = 0.0
    for leg in condor.legs:
        quantity = condor.held.get(leg.key, 0)
        mark = mark_of(turn, leg)
        if isinstance(mark, Unavailable):
            return Unavailable(f"{leg.key}: {mark.reason}")
        greeks = greeks_at(turn, leg, mark)
        if isinstance(greeks, Unavailable):
            return Unavailable(f"{leg.key}: {greeks.reason}")
        total += quantity * greeks.delta
    return total


def _order(turn: Turn, plan: Plan, condor: Condor) -> None:
    bought, sold = plan.chosen
    quotes = quote_of_all(turn, plan.chosen)
    delta, spot = condor_delta(turn, condor), spx_last(turn)
    if isinstance(quotes, Unavailable) or isinstance(delta, Unavailable) or isinstance(spot, Unavailable):
        return
    small = plan.trading_class == "XSP"
    contracts = delta_cut_contracts(
        condor_delta=delta, cut=plan.fraction, per_contract=1 / XSP_SCALE if small else 1.0
    )
    contracts = min(contracts, turn.rules.caps.contracts_per_layer_max)
    size = _size_verdict(plan, delta, contracts)
    if size.verdict == "refuse" and not small and turn.rules.breach.use_xsp:
        turn.decide(plan_subject(plan), "waiting", [size])
        _start(turn, plan, "XSP", condor)
        return
    legs = (Leg(instrument=bought, ratio=1), Leg(instrument=sold, ratio=-1))
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    debit = limit * contracts * bought.multiplier
    proposal = Proposal(
        engine=Engine.DELTA_CUT, condor=condor, legs=legs, contracts=contracts, debit_usd=debit
    )
    verdicts = [
        ready(turn),
        size,
        *gate_verdicts(turn, proposal),
        _loss_verdict(turn, condor, spot, _synthetic(plan, bought, contracts, debit)),
        premium_verdict(turn, debit),
    ]
    if any(v.verdict in {"refuse", "unavailable"} for v in verdicts):
        turn.drop_plan(plan.plan_id)
        turn.decide(plan_subject(plan), "refused", verdicts)
        return
    layer_id = next_layer_id(turn)
    intent = make_intent(turn, Purpose.CUT_OPEN, layer_id, legs, contracts, limit, plan.last_ref)
    layer = structs.replace(new_layer(turn, plan, layer_id, bought, limit), short=sold, extrinsic=None)
    send(turn, plan, intent, verdicts, lambda: note_layer(turn, layer), max(debit, Decimal(0)))


def _size_verdict(plan: Plan, delta: float, contracts: int) -> Verdict:
    """Say how many synthetics cut the condor's delta; one of the wrong sign is not to be cut this way."""
    helps = delta > 0 if plan.side == "put" else delta < 0
    reason = "" if helps else "the condor's delta is not that of the breached side"
    if helps and contracts < 1:
        reason = "rounds to no contract"
    return Verdict(
        rule="cut_size",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={
            "condor_delta": delta,
            "cut": plan.fraction,
            "contracts": contracts,
            "trading_class": plan.trading_class,
        },
    )


def _synthetic(plan: Plan, bought: Instrument, contracts: int, debit: Decimal) -> Synthetic:
    """Return the whole cut in terms of SPX, of which XSP is a tenth."""
    scale = XSP_SCALE if plan.trading_class == "XSP" else 1
    return Synthetic(
        side="put" if plan.side == "put" else "call",
        strike=bought.strike * scale,
        usd_per_point=contracts * bought.multiplier / scale,
        paid_usd=float(debit),
    )


def _loss_verdict(turn: Turn, condor: Condor, spot: float, synthetic: Synthetic) -> Verdict:
    """Say whether condor and cut together lose no more than N if SPX moves against the synthetic."""
    move = turn.rules.breach.cut_loss_move
    loss = cut_loss_usd(
        strikes=condor.strikes,
        contracts=condor.contracts,
        credit_usd=float(condor.credit_usd),
        synthetic=synthetic,
        spx=spot,
        move=move,
        multiplier=condor.legs[0].multiplier,
    )
    return cut_loss_gate(loss_usd=loss, notional_usd=condor.notional_usd, move=move)


def carry_out_close(turn: Turn, plan: Plan) -> None:
    """Close a cut whole, as one combo."""
    layer = turn.state.layers.get(plan.subject)
    if layer is None or not layer.positions:
        turn.drop_plan(plan.plan_id)
        return
    quotes = closing_quotes(turn, [instrument for instrument, _ in layer.positions])
    verdicts = [ready(turn, adds_risk=False, subject=layer.layer_id), order_pace(turn)]
    if isinstance(quotes, Unavailable):
        verdicts.append(Verdict(rule="quotes", verdict="unavailable", reason=quotes.reason))
    if isinstance(quotes, Unavailable) or any(v.verdict != "pass" for v in verdicts):
        turn.decide(plan_subject(plan), "waiting", verdicts)
        return
    units = min(abs(quantity) for _, quantity in layer.positions)
    legs = tuple(
        Leg(instrument=instrument, ratio=-1 if quantity > 0 else 1)
        for instrument, quantity in layer.positions
    )
    limit = limit_price(legs, quotes, turn.rules.orders.cross_share)
    intent = make_intent(turn, Purpose.CUT_CLOSE, layer.layer_id, legs, units, limit, plan.last_ref)
    closing = structs.replace(layer, state=LayerState.PEELING)
    send(turn, plan, intent, verdicts, lambda: note_layer(turn, closing, plan.trigger))
