"""The story of what is held: layers and condors once a change, halts, and the latest figures at the end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right
from strategies.core.mode import Cause, Mode
from strategies.core.records import (
    Alarm,
    AnyRecord,
    CondorRecord,
    Decision,
    Fill,
    LayerRecord,
    ModeChanged,
    Reconciled,
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


def layer(state: str, **more: Any) -> LayerRecord:  # noqa: ANN401 - fields
    """Return a word on a layer."""
    fields: dict[str, Any] = {
        "layer_id": "L0001",
        "trigger": "overbought",
        "quantity": 10,
        "realised_usd": Decimal(0),
    } | more
    return LayerRecord(
        time=CLOSE,
        condor_id="C0001",
        engine="first",
        state=state,
        instrument=CALL.key,
        debit_usd=Decimal("730.00"),
        **fields,
    )


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


def figures(condors: Decimal | None, hedge: Decimal | None) -> Summary:
    """Return a day's figures."""
    return Summary(
        time=CLOSE,
        session=date(2018, 2, 5),
        condors_open=1,
        layers_open=2,
        condor_result_usd=condors,
        hedge_result_usd=hedge,
        net_liquidation_usd=None,
        orders_today=0,
    )


def test_a_story_that_begins_later_says_what_is_held() -> None:
    """Rule: nothing of earlier days is told; then what was there, as it was last; the ended is not."""
    later = CLOSE + timedelta(days=1)
    gone = layer("open", layer_id="L0002"), layer("closed", layer_id="L0002")
    records = (
        *gone,
        layer("open"),
        layer("open", quantity=4),
        Decision(time=later, subject="first_engine:C0001", outcome="refused", rules=(BACKWARDATION,)),
    )
    story = list(Story(later.date()).lines(records))
    assert story[0] == (
        "2018-02-06 held: layer L0001 first of C0001 open: 4 x OPT.VIX.20180320.16.C, debit 730.00 "
        "(overbought)"
    )
    assert [line[:16] for line in story[1:]] == ["2018-02-06 16:01"]
    filled = Fill(
        time=CLOSE,
        exec_id="x.01",
        order_ref="x-1-1",
        subject="L0001",
        instrument=CALL.key,
        side="BOT",
        quantity=10,
        price=Decimal("0.73"),
    )
    begun_with_a_fill = list(Story(CLOSE.date()).lines([filled]))
    assert len(begun_with_a_fill) == 1


def test_layers_and_condors_are_told_once_a_change() -> None:
    """Rule: what is intended or working is the order's matter; a state is told once."""
    lines = told(
        layer("closed", layer_id="L0009"),
        layer("intended", quantity=0),
        layer("open"),
        layer("open"),
        layer("peeling"),
        layer("open", quantity=4),
        layer("closed", quantity=0, trigger="", reason="", realised_usd=Decimal("12.345")),
        layer("open", layer_id="L0003", quantity=1, short=SOLD, trigger=""),
        layer("open", layer_id="L0003", quantity=2, short=SOLD, realised_usd=Decimal(5)),
        layer("closed", layer_id="L0003", reason="settled"),
        *(condor(state) for state in ("working", "open", "closed")),
    )
    combo = "OPT.VIX.20180320.16.C - OPT.VIX.20180213.16.C, debit 730.00"
    assert [line[17:] for line in lines] == [
        "layer L0001 first of C0001 open: 10 x OPT.VIX.20180320.16.C, debit 730.00 (overbought)",
        "layer L0001 first of C0001 closed: result 12.34",
        f"layer L0003 first of C0001 open: 1 x {combo}",
        f"layer L0003 first of C0001 open: 2 x {combo} realised 5.00 (overbought)",
        "layer L0003 first of C0001 closed: result 0.00 (settled)",
        "condor C0001 open: 10 x 2630/2680/2885/2935 2018-03-09, credit 7697.60",
        "condor C0001 closed: 2630/2680/2885/2935 2018-03-09, result 0.00 (closed)",
    ]


def test_a_story_ends_with_the_latest_figures() -> None:
    """Rule: results since the start, or that they are unknown; nothing where there is none."""
    story = Story()
    assert list(story.end()) == []
    known, unknown = figures(Decimal("-12.5"), Decimal(3)), figures(None, None)
    assert list(story.lines([known])) == []
    assert [line[17:] for line in story.end()] == [
        "figures: 1 condors and 2 layers open, results since the start: condors -12.50, hedge 3.00"
    ]
    list(story.lines([unknown]))
    assert [line[17:] for line in story.end()] == [
        "figures: 1 condors and 2 layers open, results since the start: condors unknown, hedge unknown"
    ]


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
    books = Reconciled(time=CLOSE, epoch=1, ready=True, differences=(), foreign=())
    alarm = Alarm(time=CLOSE, cause=Cause.LOSS_LIMIT, text="fell")
    assert [line[17:] for line in told(changed, alarm, figures(None, None), books)] == [
        "mode active -> halted by the daemon: fell",
        "alarm loss_limit: fell",
    ]
