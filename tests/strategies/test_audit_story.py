"""A story says what was decided and what came of it, a line each, and nothing twice."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from strategies.core.commands import CancelOrder, FetchSnapshot, Intent, Leg, PlaceOrder, Purpose
from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right
from strategies.core.records import (
    AnyRecord,
    BarClosed,
    Decision,
    Fill,
    OrderIntended,
    OrderState,
    Proposal,
    Requested,
    Verdict,
)
from strategies.core.story import Story

CLOSE = datetime(2018, 2, 5, 21, 1, tzinfo=UTC)
CALL = Instrument(
    kind=Kind.OPTION,
    symbol="VIX",
    exchange="SMART",
    trading_class="VIX",
    last_trade=date(2018, 3, 20),
    strike=16.0,
    right=Right.CALL,
)
SOLD = InstrumentKey("OPT.VIX.20180213.16.C")
BACKWARDATION = Verdict(
    rule="contango",
    verdict="refuse",
    reason="the curve is in backwardation",
    inputs={"slope": -5.25},
    thresholds={"flat_points": 0.05},
)


def told(*records: AnyRecord) -> list[str]:
    """Return the story of some records."""
    return list(Story().lines(records))


def decision(outcome: str, *verdicts: Verdict, **more: Any) -> Decision:  # noqa: ANN401 - fields
    """Return a decision on the first engine."""
    fields: dict[str, Any] = {"time": CLOSE, "subject": "first_engine:C0001"} | more
    return Decision(outcome=outcome, rules=verdicts, **fields)


def bar(**more: Any) -> BarClosed:  # noqa: ANN401 - fields
    """Return the bar of the shock's first day."""
    fields: dict[str, Any] = {"time": CLOSE, "rsi": 29.404, "slope": -5.25, "expanding": True} | more
    return BarClosed(
        session=date(2018, 2, 5), source="live", close=2648.94, vix=37.32, m1=33.225, m2=27.975, **fields
    )


def test_a_refusal_names_each_rule_that_refused_under_its_bar() -> None:
    """Rule: the bar that was decided on comes first, then subject, outcome, verdicts and inputs."""
    calm = Verdict(rule="armed", verdict="pass")
    assert told(bar(), decision("refused", calm, BACKWARDATION)) == [
        (
            "2018-02-05 16:01 bar: SPX 2648.94  RSI 29.40  VIX 37.32  M1 33.23  M2 27.98  slope -5.25  "
            "expanding"
        ),
        (
            "2018-02-05 16:01 first_engine:C0001 refused | contango refuse: the curve is in backwardation "
            "(slope=-5.25 against flat_points=0.05)"
        ),
    ]


def test_a_bar_on_which_nothing_was_decided_is_not_told() -> None:
    """Rule: what only held is left out, its bar too."""
    later = decision("refused", BACKWARDATION, time=CLOSE + timedelta(days=1))
    lines = told(bar(rsi=None, expanding=None), decision("hold", BACKWARDATION), later)
    assert len(lines) == 1
    assert lines[0].startswith("2018-02-06 16:01 first_engine")


def test_the_same_refusal_is_told_again_only_after_another_word() -> None:
    """Rule: as in the audit trail itself, what is unchanged is not repeated."""
    no, hold = decision("refused", BACKWARDATION), decision("hold", BACKWARDATION)
    assert len(told(no, no, no)) == 1
    assert len(told(no, hold, no)) == 2


def test_an_order_is_told_with_what_made_it() -> None:
    """Rule: fires, sizes and unavailable inputs are told; rules that merely pass are not."""
    leg = Leg(instrument=CALL, ratio=1)
    intent = Intent(
        order_ref="x-1-1",
        purpose=Purpose.LAYER_OPEN,
        subject="L0001",
        legs=(leg,),
        quantity=10,
        limit=Decimal("0.73"),
    )
    verdicts = (
        Verdict(rule="ready", verdict="pass"),
        Verdict(rule="size", verdict="pass", inputs={"contracts": 10, "left": None}),
        Verdict(rule="beta", verdict="unavailable", reason="too few sessions"),
    )
    ordered = decision("ordered", *verdicts, commands=(PlaceOrder(intent=intent),))
    intended = OrderIntended(
        time=CLOSE,
        order_ref="x-1-1",
        purpose=Purpose.LAYER_OPEN,
        subject="L0001",
        quantity=10,
        limit=Decimal("0.73"),
        legs=(leg,),
    )
    ordered_line = (
        "first_engine:C0001 ordered | L0001: 10 x +1 OPT.VIX.20180320.16.C at 0.73 | "
        "size pass (contracts=10) | beta unavailable: too few sessions"
    )
    assert [line[17:] for line in told(ordered, intended, fill(CALL.key), ordered)] == [
        ordered_line,
        "filled L0001: BOT 10 OPT.VIX.20180320.16.C at 0.73",
        ordered_line,
    ]
    assert [line[17:] for line in told(intended)] == [
        "order L0001: 10 x +1 OPT.VIX.20180320.16.C at 0.73",
    ]


def fill(instrument: InstrumentKey, **more: Any) -> Fill:  # noqa: ANN401 - fields
    """Return an execution of ten contracts."""
    fields: dict[str, Any] = {"side": "BOT", "quantity": 10, "price": Decimal("0.73")} | more
    return Fill(time=CLOSE, exec_id="1", order_ref="x-1-1", subject="L0001", instrument=instrument, **fields)


def test_the_legs_of_a_combo_are_told_at_their_net_price() -> None:
    """Rule: a line an order; legs that were filled unevenly, or in pieces, are each told."""
    sold = fill(SOLD, side="SLD", price=Decimal("1.00"))
    asked = Requested(time=CLOSE, why="books", commands=(FetchSnapshot(),))
    (even,) = told(fill(CALL.key), asked, sold)
    assert even[17:] == "filled L0001: 10 x 2 legs at -0.27"
    (uneven,) = told(fill(CALL.key, quantity=4), sold)
    assert uneven[17:] == (
        "filled L0001: BOT 4 OPT.VIX.20180320.16.C at 0.73, SLD 10 OPT.VIX.20180213.16.C at 1.00"
    )
    (pieces,) = told(fill(CALL.key), fill(CALL.key))
    assert pieces.count("BOT 10") == 2


def test_a_cancel_is_told_with_its_reason() -> None:
    """Rule: an order that does not fill is asked back, and why is told; other requests are not."""
    asked = Requested(time=CLOSE, why="cancel of x: worked too long", commands=(CancelOrder(order_ref="x"),))
    other = Requested(time=CLOSE, why="books", commands=(FetchSnapshot(),))
    assert told(other, asked) == ["2018-02-05 16:01 cancel the order of x: worked too long"]


def test_a_peel_is_told_with_what_spoke_against_it() -> None:
    """Rule: where only layers that are due are peeled, the condition that does not hold says so."""
    growing = Verdict(rule="not_expanding", verdict="hold", reason="volatility is expanding")
    assert told(decision("planned", growing, subject="peel")) == [
        "2018-02-05 16:01 peel planned | not_expanding hold: volatility is expanding"
    ]


def test_what_a_condor_has_had_is_refused_once() -> None:
    """Rule: after a fill every bar refuses again; it is news once, until the engine acts again."""
    had = Verdict(rule="once_per_episode", verdict="refuse", reason="a layer was filled in this episode")
    no, hold, acts = decision("refused", had), decision("hold"), decision("planned")
    assert len(told(no, hold, no, hold, no)) == 1
    assert len(told(no, hold, acts, no)) == 3


def test_a_decision_without_a_telling_rule_stands_alone() -> None:
    """Rule: no empty parts."""
    assert told(decision("planned", Verdict(rule="armed", verdict="pass"))) == [
        "2018-02-05 16:01 first_engine:C0001 planned"
    ]


def test_an_order_is_told_of_again_when_it_goes_wrong() -> None:
    """Rule: transmitted, working and filled are as it should be; an end without a fill is news."""
    states = [
        OrderState(time=CLOSE, order_ref="x", state=state, filled=0, reason="no bid")
        for state in ("transmitted", "working", "filled", "cancelled")
    ]
    assert told(*states) == ["2018-02-05 16:01 order of x cancelled, 0 filled: no bid"]


def test_an_approved_proposal_is_told_then_its_order() -> None:
    """Rule: what an operator approves is news; what is proposed is told by its decision."""
    leg = Leg(instrument=CALL, ratio=1)
    proposed, approved = (
        Proposal(
            time=CLOSE,
            order_ref="x-1-1",
            state=state,
            purpose=Purpose.LAYER_OPEN,
            subject="L0001",
            quantity=10,
            limit=Decimal("0.73"),
            legs=(leg,),
            lapses_at=CLOSE,
            reason="approved by anna",
        )
        for state in ("proposed", "intended")
    )
    assert [line[17:] for line in told(proposed, approved)] == ["proposal layer_open L0001 approved by anna"]
