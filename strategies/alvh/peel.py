"""Peeling: taking layers off, newest first, in halves, once the market has calmed; strategy section 4."""

import math
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct, structs

from strategies.alvh.bar import FinalBar
from strategies.alvh.expansion import expanding
from strategies.alvh.rsi import rsi_with
from strategies.alvh.submit import stage_at_birth, submit
from strategies.core.book import has_live_order
from strategies.core.commands import Leg, Purpose
from strategies.core.facts import Quote
from strategies.core.gates import order_pace, ready
from strategies.core.holdings import Layer, LayerState, Order, PeelRun
from strategies.core.market import Unavailable, mid, quote_of, spx_last, two_sided, vix_last
from strategies.core.notes import note_layer
from strategies.core.order_price import limit_price, make_intent
from strategies.core.records import Verdict
from strategies.core.turn import Turn


def condition(
    turn: Turn, *, rsi: float | Unavailable, growing: bool | Unavailable
) -> tuple[bool, list[Verdict]]:
    """Return whether layers may be peeled, with the verdicts: RSI is neutral, volatility does not expand."""
    bands = turn.rules.rsi
    thresholds = {"neutral_low": bands.neutral_low, "neutral_high": bands.neutral_high}
    if isinstance(rsi, Unavailable):
        zone = Verdict(rule="rsi_neutral", verdict="unavailable", reason=rsi.reason)
    else:
        inside = bands.neutral_low <= rsi <= bands.neutral_high
        zone = Verdict(
            rule="rsi_neutral",
            verdict="fire" if inside else "hold",
            reason="inside the neutral zone" if inside else "outside the neutral zone",
            inputs={"rsi": rsi},
            thresholds=thresholds,
        )
    if isinstance(growing, Unavailable):
        calm = Verdict(rule="not_expanding", verdict="unavailable", reason=growing.reason)
    else:
        held = growing and turn.rules.peel.hold_while_expanding
        calm = Verdict(
            rule="not_expanding",
            verdict="hold" if held else "pass",
            reason="volatility is expanding" if held else "",
            inputs={"expanding": growing},
        )
    return zone.verdict == "fire" and calm.verdict == "pass", [zone, calm]


class Zone(Struct, frozen=True):
    """Whether the peel condition holds on a bar: nothing is added then."""

    holds: bool
    verdicts: list[Verdict]


def zone_on_bar(turn: Turn, bar: FinalBar) -> Zone:
    """Look at the peel condition on a final bar."""
    rsi = Unavailable(bar.unavailable["rsi"]) if bar.rsi is None else bar.rsi
    growing = Unavailable(bar.unavailable["expanding"]) if bar.expanding is None else bar.expanding
    return Zone(*condition(turn, rsi=rsi, growing=growing))


def decide_on_bar(turn: Turn, bar: FinalBar, zone: Zone, due: tuple[str, ...]) -> None:
    """Allow peeling in the next session: of everything while the condition holds, else only of what is due.

    `due` are the layers that time-shifting hands over; they come first.
    """
    following = turn.next_session()
    held = sum(layer.peelable for layer in turn.state.layers.values())
    acts = (zone.holds and held > 0) or bool(due)
    verdicts = [*zone.verdicts, _layers_verdict(held)]
    turn.decide("peel", "planned" if acts and following is not None else "hold", verdicts)
    if acts and following is not None:
        turn.set(
            peel=PeelRun(
                session=following.day,
                not_before=turn.act_time(following),
                reason=f"bar of {bar.day}",
                due=due,
                only_due=not zone.holds,
            )
        )


def _layers_verdict(count: int) -> Verdict:
    return Verdict(
        rule="layers_held",
        verdict="pass" if count else "hold",
        reason="" if count else "no layer is held",
        inputs={"layers": count},
    )


def watch_provisional(turn: Turn) -> None:
    """Between bars: a provisional reading counts once it has held for long enough."""
    signals, rules, session = turn.state.signals, turn.rules.bars, turn.session
    if rules.provisional == "off" or session is None or not turn.in_session:
        if signals.calm_since is not None:
            turn.set(signals=structs.replace(signals, calm_since=None))
        return
    holds, verdicts = condition(turn, rsi=_rsi_now(turn), growing=_expanding_now(turn))
    if not holds:
        if signals.calm_since is not None:
            turn.set(signals=structs.replace(signals, calm_since=None))
        return
    since = signals.calm_since or turn.now
    if signals.calm_since is None:
        turn.set(signals=structs.replace(signals, calm_since=since))
    run = turn.state.peel if turn.state.peel is not None and turn.state.peel.session == session.day else None
    held = [layer for layer in turn.state.layers.values() if layer.peelable]
    if (
        (run is not None and not run.only_due)
        or not held
        or turn.now - since < timedelta(seconds=rules.provisional_hold_s)
    ):
        return
    verdicts.append(
        Verdict(
            rule="provisional_hold",
            verdict="pass",
            inputs={"held_s": (turn.now - since).total_seconds()},
            thresholds={"provisional_hold_s": rules.provisional_hold_s},
        )
    )
    turn.decide("peel", "planned", [*verdicts, _layers_verdict(len(held))])
    start = max(turn.now, turn.act_time(session))
    before = run or PeelRun(session=session.day, not_before=start, reason="")
    turn.set(peel=structs.replace(before, reason="provisional reading held", only_due=False))


def _rsi_now(turn: Turn) -> float | Unavailable:
    signals, spx = turn.state.signals, spx_last(turn)
    if isinstance(spx, Unavailable):
        return spx
    if _behind(turn, signals.last_session):
        return Unavailable("the last session's close is missing")
    return rsi_with(signals.rsi, spx, turn.rules.rsi.period)


def _expanding_now(turn: Turn) -> bool | Unavailable:
    signals, vix = turn.state.signals, vix_last(turn)
    if isinstance(vix, Unavailable):
        return vix
    if _behind(turn, signals.vix_last_session):
        return Unavailable("the last session's VIX close is missing")
    return expanding(vix, signals.vix_closes, turn.rules.expansion)


def _behind(turn: Turn, last: date | None) -> bool:
    return last is None or any(last < session.day < turn.today for session in turn.state.sessions)


def step_when_due(turn: Turn) -> None:
    """Take the next peel step of every scope that has one due in this session."""
    run = turn.state.peel
    if run is None or not turn.in_session or run.session != turn.today or turn.now < run.not_before:
        return
    by_scope: dict[str, list[Layer]] = {}
    for layer in turn.state.layers.values():
        if layer.peelable and (not run.only_due or layer.layer_id in run.due):
            scope = layer.condor_id if turn.rules.peel.scope == "condor" else "book"
            by_scope.setdefault(scope, []).append(layer)
    for scope in sorted(by_scope):
        if _due(turn, run, scope):
            _step(turn, scope, by_scope[scope])


def _due(turn: Turn, run: PeelRun, scope: str) -> bool:
    rules = turn.rules.peel
    last = run.last_step_at.get(scope)
    if run.steps.get(scope, 0) >= rules.steps_per_session:
        return False
    return last is None or turn.now - last >= timedelta(seconds=rules.step_s)


def _step(turn: Turn, scope: str, layers: list[Layer]) -> None:
    """Sell half (rounded up) of what is left of the newest layer that is worth selling."""
    due = () if turn.state.peel is None else turn.state.peel.due
    for layer in sorted(layers, key=lambda x: (x.layer_id in due, x.opened_at, x.layer_id), reverse=True):
        if has_live_order(turn.state, layer.layer_id):
            return
        worth = worth_verdict(turn, layer)
        if worth.verdict == "hold":
            turn.decide(f"peel:{layer.layer_id}", "hold", [worth])
            continue
        quote = two_sided(turn, layer.instrument)
        if isinstance(quote, Unavailable):
            verdict = Verdict(rule="quote", verdict="unavailable", reason=quote.reason)
            turn.decide(f"peel:{layer.layer_id}", "waiting", [verdict])
            return
        _sell(turn, scope, layer, quote, worth)
        return


def worth_verdict(turn: Turn, layer: Layer) -> Verdict:
    """Say whether the layer is worth selling; where nobody bids, the bid is zero."""
    share = turn.rules.peel.leave_below_debit_share
    quote = quote_of(turn, layer.instrument)
    if isinstance(quote, Unavailable):
        return Verdict(rule="worth_selling", verdict="unavailable", reason=quote.reason)
    if quote.ask is None:
        return Verdict(rule="worth_selling", verdict="unavailable", reason="no ask")
    quote = structs.replace(quote, bid=quote.bid or 0.0)
    value = mid(quote) * layer.held * layer.instrument.multiplier
    left = value < share * float(layer.debit_usd)
    return Verdict(
        rule="worth_selling",
        verdict="hold" if left else "pass",
        reason="worth less than its share of the debit: left to expire" if left else "",
        inputs={"value_usd": value, "debit_usd": float(layer.debit_usd)},
        thresholds={"leave_below_debit_share": share},
    )


def step_quantity(
    held: int, bid: float, bid_size: float | None, ratio_min: float
) -> tuple[int, float | None]:
    """Return contracts to sell, and the liquidity ratio: displayed bid value over the order's value.

    A full step is half of what is held, rounded up; with too thin a bid, half of that, at least one contract.
    The price cancels out of the ratio; it is kept so that a bid of zero is no liquidity.
    """
    full = math.ceil(held / 2)
    ratio = None if bid_size is None or bid <= 0 else bid_size * bid / (full * bid)
    if ratio is not None and ratio >= ratio_min:
        return full, ratio
    return max(full // 2, 1), ratio


def _sell(turn: Turn, scope: str, layer: Layer, quote: Quote, worth: Verdict) -> None:
    rules = turn.rules.peel
    assert quote.bid is not None
    quantity, ratio = step_quantity(layer.held, quote.bid, quote.bid_size, rules.liquidity_ratio_min)
    enough = ratio is not None and ratio >= rules.liquidity_ratio_min
    verdicts = [
        ready(turn, adds_risk=False, subject=layer.layer_id),
        worth,
        Verdict(
            rule="liquidity_ratio",
            verdict="pass",
            reason="" if enough else "half a step",
            inputs={"ratio": ratio, "quantity": quantity, "held": layer.held},
            thresholds={"liquidity_ratio_min": rules.liquidity_ratio_min},
        ),
        order_pace(turn),
    ]
    subject = f"peel:{layer.layer_id}"
    if any(v.verdict != "pass" for v in verdicts):
        turn.decide(subject, "waiting", verdicts)
        return
    leg = Leg(instrument=layer.instrument, ratio=-1)
    limit = limit_price([leg], [quote], turn.rules.orders.cross_share)
    intent = make_intent(turn, Purpose.LAYER_PEEL, layer.layer_id, (leg,), quantity, limit)
    order = Order(intent=intent, stage=stage_at_birth(turn), intended_at=turn.now, changed_at=turn.now)
    run = turn.state.peel
    assert run is not None
    stepped = structs.replace(
        run,
        steps={**run.steps, scope: run.steps.get(scope, 0) + 1},
        last_step_at={**run.last_step_at, scope: turn.now},
    )

    def then() -> None:
        turn.set(peel=stepped)
        note_layer(turn, structs.replace(layer, state=LayerState.PEELING), run.reason)

    submit(turn, subject, order, verdicts, Decimal(0), then)
