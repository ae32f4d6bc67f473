"""The day in figures, and what is forgotten when it has closed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.records import Summary
from strategies.core.rules import Rules, rules_hash
from strategies.core.state import State, state_hash

Desk = Any


def summary(desk: Desk) -> Summary:
    """Ask for the day's figures."""
    (found,) = [r for r in desk.timer(ev.Job.DAILY_SUMMARY).records if isinstance(r, Summary)]
    return found


def test_open_positions_are_valued_at_their_marks(desk_with_layer: Desk) -> None:
    """Cash less what closing costs at mid; what the layer is worth less what it cost."""
    desk = desk_with_layer
    layer, condor = desk.layer, desk.condor
    found = summary(desk)
    mids = {
        leg.key: Decimal(str((quote.bid + quote.ask) / 2))
        for leg in (*condor.legs, layer.instrument)
        if (quote := desk.world.quote(leg, desk.now))
    }
    condor_worth = sum((condor.held[leg.key] * 100 * mids[leg.key] for leg in condor.legs), Decimal(0))
    assert found.condor_result_usd is not None
    assert abs(found.condor_result_usd - (condor.cash_usd + condor_worth)) < Decimal("0.02")
    layer_worth = layer.held * 100 * mids[layer.instrument.key]
    assert found.hedge_result_usd is not None
    assert abs(found.hedge_result_usd - (layer_worth - layer.debit_usd)) < Decimal("0.02")
    assert (found.condors_open, found.layers_open, found.orders_today) == (1, 1, 1)
    assert found.net_liquidation_usd == Decimal(1_000_000)


def test_without_a_mark_there_is_no_figure(desk_with_layer: Desk) -> None:
    """What was never quoted since the start is not valued at zero."""
    desk = desk_with_layer
    desk.restart()
    found = summary(desk)
    assert (found.condor_result_usd, found.hedge_result_usd) == (None, None)


def test_orders_of_a_past_day_are_not_of_today(desk_with_layer: Desk) -> None:
    """The day's count ends with the day."""
    desk = desk_with_layer
    desk.clock(17, 0, date(2018, 1, 24))
    assert summary(desk).orders_today == 0


def test_a_late_commission_of_a_forgotten_order_moves_no_money(desk_with_layer: Desk) -> None:
    """Orders are forgotten a day after their end, executions later: nothing doubles."""
    desk = desk_with_layer
    desk.tweak(booked={k: structs.replace(b, commissioned=False) for k, b in desk.state.booked.items()})
    desk.clock(8, 0, date(2018, 1, 25))
    desk.timer(ev.Job.SESSION_PREP)
    assert not desk.state.orders
    before = desk.layer.debit_usd
    desk.take(desk.broker.snapshot())
    assert desk.layer.debit_usd == before
    assert (desk.layer.held, desk.state.account.differences) == (10, ())


def test_listings_are_renewed_before_each_session_when_connected(desk_with_condor: Desk) -> None:
    """Without a connection there is nobody to ask."""
    desk = desk_with_condor
    desk.clock(8, 0, date(2018, 1, 23))
    assert any(isinstance(c, cm.ListChain) for c in desk.timer(ev.Job.SESSION_PREP).commands)
    desk.disconnect()
    desk.broker.now += timedelta(minutes=1)
    assert desk.timer(ev.Job.SESSION_PREP).commands == ()


def test_hashes_name_rules_and_states() -> None:
    """Equal contents, equal names; others differ."""
    assert rules_hash(Rules()) == rules_hash(Rules())
    assert state_hash(State()) == state_hash(State())
    assert state_hash(State()) != state_hash(State(seq=1))
