"""Slope overlay, second engine and breach: when each would add a layer, and what each refuses."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh import breach, second_engine, slope_overlay
from strategies.alvh.adding import Look
from strategies.alvh.bar import FinalBar
from strategies.alvh.regimes import Regimes
from strategies.core.commands import Purpose
from strategies.core.episode import Episode
from strategies.core.holdings import Engine, Plan
from strategies.core.layer_rules import BreachRules, ConfirmationRules, SecondRules, SlopeRules
from strategies.core.records import Decision
from strategies.core.rules import Rules
from strategies.core.turn import Turn

Desk = Any
Decide = Callable[[Turn, Look], None]
Try = Callable[..., tuple[Decision, list[Plan]]]
DAY = date(2018, 1, 23)
BAR = FinalBar(
    day=DAY,
    close=2840.0,
    rsi=65.0,
    vix=20.0,
    m1=15.0,
    m2=19.0,
    slope=4.0,
    expanding=True,
    unavailable={},
    hidden_bullish=False,
    macd_bullish=False,
    macd_bearish=False,
    steepening=True,
    ad_trend=1.0,
    pe_elevated=True,
    realised_vol=10.0,
    vix_over_realised=2.0,
    expansion_episode="2018-01-23",
    steepening_episode="2018-01-22",
)


@pytest.fixture
def attempt(desk_with_layer: Desk) -> Try:
    """Ask one rule about one bar; return its decision and what it planned. The condor has a layer."""

    def ask(
        decide: Decide,
        bar: FinalBar = BAR,
        rules: Rules | None = None,
        **look: Any,  # noqa: ANN401
    ) -> tuple[Decision, list[Plan]]:
        state = structs.replace(desk_with_layer.state, rules=rules or Rules(), plans={}, verdicts={})
        if "layers" in look:
            state = structs.replace(state, layers=look.pop("layers"))
        turn = Turn(state, desk_with_layer.now)
        condor = structs.replace(desk_with_layer.condor, **look.pop("condor", {}))
        seen = {"peel_zone": False, "exiting": False, "sold": False} | look
        decide(turn, Look(bar=bar, condor=condor, regimes=Regimes(turn, bar), **seen))
        (decision,) = [r for r in turn.records if isinstance(r, Decision)]
        return decision, list(turn.state.plans.values())

    return ask


def changed(**fields: Any) -> FinalBar:  # noqa: ANN401
    """Return the bar with other readings; a None is unavailable with a reason."""
    gone = {name: f"no {name}" for name, value in fields.items() if value is None}
    return structs.replace(BAR, **fields, unavailable=gone)


def why(decision: Decision) -> list[str]:
    """Return the rules that stood in the way."""
    return [v.rule for v in decision.rules if v.verdict in {"refuse", "unavailable"}]


# --- slope overlay ---


def test_a_steep_and_steepening_curve_adds_half_the_entry_vega(attempt: Try) -> None:
    """Slope above 3 points and larger than five sessions ago: one layer a steepening episode."""
    decision, (plan,) = attempt(slope_overlay.decide)
    assert decision.outcome == "planned"
    assert (plan.engine, plan.slot, plan.episode) == (Engine.SLOPE, "slope", "2018-01-22")
    assert plan.purpose is Purpose.LAYER_OPEN


@pytest.mark.parametrize(
    ("bar", "said"),
    [
        (changed(slope=3.0), "not steep"),
        (changed(steepening=False), "steep, not steepening"),
        (changed(slope=None, m1=None), "slope: no slope"),
        (changed(steepening=None), "steepening: no steepening"),
    ],
)
def test_a_curve_that_is_flat_still_or_unknown_adds_nothing(attempt: Try, bar: FinalBar, said: str) -> None:
    """Each half of the condition is needed, and what is unavailable is none."""
    decision, plans = attempt(slope_overlay.decide, bar)
    assert (decision.outcome, decision.rules[0].reason, plans) == ("hold", said, [])


def test_the_slope_can_be_measured_in_percent_of_m1(attempt: Try) -> None:
    """slope.unit = "percent": 4 points on 15 are 26.7 %."""
    rules = Rules(slope=SlopeRules(unit="percent", percent_min=30.0))
    assert attempt(slope_overlay.decide, rules=rules)[0].outcome == "hold"
    rules = Rules(slope=SlopeRules(unit="percent", percent_min=26.0))
    assert attempt(slope_overlay.decide, rules=rules)[0].outcome == "planned"


def test_the_overlay_needs_an_open_layer_unless_told_otherwise(attempt: Try) -> None:
    """slope.needs_open: there must be something to lay it over."""
    assert why(attempt(slope_overlay.decide, layers={})[0]) == ["open_layer"]
    rules = Rules(slope=SlopeRules(needs_open=False))
    assert attempt(slope_overlay.decide, layers={}, rules=rules)[0].outcome == "planned"


def test_without_the_entry_vega_there_is_no_size(attempt: Try) -> None:
    """V0 unknown: refused, not guessed."""
    assert why(attempt(slope_overlay.decide, condor={"unit_vega_usd": None})[0]) == ["entry_vega"]


# --- second engine ---


def test_expansion_adds_longer_protection_trimmed_by_rising_breadth(attempt: Try) -> None:
    """10 % of N x (1 - 0.25 x A/D trend)."""
    decision, (plan,) = attempt(second_engine.decide)
    assert decision.outcome == "planned"
    assert (plan.engine, plan.fraction, plan.factor) == (Engine.SECOND, 0.10, pytest.approx(0.75))


def test_without_breadth_the_second_engine_is_not_scaled(attempt: Try) -> None:
    """Unavailable breadth: x 1, and the decision says so."""
    decision, (plan,) = attempt(second_engine.decide, changed(ad_trend=None))
    assert plan.factor == 1.0
    assert next(v for v in decision.rules if v.rule == "breadth").reason == "x 1: A/D trend: no ad_trend"


@pytest.mark.parametrize(("expanding", "verdict"), [(False, "hold"), (None, "unavailable")])
def test_without_expansion_nothing_is_added(attempt: Try, expanding: Any, verdict: str) -> None:  # noqa: ANN401
    """The trigger is volatility that expands, known to."""
    decision, plans = attempt(second_engine.decide, changed(expanding=expanding))
    assert (decision.outcome, decision.rules[0].verdict, plans) == ("hold", verdict, [])


def test_the_second_engine_can_be_told_to_need_the_first(attempt: Try) -> None:
    """second.needs_first: a leverage layer on a layer."""
    rules = Rules(second=SecondRules(needs_first=True))
    assert attempt(second_engine.decide, rules=rules)[0].outcome == "planned"
    assert why(attempt(second_engine.decide, rules=rules, layers={})[0]) == ["first_layer"]


# --- breach ---

BREACHED = {"breaches": {"put": Episode(DAY)}}


def below(desk_condor_low: float = 2600.0, **fields: Any) -> FinalBar:  # noqa: ANN401
    """Return a bar that closed under the put side, the curve in contango."""
    return changed(close=desk_condor_low, **fields)


@pytest.mark.parametrize("fields", [{"macd_bearish": True}, {"slope": -1.0}])
def test_a_breach_without_recovery_in_sight_adds_a_layer(attempt: Try, fields: dict[str, Any]) -> None:
    """A bearish MACD divergence or backwardation: a call layer at the first engine's upper fraction."""
    decision, (plan,) = attempt(breach.decide, below(**fields), condor=BREACHED)
    assert decision.outcome == "planned"
    assert (plan.engine, plan.fraction, plan.slot) == (Engine.BREACH, 0.25, "breach:put")


def test_a_breach_that_may_recover_cuts_delta(attempt: Try) -> None:
    """Else half of the condor's delta is cut."""
    decision, (plan,) = attempt(breach.decide, below(), condor=BREACHED)
    assert decision.subject == "delta_cut:C0001"
    assert (plan.engine, plan.purpose, plan.fraction, plan.side) == (
        Engine.DELTA_CUT,
        Purpose.CUT_OPEN,
        0.5,
        "put",
    )


@pytest.mark.parametrize("fields", [{"macd_bearish": None}, {"slope": None, "m1": None}])
def test_a_breach_with_an_unknown_market_does_nothing(attempt: Try, fields: dict[str, Any]) -> None:
    """Unavailable never adds risk: neither a layer nor a cut."""
    decision, plans = attempt(breach.decide, below(**fields), condor=BREACHED)
    assert (decision.outcome, plans) == ("refused", [])
    assert why(decision) == ["against_recovery"]


def test_the_call_side_is_breached_upwards(attempt: Try) -> None:
    """Above K3; a bullish divergence then speaks against a recovery."""
    bar = changed(close=3100.0, macd_bullish=True)
    _, (plan,) = attempt(breach.decide, bar, condor={"breaches": {"call": Episode(DAY)}})
    assert (plan.engine, plan.slot) == (Engine.BREACH, "breach:call")


def test_inside_the_strikes_nothing_is_breached(attempt: Try) -> None:
    """The trigger says that SPX is inside."""
    decision, plans = attempt(breach.decide)
    assert (decision.outcome, decision.rules[0].reason, plans) == ("hold", "SPX is inside the strikes", [])


def test_the_long_strike_can_be_the_level(desk_with_layer: Desk) -> None:
    """breach.level = "long": only beyond K1 or K4."""
    condor = desk_with_layer.condor
    k1, k2, k3, k4 = condor.strikes
    assert breach.breached(k2 - 1, condor, "put", "short")
    assert not breach.breached(k2 - 1, condor, "put", "long")
    assert breach.breached(k1 - 1, condor, "put", "long")
    assert not breach.breached(k3 + 1, condor, "call", "long")
    assert breach.breached(k4 + 1, condor, "call", "long")


def test_breach_episodes_follow_the_closes(desk_with_layer: Desk) -> None:
    """Begun by a close beyond K2, ended by three closes inside."""
    desk = desk_with_layer
    _, k2, _, _ = desk.condor.strikes
    turn = Turn(desk.state, desk.now)
    names = []
    for n, close in enumerate([k2 - 5, k2 + 5, k2 + 5, k2 - 1, k2 + 5, k2 + 5, k2 + 5]):
        breach.follow_breaches(turn, changed(close=close, day=date(2018, 2, 1 + n)))
        episode = turn.state.condors["C0001"].breaches.get("put")
        names.append(episode.began.day if episode else None)
    assert names == [1, 1, 1, 1, 1, 1, None]


# --- what all have in common ---

RULES: list[tuple[Decide, FinalBar, dict[str, Any]]] = [
    (slope_overlay.decide, BAR, {}),
    (second_engine.decide, BAR, {}),
    (breach.decide, below(slope=-1.0), BREACHED),
    (breach.decide, below(), BREACHED),
]
IDS = ["slope", "second", "breach", "delta_cut"]


@pytest.mark.parametrize(
    ("flag", "rule"), [("peel_zone", "peel_zone"), ("exiting", "not_exiting"), ("sold", "not_sold")]
)
@pytest.mark.parametrize(("decide", "bar", "condor"), RULES, ids=IDS)
def test_nothing_is_added_in_the_peel_zone_on_an_exit_or_after_a_sale(
    attempt: Try, decide: Decide, bar: FinalBar, condor: dict[str, Any], flag: str, rule: str
) -> None:
    """What stands in the way of one rule stands in the way of all."""
    decision, plans = attempt(decide, bar, condor=condor, **{flag: True})
    assert (decision.outcome, plans, why(decision)) == ("refused", [], [rule])


@pytest.mark.parametrize(("decide", "bar", "condor"), RULES, ids=IDS)
def test_a_rule_that_is_switched_off_refuses(
    attempt: Try, decide: Decide, bar: FinalBar, condor: dict[str, Any]
) -> None:
    """The setting is a verdict like any other."""
    off = Rules(
        slope=SlopeRules(enabled=False), second=SecondRules(enabled=False), breach=BreachRules(enabled=False)
    )
    assert why(attempt(decide, bar, rules=off, condor=condor)[0]) == ["enabled"]


@pytest.mark.parametrize(("decide", "bar", "condor"), RULES, ids=IDS)
def test_once_per_condor_and_episode(
    attempt: Try, decide: Decide, bar: FinalBar, condor: dict[str, Any]
) -> None:
    """A fill uses the episode up; the next episode is another."""
    _, (plan,) = attempt(decide, bar, condor=condor)
    used = {**condor, "used": {plan.slot: plan.episode}}
    assert why(attempt(decide, bar, condor=used)[0]) == ["once_per_episode"]
    earlier = {**condor, "used": {plan.slot: "2017-12-01"}}
    assert attempt(decide, bar, condor=earlier)[0].outcome == "planned"


@pytest.mark.parametrize("engine", ["slope", "second", "breach"])
def test_confirmation_is_asked_where_the_setting_says_so(attempt: Try, engine: str) -> None:
    """confirmation.applies_to: a further layer needs a hidden bullish divergence and an elevated P/E."""
    rules = Rules(confirmation=ConfirmationRules(applies_to=(engine,)))  # type: ignore[arg-type]
    decide, bar, condor = RULES[IDS.index(engine)]
    assert why(attempt(decide, bar, rules=rules, condor=condor)[0]) == ["confirmation"]
    good = structs.replace(bar, hidden_bullish=True)
    assert attempt(decide, good, rules=rules, condor=condor)[0].outcome == "planned"
    cheap = structs.replace(good, pe_elevated=False)
    assert why(attempt(decide, cheap, rules=rules, condor=condor)[0]) == ["confirmation"]
    unknown = structs.replace(good, pe_elevated=None, unavailable={"pe_elevated": "no P/E"})
    assert why(attempt(decide, unknown, rules=rules, condor=condor)[0]) == ["confirmation"]
    assert attempt(decide, bar, rules=rules, condor=condor, layers={})[0].outcome in {"planned", "refused"}


def test_the_books_layers_can_count_for_confirmation(attempt: Try, desk_with_layer: Desk) -> None:
    """confirmation.scope = "book": another condor's layer is a layer."""
    layer = desk_with_layer.layer
    elsewhere = {layer.layer_id: structs.replace(layer, condor_id="C0009")}
    one = Rules(confirmation=ConfirmationRules(applies_to=("second",)))
    assert attempt(second_engine.decide, rules=one, layers=elsewhere)[0].outcome == "planned"
    book = Rules(confirmation=ConfirmationRules(applies_to=("second",), scope="book"))
    assert why(attempt(second_engine.decide, rules=book, layers=elsewhere)[0]) == ["confirmation"]
