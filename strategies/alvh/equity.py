"""What the book has made since the journal began, in figures; and what a loss means for the next condor."""

from decimal import Decimal

from msgspec import structs

from strategies.alvh.bar import FinalBar
from strategies.alvh.beta import add_session
from strategies.core.holdings import Condor
from strategies.core.market import mark_of
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

_CENT = Decimal("0.01")


def closing_cost_usd(turn: Turn, condor: Condor) -> float | Unavailable:
    """Return what it would cost to close at the latest mids, USD (no bid: half the ask)."""
    cost = 0.0
    for leg in condor.legs:
        mark = mark_of(turn, leg)
        if isinstance(mark, Unavailable):
            return mark
        cost -= condor.held.get(leg.key, 0) * leg.multiplier * mark
    return cost


def condor_result_usd(turn: Turn) -> Decimal | None:
    """Return what the condors have made, open ones at their marks; None where one has no mark."""
    total = turn.state.counters.condors_closed_usd
    for condor in turn.state.condors.values():
        total += condor.cash_usd
        if any(condor.held.values()):
            cost = closing_cost_usd(turn, condor)
            if isinstance(cost, Unavailable):
                return None
            total -= Decimal(repr(cost)).quantize(_CENT)
    return total


def hedge_result_usd(turn: Turn) -> Decimal | None:
    """Return what the layers have made, open ones at their marks; None where one has no mark."""
    total = turn.state.counters.hedge_closed_usd
    for layer in turn.state.layers.values():
        total += layer.realised_usd - layer.debit_usd
        for instrument, quantity in layer.positions:
            mark = mark_of(turn, instrument)
            if isinstance(mark, Unavailable):
                return None
            worth = mark * quantity * instrument.multiplier
            total += Decimal(repr(worth)).quantize(_CENT)
    return total


def book_equity_usd(turn: Turn) -> Decimal | None:
    """Return what the whole book has made since the journal began; None where something has no mark."""
    condors, hedge = condor_result_usd(turn), hedge_result_usd(turn)
    return None if condors is None or hedge is None else condors + hedge


def take_stock(turn: Turn, bar: FinalBar) -> None:
    """Once a bar: keep the book's equity, forget a loss that is made good, and carry the book's beta on."""
    state, counters = turn.state, turn.state.counters
    equity = book_equity_usd(turn)
    if equity is not None:
        counters = structs.replace(counters, equity_usd=equity)
        if counters.equity_to_pass_usd is not None and equity > counters.equity_to_pass_usd:
            counters = structs.replace(counters, equity_to_pass_usd=None, lost_contracts=None)
    worth = state.account.net_liquidation_usd
    beta = add_session(
        state.beta,
        # The worth is that of now: a bar that history brings later has none.
        book_usd=float(worth) if worth is not None and turn.today == bar.day else None,
        spx=bar.close,
        rules=turn.rules.beta_tilt,
    )
    turn.set(counters=counters, beta=beta)
