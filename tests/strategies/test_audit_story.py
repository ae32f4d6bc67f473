"""A story says what was decided and what came of it, a line each, and nothing twice."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from strategies.core.commands import Intent, Leg, PlaceOrder, Purpose
from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right
from strategies.core.mode import Cause, Mode
from strategies.core.records import (
    Alarm,
    AnyRecord,
    BarClosed,
    CondorRecord,
    Decision,
    Fill,
    LayerRecord,
    ModeChanged,
    OrderIntended,
    OrderState,
    Summary,
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
BACKWARDATION = Verdict(
    rule="contango", verdict="refuse", reason="the curve is in backwardation", inputs={"slope": -5.25}
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


def layer(state: str, **more: Any) -> LayerRecord:  # noqa: ANN401 - fields
    """Return a word on a layer."""
    fields: dict[str, Any] = {"trigger": "overbought", "quantity": 10} | more
    return LayerRecord(
        time=CLOSE,
        layer_id="L0001",
        condor_id="C0001",
        engine="first",
        state=state,
        instrument=CALL.key,
        debit_usd=Decimal("730.00"),
        realised_usd=Decimal(0),
        **fields,
    )


def test_a_refusal_names_each_rule_that_refused_under_its_bar() -> None:
    """Rule: the bar that was decided on comes first, then subject, outcome, verdicts and inputs."""
    calm = Verdict(rule="armed", verdict="pass")
    assert told(bar(), decision("refused", calm, BACKWARDATION)) == [
        "2018-02-05 16:01 bar 2018-02-05 2648.94 rsi=29.4 vix=37.32 m1=33.23 m2=27.98 slope=-5.25 expanding",
        (
            "2018-02-05 16:01 first_engine:C0001 refused | contango refuse: the curve is in backwardation "
            "(slope=-5.25)"
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
    fill = Fill(
        time=CLOSE,
        exec_id="1",
        order_ref="x-1-1",
        subject="L0001",
        instrument=CALL.key,
        side="BOT",
        quantity=10,
        price=Decimal("0.73"),
    )
    assert [line[17:] for line in told(ordered, intended, fill, ordered)] == [
        "first_engine:C0001 ordered | size pass (contracts=10) | beta unavailable: too few sessions",
        "order layer_open L0001: 10 x +1 OPT.VIX.20180320.16.C at 0.73",
        "fill L0001: BOT 10 OPT.VIX.20180320.16.C at 0.73",
        "first_engine:C0001 ordered | size pass (contracts=10) | beta unavailable: too few sessions",
    ]


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
    assert told(*states) == ["2018-02-05 16:01 order cancelled, 0 filled: no bid"]


def test_layers_and_condors_are_told_once_a_change() -> None:
    """Rule: what is intended or working is the order's matter; a state is told once."""
    short = InstrumentKey("OPT.VIX.20180213.16.C")
    lines = told(
        layer("intended", quantity=0),
        layer("open"),
        layer("open"),
        layer("closed", quantity=0, short=short, trigger="", reason=""),
        *(condor(state) for state in ("working", "open", "closed")),
    )
    assert [line[17:] for line in lines] == [
        "layer L0001 first of C0001 open: 10 x OPT.VIX.20180320.16.C, debit 730.00 realised 0 (overbought)",
        (
            "layer L0001 first of C0001 closed: 0 x OPT.VIX.20180320.16.C - OPT.VIX.20180213.16.C, "
            "debit 730.00 realised 0"
        ),
        "condor C0001 open: 10 x 2630/2680/2885/2935 2018-03-09, credit 7697.60 realised 0",
        "condor C0001 closed: 10 x 2630/2680/2885/2935 2018-03-09, credit 7697.60 realised 0 (closed)",
    ]


def condor(state: Literal["working", "open", "closed"]) -> CondorRecord:
    """Return a word on a condor."""
    return CondorRecord(
        time=CLOSE,
        condor_id="C0001",
        state=state,
        contracts=10,
        expiry=date(2018, 3, 9),
        strikes=(2630.0, 2680.0, 2885.0, 2935.0),
        credit_usd=Decimal("7697.60"),
        realised_usd=Decimal(0),
        reason="closed" if state == "closed" else "",
    )


def test_halts_and_alarms_are_told_and_figures_are_not() -> None:
    """Rule: who stopped trading and why belongs to the story, the day's figures do not."""
    changed = ModeChanged(
        time=CLOSE,
        mode=Mode.HALTED,
        before=Mode.ACTIVE,
        cause=Cause.LOSS_LIMIT,
        who="the daemon",
        reason="fell",
    )
    alarm = Alarm(time=CLOSE, cause=Cause.LOSS_LIMIT, text="fell")
    figures = Summary(
        time=CLOSE,
        session=date(2018, 2, 5),
        condors_open=1,
        layers_open=1,
        condor_result_usd=None,
        hedge_result_usd=None,
        net_liquidation_usd=None,
        orders_today=0,
    )
    assert [line[17:] for line in told(changed, alarm, figures)] == [
        "mode active -> halted by the daemon: fell",
        "alarm loss_limit: fell",
    ]
