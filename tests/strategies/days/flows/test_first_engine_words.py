"""The first engine asked directly: every word and number of its verdicts, at and beside each bound."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.adding import Idea, Look, common_verdicts, flag
from strategies.alvh.bar import FinalBar
from strategies.alvh.first_engine import band_verdict, contango_verdict, decide, fraction
from strategies.alvh.regimes import Regimes
from strategies.core.holdings import Engine
from strategies.core.macro_facts import Point, Series
from strategies.core.records import Decision, Verdict
from strategies.core.rules import FirstEngineRules, RsiRules, TermStructureRules
from strategies.core.turn import Turn

Desk = Any
BANDS = RsiRules()
BAR = FinalBar(
    day=date(2018, 1, 22),
    close=2832.97,
    rsi=72.5,
    vix=11.03,
    m1=11.75,
    m2=12.5,
    slope=0.75,
    expanding=False,
    unavailable={"rsi": "too few closes", "slope": "M1: no quote"},
    realised_vol=8.0,
    vix_over_realised=1.4,
)


@pytest.fixture
def desk(desk_with_condor: Desk) -> Desk:
    """Monday 16:02: a condor whose trigger is armed, no layer, nothing decided yet."""
    desk_with_condor.clock(16, 2)
    desk_with_condor.tweak(verdicts={}, plans={})
    return desk_with_condor


def bar_of(**fields: Any) -> FinalBar:  # noqa: ANN401 - fields of the bar
    """Return the bar, some of it changed."""
    return structs.replace(BAR, **fields)


def decided(desk: Desk, bar: FinalBar, **fields: object) -> tuple[Turn, Look, Decision]:
    """Return the turn, the look and the one decision on the desk's condor."""
    turn = Turn(structs.replace(desk.state, **fields), desk.now)
    look = Look(
        bar=bar,
        condor=desk.condor,
        peel_zone=False,
        exiting=False,
        sold=False,
        regimes=Regimes(turn, bar),
    )
    decide(turn, look)
    (record,) = [r for r in turn.records if isinstance(r, Decision)]
    return turn, look, record


# --- the band ---


@pytest.mark.parametrize(
    ("rsi", "verdict", "reason"),
    [
        (29.99, "fire", "oversold"),
        (30.0, "hold", "inside the bands"),
        (30.01, "hold", "inside the bands"),
        (69.99, "hold", "inside the bands"),
        (70.0, "hold", "inside the bands"),
        (70.01, "fire", "overbought"),
    ],
)
def test_the_band_is_left_only_beyond_its_edge(rsi: float, verdict: Any, reason: str) -> None:  # noqa: ANN401
    """At 30 and at 70 RSI is still inside; RSI and both edges are written down."""
    assert band_verdict(bar_of(rsi=rsi), BANDS) == Verdict(
        rule="rsi_band",
        verdict=verdict,
        reason=reason,
        inputs={"rsi": rsi},
        thresholds={"oversold": 30.0, "overbought": 70.0},
    )


def test_without_an_rsi_the_band_is_unavailable_with_the_bars_reason() -> None:
    """The edges are still written down, no RSI is."""
    assert band_verdict(bar_of(rsi=None), BANDS) == Verdict(
        rule="rsi_band",
        verdict="unavailable",
        reason="too few closes",
        thresholds={"oversold": 30.0, "overbought": 70.0},
    )


# --- the curve ---


@pytest.mark.parametrize(
    ("slope", "reason"),
    [
        (0.51, ""),
        (0.5, "the curve is in flat"),
        (-0.5, "the curve is in flat"),
        (-0.51, "the curve is in backwardation"),
    ],
)
def test_contango_begins_beyond_the_flat_points(desk: Desk, slope: float, reason: str) -> None:
    """Half a point is set as flat; both futures, the slope and the bound are written down."""
    rules = structs.replace(desk.state.rules, term_structure=TermStructureRules(flat_points=0.5))
    turn = Turn(structs.replace(desk.state, rules=rules), desk.now)
    assert contango_verdict(turn, bar_of(slope=slope)) == Verdict(
        rule="contango",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={"m1": 11.75, "m2": 12.5, "slope": slope},
        thresholds={"flat_points": 0.5},
    )


def test_without_a_slope_contango_is_unavailable_with_the_bars_reason(desk: Desk) -> None:
    """Nothing was compared, so nothing else is written down."""
    turn = Turn(desk.state, desk.now)
    assert contango_verdict(turn, bar_of(slope=None)) == Verdict(
        rule="contango", verdict="unavailable", reason="M1: no quote"
    )


# --- the share of the notional ---


@pytest.mark.parametrize(
    ("rsi", "share"),
    [(50.0, 0.25), (30.0, 0.25), (70.0, 0.25), (26.0, 0.5), (22.0, 0.75), (21.0, 0.75), (80.0, 0.75)],
)
def test_the_share_stays_between_its_minimum_and_its_maximum(rsi: float, share: float) -> None:
    """From the minimum, inside the band too, to the maximum that many points beyond it, and no further."""
    rules = FirstEngineRules(fraction_min=0.25, fraction_max=0.75, full_at_rsi_beyond=8.0)
    assert fraction(rsi, BANDS, rules) == share


# --- the decision ---


def test_a_layer_of_the_first_engine_is_planned_with_its_whole_story(desk: Desk) -> None:
    """Band, contango, trigger, what every layer passes, share, modifiers: in order; the plan names why."""
    turn, look, record = decided(desk, BAR)
    before = Turn(desk.state, desk.now)  # in which nothing is planned yet
    common = common_verdicts(before, look, Idea(engine=Engine.FIRST, trigger=""), enabled=True)
    assert record == Decision(
        time=desk.now,
        subject="first_engine:C0001",
        outcome="planned",
        rules=(
            band_verdict(BAR, BANDS),
            contango_verdict(turn, BAR),
            Verdict(rule="armed", verdict="pass"),
            *common,
            Verdict(rule="fraction", verdict="pass", inputs={"rsi": 72.5, "fraction": 0.175}),
            *(m.verdict for m in look.regimes.scaling(Engine.FIRST)),
        ),
    )
    (plan,) = turn.state.plans.values()
    assert (plan.engine, plan.fraction, plan.subject) == (Engine.FIRST, 0.175, "C0001")
    assert plan.trigger == "overbought 72.50 in contango +0.75 on 2018-01-22"


def test_an_rsi_inside_the_bands_holds_without_share_or_modifiers(desk: Desk) -> None:
    """The rules are looked at all the same; nothing is planned, though all else agrees."""
    turn, look, record = decided(desk, bar_of(rsi=70.0))
    common = common_verdicts(turn, look, Idea(engine=Engine.FIRST, trigger=""), enabled=True)
    assert (record.subject, record.outcome, turn.state.plans) == ("first_engine:C0001", "hold", {})
    assert record.rules == (
        band_verdict(bar_of(rsi=70.0), BANDS),
        contango_verdict(turn, BAR),
        flag("armed", True, ""),
        *common,
    )


def test_a_trigger_that_is_not_armed_refuses(desk: Desk) -> None:
    """Its reason is written down; nothing is planned."""
    condor = structs.replace(desk.condor, armed=False)
    desk.tweak(condors={"C0001": condor})
    turn, _, record = decided(desk, BAR)
    assert record.rules[2] == Verdict(
        rule="armed", verdict="refuse", reason="the condor's trigger is not armed"
    )
    assert (record.outcome, turn.state.plans) == ("refused", {})


def test_without_a_curve_the_first_engine_refuses(desk: Desk) -> None:
    """Overbought, but no slope: unavailable refuses, with the share that it would have had."""
    bar = bar_of(slope=None)
    turn, _, record = decided(desk, bar)
    assert record.rules[1] == Verdict(rule="contango", verdict="unavailable", reason="M1: no quote")
    assert Verdict(rule="fraction", verdict="pass", inputs={"rsi": 72.5, "fraction": 0.175}) in record.rules
    assert (record.outcome, turn.state.plans) == ("refused", {})


def fast_flow(desk: Desk) -> dict[Series, tuple[Point, ...]]:
    """Return an economy with more listings and faster flow than ever, all of it released yesterday."""
    released = desk.now - timedelta(days=1)

    def points(values: list[float], days: int) -> tuple[Point, ...]:
        first = desk.today - timedelta(days=days * len(values))
        return tuple(Point(first + timedelta(days=days * n), released, v) for n, v in enumerate(values))

    return {
        Series.IPO_COUNT: points([10.0] * 70 + [40.0], 30),
        Series.SP500_CAP: points([2800.0 + n % 2 for n in range(300)], 1),
        Series.SPX_RV5M: points([1e-5 * (1 + n) for n in range(300)], 1),
    }


@pytest.mark.parametrize(("rsi", "outcome"), [(75.0, "hold"), (75.01, "planned")])
def test_in_the_flow_regime_the_bands_are_those_of_the_regime(desk: Desk, rsi: float, outcome: str) -> None:
    """25 and 75 after a losing condor in fast flow: 75 is inside, and beyond it the share begins anew."""
    counters = structs.replace(desk.state.counters, last_condor_lost=True)
    macro = {**desk.state.macro, **fast_flow(desk)}
    _, look, record = decided(desk, bar_of(rsi=rsi), counters=counters, macro=macro)
    assert look.regimes.flow.active
    assert record.rules[0].thresholds == {"oversold": 25.0, "overbought": 75.0}
    assert record.outcome == outcome
    shares = [v.inputs["fraction"] for v in record.rules if v.rule == "fraction"]
    assert shares == ([] if outcome == "hold" else [pytest.approx(0.1501)])
