"""The last word before an order: gate 1, break-evens, caps."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.sizing import Base, break_even_gate, break_evens, capped_size
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.gates import layer_count, order_pace, premium_left_usd, ready
from strategies.core.instruments import SPX, VIX, InstrumentKey
from strategies.core.rules import CapRules, GateRules, Rules
from strategies.core.turn import Turn

Desk = Any


def turn(desk: Desk) -> Turn:
    """Return a turn at the desk's state and time."""
    return Turn(desk.state, desk.now)


def try_layer(desk: Desk) -> dict[str, tuple[str, str]]:
    """Decide and try to buy a layer; return the verdicts of the sending."""
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(8)
    verdicts: dict[str, tuple[str, str]] = desk.verdicts("layer_open")
    return verdicts


def test_all_is_ready_in_session_on_a_reconciled_paper_account(desk_with_condor: Desk) -> None:
    """Gate 1 passes only with everything in place."""
    assert ready(turn(desk_with_condor)).verdict == "pass"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"link": ev.Link.DOWN}, "broker is not connected"),
        ({"paper": False}, "account is not a paper account"),
        ({"reconciled_epoch": 0}, "not reconciled since the connection came up"),
        ({"differences": ("X: book 1, account 2",)}, "book and account differ"),
    ],
)
def test_each_fault_of_the_account_is_named(
    desk_with_condor: Desk, change: dict[str, object], reason: str
) -> None:
    """A refusal says what is wrong."""
    desk = desk_with_condor
    desk.tweak(account=structs.replace(desk.state.account, **change))
    verdict = ready(turn(desk))
    assert (verdict.verdict, verdict.reason) == ("refuse", reason)


def test_a_stopping_daemon_sends_nothing(desk_with_condor: Desk) -> None:
    """From the stop on nothing new leaves."""
    desk = desk_with_condor
    desk.take(ev.Lifecycle(time=desk.now, phase=ev.Phase.STOPPING))
    assert ready(turn(desk)).reason == "daemon is stopping"


@pytest.mark.parametrize(
    ("hour", "minute", "open_"), [(9, 29, False), (9, 30, True), (15, 59, True), (16, 0, False)]
)
def test_orders_leave_in_session_only(desk_with_condor: Desk, hour: int, minute: int, open_: bool) -> None:  # noqa: FBT001
    """The session includes its open and excludes its close."""
    desk = desk_with_condor
    desk.clock(hour, minute)
    assert (ready(turn(desk)).verdict == "pass") is open_


def test_a_day_without_a_session_is_closed(desk_with_condor: Desk) -> None:
    """A weekend has no hours."""
    desk = desk_with_condor
    desk.clock(12, 0, desk.today.replace(day=27))
    assert ready(turn(desk)).reason == "session is closed"


def test_an_account_that_is_not_paper_never_trades(desk: Desk) -> None:
    """The demo of a live account: everything is watched, nothing is sent."""
    desk.start()
    desk.disconnect()
    desk.connect(paper=False)
    desk.answer()
    desk.act()
    assert desk.placed == []


def test_break_evens_move_with_the_hedge_debit(desk_with_condor: Desk) -> None:
    """K2 less and K3 plus what is left of the credit, per unit."""
    condor = desk_with_condor.condor
    _, k2, k3, _ = condor.strikes
    credit = float(condor.credit_usd)
    low, high = break_evens(condor, 1000.0)
    assert k2 - low == pytest.approx((credit - 1000.0) / 1000)
    assert high - k3 == pytest.approx((credit - 1000.0) / 1000)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (GateRules(debit_spx_share_max=0.0001), "debit exceeds its share of SPX"),
        (GateRules(debit_credit_share_max=0.05), "debit exceeds its share of the condor's credit"),
    ],
)
def test_the_break_even_gate_refuses_with_its_reason(desk: Desk, rules: GateRules, reason: str) -> None:
    """A hedge that eats too much of the condor is not bought."""
    desk.start(Rules(gates=rules))
    desk.act()
    assert try_layer(desk)["break_even"] == ("refuse", reason)
    assert len(desk.placed) == 1


def test_the_break_even_gate_counts_what_is_held_already(desk_with_layer: Desk) -> None:
    """The net debit of all layers, the new one included."""
    desk = desk_with_layer
    gate = break_even_gate(turn(desk), desk.condor, Decimal(100))
    assert gate.inputs["debit_usd"] == float(desk.layer.debit_usd + 100)


def test_without_spx_there_is_no_break_even(desk_with_condor: Desk) -> None:
    """A stale SPX is unavailable, and unavailable refuses."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.world.given[SPX.key] = None
    desk.next_session()
    desk.beat(8)
    assert desk.verdicts("layer_open")["break_even"] == ("unavailable", "SPX: quote is stale")
    assert len(desk.placed) == 1


def test_a_condor_without_a_whole_contract_has_no_break_even(desk_with_condor: Desk) -> None:
    """Legs that were executed in part leave a condor of no contract: no division by it, no layer."""
    desk = desk_with_condor
    condor = structs.replace(desk.condor, contracts=0)
    assert break_even_gate(turn(desk), condor, Decimal(100)).verdict == "unavailable"


def test_as_many_layers_as_allowed_stop_the_next_one(desk: Desk) -> None:
    """Gate 5, layers of the whole book."""
    desk.start(Rules(caps=CapRules(layers_open_max=0)))
    desk.act()
    assert try_layer(desk)["layers_open"] == ("refuse", "as many layers as allowed are open")
    assert layer_count(turn(desk)).inputs == {"layers_open": 0}


@pytest.mark.parametrize(
    ("caps", "contracts"),
    [
        (CapRules(), 10),
        (CapRules(contracts_per_layer_max=7), 7),
        (CapRules(premium_day_share_max=0.0004), 5),
        (CapRules(premium_total_share_max=0.0004), 5),
    ],
)
def test_caps_cut_the_size(desk: Desk, caps: CapRules, contracts: int) -> None:
    """Contracts per layer, premium a day and in total: the smallest rules (calls at 0.68)."""
    desk.start(Rules(caps=caps))
    desk.act()
    try_layer(desk)
    assert desk.layer.held == contracts


def test_a_premium_cap_without_room_is_a_recorded_nothing(desk: Desk) -> None:
    """0 contracts is a decision with a reason, not an order."""
    desk.start(Rules(caps=CapRules(premium_day_share_max=0.00001)))
    desk.act()
    assert try_layer(desk)["size"] == ("refuse", "premium cap is used up")


def test_a_condor_too_small_rounds_to_nothing(desk_with_condor: Desk) -> None:
    """A fraction of one contract is none."""
    desk = desk_with_condor
    size = capped_size(turn(desk), Base(0.4, {}), 1.0, Decimal(67), VIX)
    assert (size.contracts, size.verdict.reason) == (0, "rounds to no contract")


@pytest.mark.parametrize("worth", [None, Decimal(0), Decimal(-5)])
def test_without_a_net_liquidation_nothing_is_bought(desk: Desk, worth: Decimal | None) -> None:
    """A share of nothing known is no premium."""
    desk.start()
    desk.act()
    desk.broker.net_liquidation = worth
    assert try_layer(desk)["size"] == ("unavailable", "net liquidation is not known")


def test_premium_paid_and_working_is_taken_from_what_is_left(desk_with_layer: Desk) -> None:
    """Day: what was ordered today. Total: what is held."""
    desk = desk_with_layer
    assert premium_left_usd(turn(desk)) == Decimal(20_000) - 680
    desk.tweak(rules=Rules(caps=CapRules(premium_day_share_max=1.0)))
    assert premium_left_usd(turn(desk)) == Decimal(100_000) - desk.layer.debit_usd
    desk.clock(9, 31, desk.today.replace(day=24))
    desk.tweak(rules=Rules())
    assert premium_left_usd(turn(desk)) == Decimal(20_000)


def test_a_working_layer_order_counts_towards_the_total(desk_with_condor: Desk) -> None:
    """What may still be paid is not spent twice."""
    desk = desk_with_condor
    desk.broker.fills = False
    try_layer(desk)
    desk.tweak(rules=Rules(caps=CapRules(premium_day_share_max=1.0)))
    assert premium_left_usd(turn(desk)) == Decimal(100_000) - desk.order.intent.limit * 1000


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (CapRules(orders_per_day_max=0), "orders per day are used up"),
        (CapRules(orders_per_minute_max=0), "orders per minute are used up"),
    ],
)
def test_orders_are_paced(desk_with_condor: Desk, caps: CapRules, reason: str) -> None:
    """Every order counts, whatever it is for."""
    desk = desk_with_condor
    desk.tweak(rules=Rules(caps=caps))
    assert try_layer(desk)["order_pace"] == ("refuse", reason)
    assert len(desk.placed) == 1


def test_order_counts_begin_anew_each_day_and_minute(desk_with_condor: Desk) -> None:
    """The day's count is of the New York day, the minute's of the last 60 seconds."""
    desk = desk_with_condor
    assert order_pace(turn(desk)).inputs["orders_today"] == 1
    desk.clock(9, 30, desk.today.replace(day=23))
    assert order_pace(turn(desk)).inputs == {"orders_today": 0, "orders_last_minute": 0}


def test_calls_offered_for_nothing_are_not_bought(desk_with_condor: Desk) -> None:
    """Quotes of zero on both sides are well-typed and wrong: nothing is bought, nothing fails."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    desk.beat(1)
    for strike in range(5, 61):
        key = InstrumentKey(f"OPT.VIX.20180320.{strike}.C")
        desk.world.given[key] = facts.Quote(instrument=key, bid=0.0, ask=0.0)
    desk.beat(30)
    assert len(desk.placed) == 1
    assert not desk.state.plans
