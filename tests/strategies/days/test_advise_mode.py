"""Advise mode: each intended order waits for an operator, for a while; nothing leaves by itself."""

from datetime import timedelta
from typing import Any

import pytest

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.holdings import CondorState, OrderStage
from strategies.core.layer_rules import AdviseRules
from strategies.core.mode import Action
from strategies.core.records import Decision, Proposal
from strategies.core.rules import Rules

Desk = Any
WHO = "anna (uid 1000)"
LIFETIME_S = 1200.0


@pytest.fixture
def proposing(desk: Desk) -> Desk:
    """A desk in advise mode whose first condor is proposed."""
    desk.start(Rules(mode="advise", advise=AdviseRules(lifetime_s=LIFETIME_S)))
    desk.act()
    assert desk.order.stage is OrderStage.PROPOSED
    return desk


def answer(desk: Desk, *, approved: bool, reason: str = "") -> None:
    """An operator answers the latest order's proposal."""
    ref = desk.order.ref
    desk.take(ev.ProposalAnswered(time=desk.now, order_ref=ref, approved=approved, by=WHO, reason=reason))


def proposals(desk: Desk) -> list[tuple[str, str]]:
    """Return state and reason of each proposal's record."""
    return [(record.state, record.reason) for record in desk.records if isinstance(record, Proposal)]


def test_a_proposal_shows_what_it_passed_and_nothing_is_sent(proposing: Desk) -> None:
    """The verdicts wait with the order; no command leaves and no order is counted."""
    assert proposing.placed == []
    assert [verdict.rule for verdict in proposing.order.verdicts][:2] == ["ready", "condor_size"]
    assert proposals(proposing) == [("proposed", "waits for an operator")]
    assert proposing.decisions("condor_open")[-1].outcome == "proposed"
    assert proposing.state.counters.orders_today == 0


def test_an_approval_sends_it_once_and_fills(proposing: Desk) -> None:
    """Approved, it is an order like any other; a second approval changes nothing."""
    answer(proposing, approved=True)
    answer(proposing, approved=True)
    proposing.answer()
    assert [intent.purpose for intent in proposing.placed] == [cm.Purpose.CONDOR_OPEN]
    assert proposing.condor.state is CondorState.OPEN
    assert proposals(proposing)[-1] == ("intended", f"approved by {WHO}")
    assert proposing.state.counters.orders_today == 1


def test_an_approved_order_is_as_old_as_its_approval(proposing: Desk) -> None:
    """It may work for `orders.working_timeout_s` from then; the time it waited is not held against it."""
    proposing.broker.fills = False
    proposing.beat(15)
    answer(proposing, approved=True)
    proposing.answer()
    proposing.beat(4)
    assert proposing.order.stage is OrderStage.WORKING


def test_a_refusal_ends_the_plan_and_is_recorded_with_who_and_why(proposing: Desk) -> None:
    """No second proposal of the same plan follows."""
    answer(proposing, approved=False, reason="earnings week")
    proposing.answer()
    proposing.beat(30)
    assert proposing.placed == []
    assert proposals(proposing)[1:] == [("withdrawn", f"refused by {WHO}: earnings week")]
    assert (proposing.condor.state, proposing.state.plans) == (CondorState.CLOSED, {})


def test_a_proposal_lapses_and_an_answer_that_comes_too_late_sends_nothing(proposing: Desk) -> None:
    """The lifetime ends it, even where the late answer is the first event after it."""
    proposing.broker.now += timedelta(seconds=LIFETIME_S)
    answer(proposing, approved=True)
    assert proposing.placed == []
    assert proposing.order.answer == "lapsed: nobody answered in time"


def test_a_gate_refuses_an_approval_each_time_on_record_and_the_proposal_waits_on(proposing: Desk) -> None:
    """Halted, the approval is refused by gate 1; resumed, the same proposal can be approved."""
    proposing.take(ev.Operator(time=proposing.now, action=Action.HALT, who=WHO, reason="odd"))
    for _ in range(2):
        answer(proposing, approved=True)
    refused = [
        record
        for record in proposing.records
        if isinstance(record, Decision) and record.subject == f"proposal:{proposing.order.ref}"
    ]
    assert [(r.outcome, r.rules[0].reason) for r in refused] == [("refused", f"halted by {WHO}: odd")] * 2
    assert proposing.order.stage is OrderStage.PROPOSED
    proposing.take(ev.Operator(time=proposing.now, action=Action.RESUME, who=WHO, reason="looked"))
    answer(proposing, approved=True)
    assert len(proposing.placed) == 1


def test_a_proposal_outlives_a_restart(proposing: Desk) -> None:
    """It is state: after kill -9 it can still be approved, once."""
    proposing.restart()
    proposing.answer()
    proposing.beat(2)
    answer(proposing, approved=True)
    proposing.answer()
    assert proposing.condor.state is CondorState.OPEN
    assert len(proposing.placed) == 1


def test_what_flatten_closes_is_not_proposed(proposing: Desk) -> None:
    """A person asked for it already: open proposals are withdrawn, the exit goes out by itself."""
    answer(proposing, approved=True)
    proposing.answer()
    proposing.take(ev.Operator(time=proposing.now, action=Action.FLATTEN, who=WHO, reason="holiday"))
    proposing.beat(3)
    assert [intent.purpose for intent in proposing.placed][1:] == [cm.Purpose.CONDOR_CLOSE]
    assert proposing.condor.state is CondorState.CLOSED


def test_a_layer_is_proposed_and_bought_only_when_approved(proposing: Desk) -> None:
    """Each rule's orders take the same door."""
    answer(proposing, approved=True)
    proposing.answer()
    proposing.close_bar(proposing.world.spx + 20)
    proposing.answer()
    proposing.next_session()
    proposing.beat(8)
    assert proposing.order.intent.purpose is cm.Purpose.LAYER_OPEN
    assert (proposing.order.stage, proposing.layer.held) == (OrderStage.PROPOSED, 0)
    answer(proposing, approved=True)
    proposing.answer()
    assert proposing.layer.held == proposing.order.intent.quantity
