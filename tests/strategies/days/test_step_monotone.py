"""The same days through `step` twice, with a gate moved or prices scaled: what it does to an order."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.core import commands as cm
from strategies.core.rules import CondorRules, DecayRules, FirstEngineRules, Rules, SecondRules, StewardRules

Desk = Any
MakeDesk = Callable[[], Desk]
FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SHARES = st.floats(0.02, 1.0)
FEWER = st.integers(0, 12)
# A gate of the settings, and how it is asked for more: a limit made smaller, a multiple made larger.
TIGHTER = {
    ("gates", "debit_spx_share_max"): SHARES.map(lambda share: 0.015 * share),
    ("gates", "debit_credit_share_max"): SHARES.map(lambda share: 0.5 * share),
    ("decay", "share_max"): SHARES.map(lambda share: 0.35 * share),
    ("decay", "share_max_low_inflation"): SHARES.map(lambda share: 0.25 * share),
    ("steward", "multiple_first"): st.floats(4.0, 60.0),
    ("steward", "multiple_second"): st.floats(2.0, 60.0),
    ("steward", "shock_points"): SHARES.map(lambda share: 20.0 * share),
    ("caps", "layers_open_max"): FEWER,
    ("caps", "contracts_per_layer_max"): FEWER.map(lambda n: n + 1),
    ("caps", "premium_day_share_max"): SHARES.map(lambda share: 0.02 * share),
    ("caps", "premium_total_share_max"): SHARES.map(lambda share: 0.1 * share),
    ("caps", "orders_per_day_max"): FEWER,
    ("caps", "orders_per_minute_max"): FEWER.map(lambda n: n + 1),
    ("stale", "option_s"): st.sampled_from([900.0, 300.0, 61.0]),
    ("stale", "future_s"): st.sampled_from([900.0, 300.0, 61.0]),
}
ONE_ENGINE = {
    "first": Rules(second=SecondRules(enabled=False)),
    "second": Rules(first_engine=FirstEngineRules(enabled=False)),
}
CLOSES = {"first": 11.03, "second": 14.0}  # VIX: as it was, and expanding


def tightened(rules: Rules, changes: dict[tuple[str, str], Any]) -> Rules:
    """Return rules in which some gates ask for more."""
    for (section, name), value in changes.items():
        part = getattr(rules, section)
        rules = structs.replace(rules, **{section: structs.replace(part, **{name: value})})
    return rules


def bought(make_desk: MakeDesk, rules: Rules, vix: float) -> list[cm.Intent]:
    """Open a condor, go on with these rules; return the layer orders that the day's close brings."""
    desk = make_desk()
    desk.start(Rules())
    desk.act()
    desk.restart(rules)
    desk.answer()
    desk.close_bar(desk.world.spx + 20, vix)
    desk.answer()
    desk.next_session()
    desk.beat(8)
    return [i for i in desk.placed if i.purpose is cm.Purpose.LAYER_OPEN]


def risk(intents: list[cm.Intent]) -> tuple[int, float]:
    """Return contracts and premium (points times contracts)."""
    return sum(i.quantity for i in intents), float(sum(i.limit * i.quantity for i in intents))


@pytest.mark.parametrize(("engine", "vix"), CLOSES.items())
def test_each_engine_buys_when_no_gate_is_moved(make_desk: MakeDesk, engine: str, vix: float) -> None:
    """What the next test compares with is an order, not the lack of one."""
    assert risk(bought(make_desk, ONE_ENGINE[engine], vix))[0] > 1


@pytest.mark.parametrize(("engine", "vix"), CLOSES.items())
@FEW
@given(data=st.data())
def test_more_of_any_gate_never_means_more_risk(
    make_desk: MakeDesk, engine: str, vix: float, data: st.DataObject
) -> None:
    """The same days with tighter gates: the order is the same, smaller, or none."""
    names = data.draw(st.lists(st.sampled_from(list(TIGHTER)), min_size=1, max_size=3, unique=True))
    tight = tightened(ONE_ENGINE[engine], {name: data.draw(TIGHTER[name]) for name in names})
    most = risk(bought(make_desk, ONE_ENGINE[engine], vix))
    found = risk(bought(make_desk, tight, vix))
    assert found[0] <= most[0]
    assert found[1] <= most[1]


@st.composite
def scales(draw: st.DrawFn) -> tuple[float, float, int]:
    """Factors of VIX and its futures, of SPX, and of the condor's contracts."""
    return draw(st.floats(0.5, 2.5)), draw(st.floats(0.95, 1.05)), draw(st.integers(1, 3))


def sized(make_desk: MakeDesk, scale: tuple[float, float, int]) -> tuple[float, float, int]:
    """Return RSI, base contracts and the contracts ordered in a market and of a condor so scaled."""
    vix, spx, contracts = scale
    desk = make_desk()
    world = desk.world
    world.spx, world.vix = world.spx * spx, world.vix * vix
    world.futures = {expiry: price * vix for expiry, price in world.futures.items()}
    rules = Rules(
        condors=CondorRules(contracts=10 * contracts),
        second=SecondRules(enabled=False),
        steward=StewardRules(mode="off"),
        decay=DecayRules(share_max=1.0, share_max_low_inflation=1.0),
    )
    desk.start(rules, shape=lambda n: spx * (9 * (n % 2) - 3.6 * n))
    desk.act()
    desk.close_bar(world.spx + 12 * spx)
    desk.answer()
    desk.next_session()
    desk.beat(8)
    band = desk.decisions("first_engine")[-1].rules[0]
    size = next(v for v in desk.decisions("layer_open")[-1].rules if v.rule == "size")
    ordered = sum(i.quantity for i in desk.placed if i.purpose is cm.Purpose.LAYER_OPEN)
    return band.inputs["rsi"], size.inputs["base_contracts"], ordered


@FEW
@given(scale=scales())
def test_sizes_scale_as_their_units_say(make_desk: MakeDesk, scale: tuple[float, float, int]) -> None:
    """Contracts = fraction x N / (F x 100): in proportion to N, inversely to VIX; SPX alone changes nothing.

    N is the width of the wings, which is a setting, times the condor's contracts; RSI has no unit.
    """
    vix, _, contracts = scale
    rsi, base, _ = sized(make_desk, (1.0, 1.0, 1))
    rsi_scaled, base_scaled, ordered = sized(make_desk, scale)
    assert 70 < rsi < 80  # within the rise of the fraction, not at its end
    assert rsi_scaled == pytest.approx(rsi)
    assert base_scaled == pytest.approx(base * contracts / vix)
    assert ordered == math.floor(base_scaled)
