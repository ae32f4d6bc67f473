"""Odd days: what is missing, late or repeated where it seldom is."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import CondorState, OrderStage
from strategies.core.layer_rules import AdviseRules
from strategies.core.mode import Action, Cause, Mode
from strategies.core.orders import order_id_floor
from strategies.core.quarantine import unsettled
from strategies.core.records import Proposal
from strategies.core.rules import CapRules, CondorRules, Rules
from strategies.core.selection import extrinsic_of, forward_of
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

Desk = Any


def operator(desk: Desk, action: Action) -> ev.Operator:
    """Return what a person says."""
    return ev.Operator(time=desk.now, action=action, who="ann", reason="because")


def test_an_expiry_without_usable_strikes_enters_no_condor(desk: Desk) -> None:
    """Only strikes far from the money: said so."""
    listed = desk.broker.expiry_listed

    def far(command: cm.ListExpiry) -> ev.ExpiryListed:
        found: ev.ExpiryListed = structs.replace(listed(command), puts=(100.0, 150.0))
        return found

    desk.broker.expiry_listed = far
    desk.start()
    desk.act()
    assert desk.verdicts("condor_open")["plan"] == ("refuse", "no strike is listed and quoted")


def test_flatten_drops_what_would_be_opened(desk_with_condor: Desk) -> None:
    """A layer planned for the morning is dropped in the night; nothing is closed before the open."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    assert desk.state.plans
    desk.take(operator(desk, Action.FLATTEN))
    assert not desk.state.plans
    assert desk.decisions("layer_open")[-1].outcome == "dropped"
    assert len(desk.placed) == 1


def test_flatten_waits_for_its_pace(desk_with_layer: Desk) -> None:
    """Out of orders: the layer waits with that reason."""
    desk = desk_with_layer
    desk.tweak(rules=Rules(caps=CapRules(orders_per_day_max=0)))
    desk.take(operator(desk, Action.FLATTEN))
    desk.beat(2)
    assert desk.verdicts("flatten:L0001")["order_pace"][0] == "refuse"


def test_flatten_waits_for_quotes(desk_with_layer: Desk) -> None:
    """Nobody quotes the layer's call: it waits with that reason."""
    desk = desk_with_layer
    key = desk.layer.instrument.key
    desk.world.given[key] = None
    market = desk.state.market
    desk.tweak(market=structs.replace(market, quotes={k: q for k, q in market.quotes.items() if k != key}))
    desk.take(operator(desk, Action.FLATTEN))
    assert desk.verdicts("flatten:L0001")["quote"] == ("unavailable", "no quote")


def test_a_second_halt_is_an_alarm_and_keeps_the_first_cause(desk_with_condor: Desk) -> None:
    """What is halted stays halted for its first reason."""
    desk = desk_with_condor
    desk.take(ev.Tripped(time=desk.now, cause=Cause.DISK_NEARLY_FULL, detail="disk is full"))
    desk.take(ev.Tripped(time=desk.now, cause=Cause.DISK_NEARLY_FULL, detail="disk is still full"))
    assert (desk.state.trading.mode, desk.state.trading.reason) == (Mode.HALTED, "disk is full")
    assert desk.state.guard.alarmed == ("disk is full", "disk is still full")


def test_a_peel_with_nothing_worth_selling_sells_nothing(desk_with_layer: Desk) -> None:
    """Every layer is worth less than 5 % of its debit: each is left to expire, with that reason."""
    desk = desk_with_layer
    desk.tweak(layers={"L0001": structs.replace(desk.layer, debit_usd=Decimal(1_000_000))})
    desk.close_bar(desk.world.spx - 70)
    desk.answer()
    desk.next_session(9, 45)
    desk.beat(20)
    assert desk.verdicts("peel:L0001")["worth_selling"][0] == "hold"
    assert not [i for i in desk.placed if i.purpose is cm.Purpose.LAYER_PEEL]


def test_an_order_without_an_id_lifts_the_floor_far_up(sending: Desk) -> None:
    """One sent right before a crash left no id behind: its id is surely not as far up."""
    sending.tweak(counters=structs.replace(sending.state.counters, order_id_max=7))
    assert sending.order.stage is OrderStage.INTENDED
    assert order_id_floor(sending.state) == 10_007
    sending.answer()
    assert order_id_floor(sending.state) == 7


def test_orders_of_others_in_a_snapshot_are_passed_over(desk_with_condor: Desk) -> None:
    """An order without a reference is none of ours."""
    desk = desk_with_condor
    other = facts.OrderSeen(order_ref="", perm_id=99, status="Submitted", remaining=Decimal(1))
    before = desk.state.orders
    desk.take(desk.broker.snapshot(open_orders=(other,)))
    assert desk.state.orders == before


def test_without_the_index_spx_options_have_no_forward(desk_with_condor: Desk) -> None:
    """Neither a forward nor a time value."""
    desk = desk_with_condor
    leg = desk.condor.legs[0]
    market = desk.state.market
    blind = structs.replace(market, quotes={k: v for k, v in market.quotes.items() if k != "IND.SPX"})
    turn = Turn(structs.replace(desk.state, market=blind), desk.now)
    assert forward_of(turn, leg) == Unavailable("no quote")
    assert extrinsic_of(turn, leg, 3.0) == Unavailable("no quote")


FOREIGN = {
    "OPT.SPXW.20180307.2650.P": 10,
    "OPT.SPXW.20180307.2700.P": -10,
    "OPT.SPXW.20180307.2900.C": -10,
    "OPT.SPXW.20180307.2950.C": 10,
}


def adopting(desk: Desk, positions: dict[str, int]) -> None:
    """Start with foreign positions and look again and again for half an hour."""
    desk.broker.positions = {key: Decimal(count) for key, count in positions.items()}
    desk.start(Rules(condors=CondorRules(manage=False)))
    desk.clock(9, 45)
    desk.quote()
    desk.beat(32)


def test_two_snapshots_at_once_are_one_look(desk: Desk) -> None:
    """A condor must stand the same a quiet period apart."""
    desk.broker.positions = {key: Decimal(count) for key, count in FOREIGN.items()}
    desk.start(Rules(condors=CondorRules(manage=False)))
    desk.take(desk.broker.snapshot(), desk.broker.snapshot())
    assert not desk.state.condors


def test_a_condor_of_an_expiry_that_is_not_listed_is_left_alone(desk: Desk) -> None:
    """The broker lists no such day: its legs cannot be named."""
    adopting(desk, {key.replace("20180307", "20180308"): n for key, n in FOREIGN.items()})
    assert not desk.state.condors


def test_an_adopted_condor_without_quotes_waits_for_its_greeks(desk: Desk) -> None:
    """One leg is never quoted: vega and theta stay unknown, and what needs them is refused."""
    desk.world.given["OPT.SPXW.20180307.2950.C"] = None
    adopting(desk, FOREIGN)
    assert desk.condor.state is CondorState.OPEN
    assert (desk.condor.unit_vega_usd, desk.condor.expiry) == (None, date(2018, 3, 7))


def test_a_layer_of_which_more_was_bought_by_hand_is_settled_without_a_loss(desk_with_layer: Desk) -> None:
    """The account holds more: the book takes it over, the debit stands."""
    desk = desk_with_layer
    before = desk.layer
    desk.broker.positions[before.instrument.key] += 2
    for _ in range(2):
        desk.broker.now += timedelta(minutes=2)
        desk.take(desk.broker.snapshot())
    settle = structs.replace(operator(desk, Action.SETTLE), subject="L0001")
    desk.take(settle)
    assert (desk.layer.held, desk.layer.debit_usd) == (before.held + 2, before.debit_usd)


def test_proposals_end_with_the_session_and_reconciling_leaves_them_alone(desk: Desk) -> None:
    """Proposed at 09:46 with a whole day to live: snapshots do not touch it, the close withdraws it."""
    desk.start(Rules(mode="advise", advise=AdviseRules(lifetime_s=40_000.0)))
    desk.act()
    ref = desk.order.ref
    assert desk.order.stage is OrderStage.PROPOSED
    for _ in range(3):
        desk.broker.now += timedelta(minutes=2)
        desk.take(desk.broker.snapshot())
    desk.restart()
    desk.answer()
    assert desk.state.orders[ref].stage is OrderStage.PROPOSED
    desk.close_bar()
    assert desk.state.orders[ref].stage is OrderStage.WITHDRAWN
    said = [r.reason for r in desk.records if isinstance(r, Proposal)]
    assert said[-1] == "lapsed: the session is over"
    assert not desk.placed


def test_flatten_withdraws_what_is_proposed(desk: Desk) -> None:
    """What would be opened is not asked for any more."""
    desk.start(Rules(mode="advise"))
    desk.act()
    desk.take(operator(desk, Action.FLATTEN))
    assert [r.reason for r in desk.records if isinstance(r, Proposal)][-1] == "everything is being closed"
    assert desk.order.stage is OrderStage.WITHDRAWN


def test_a_quarantine_that_nobody_can_settle_says_so(desk_with_layer: Desk) -> None:
    """What differs is the layer's own: it is put right by hand or settled; agreed subjects say nothing."""
    desk = desk_with_layer
    assert unsettled(desk.state, "L0001") == ""
    desk.broker.positions[desk.layer.instrument.key] -= 2
    for _ in range(2):
        desk.broker.now += timedelta(minutes=2)
        desk.take(desk.broker.snapshot())
    said = "L0001 stays quarantined: it differs; put the account right by hand"
    assert unsettled(desk.state, "L0001") == said


def test_a_condor_of_which_more_is_held_is_settled_at_its_size(desk_with_condor: Desk) -> None:
    """Two more long puts bought by hand: the book holds them, the condor and its credit stay as they are."""
    desk = desk_with_condor
    before, key = desk.condor, desk.condor.legs[0].key
    desk.broker.positions[key] += 2
    for _ in range(2):
        desk.broker.now += timedelta(minutes=2)
        desk.take(desk.broker.snapshot())
    desk.take(structs.replace(operator(desk, Action.SETTLE), subject="C0001"))
    assert desk.condor.held[key] == before.held[key] + 2
    assert (desk.condor.contracts, desk.condor.credit_usd) == (before.contracts, before.credit_usd)
