"""Gates 1 and 5 asked directly: every word and number of their verdicts, at and beside each bound."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core.commands import Purpose
from strategies.core.events import Link
from strategies.core.gates import (
    hindrance,
    layer_count,
    order_pace,
    premium_left_usd,
    premium_verdict,
    ready,
)
from strategies.core.holdings import Layer, LayerState, Order, OrderStage
from strategies.core.mode import Mode, TradingMode
from strategies.core.records import Verdict
from strategies.core.state import Counters, State
from strategies.core.turn import Turn

Desk = Any
YESTERDAY = date(2018, 1, 22)
REDUCE_ONLY = TradingMode(mode=Mode.REDUCE_ONLY, who="op", reason="lunch")
HALTED = TradingMode(mode=Mode.HALTED, who="op", reason="fire")


@pytest.fixture
def desk(desk_with_layer: Desk) -> Desk:
    """Tuesday 09:46: a condor and a first-engine layer of ten calls, their orders filled."""
    return desk_with_layer


def turn_of(desk: Desk, **fields: object) -> Turn:
    """Return a turn on the desk's state, some of it changed."""
    return Turn(structs.replace(desk.state, **fields), desk.now)


def account_of(desk: Desk, **fields: Any) -> Any:  # noqa: ANN401 - fields of the account
    """Return the account, some of it changed."""
    return structs.replace(desk.state.account, **fields)


def unknown(desk: Desk) -> dict[str, Order]:
    """Return the latest order alone, its fate unknown."""
    return {desk.order.ref: structs.replace(desk.order, stage=OrderStage.UNKNOWN)}


# --- gate 1 ---


def test_ready_writes_down_the_link_the_account_and_both_epochs(desk: Desk) -> None:
    """What gate 1 read stands in its verdict, whether it passes or refuses."""
    assert ready(turn_of(desk)) == Verdict(
        rule="ready",
        verdict="pass",
        inputs={"link": Link.UP, "account": "DU1", "epoch": 1, "reconciled_epoch": 1, "unknown_orders": 0},
    )
    behind = account_of(desk, link=Link.DOWN, epoch=7, reconciled_epoch=6)
    assert ready(turn_of(desk, account=behind, orders=unknown(desk))) == Verdict(
        rule="ready",
        verdict="refuse",
        reason="broker is not connected",
        inputs={"link": Link.DOWN, "account": "DU1", "epoch": 7, "reconciled_epoch": 6, "unknown_orders": 1},
    )


def test_outside_the_session_ready_says_so_only_where_nothing_else_is_wrong(desk: Desk) -> None:
    """A closed session is the last reason of all."""
    desk.clock(16, 0)
    closed = ready(turn_of(desk))
    assert (closed.verdict, closed.reason) == ("refuse", "session is closed")
    assert ready(turn_of(desk, stopping=True)).reason == "daemon is stopping"


def test_ready_asks_for_new_risk_unless_it_is_told_otherwise(desk: Desk) -> None:
    """Reduce-only holds up what adds risk, which is what is asked by default; halted holds up all."""
    reducing, halted = turn_of(desk, trading=REDUCE_ONLY), turn_of(desk, trading=HALTED)
    assert ready(reducing).reason == "reduce-only by op: lunch"
    assert ready(reducing, adds_risk=False).verdict == "pass"
    assert ready(halted, adds_risk=False).reason == "halted by op: fire"


def test_ready_passes_its_subject_on(desk: Desk) -> None:
    """What differs elsewhere holds up an order without a subject, not one that names another."""
    turn = turn_of(desk, account=account_of(desk, differences=("X: book 1, account 2",)))
    assert ready(turn, adds_risk=False, subject="L0001").verdict == "pass"
    assert ready(turn, adds_risk=False).reason == "book and account differ"
    alone = turn_of(desk, quarantine={"L0001": "odd"})
    assert ready(alone, subject="L0001").reason == "L0001 is quarantined: odd"
    assert ready(alone).verdict == "pass"


def test_the_first_fault_is_the_one_that_is_named(desk: Desk) -> None:
    """Everything is wrong; the faults are mended one by one in the order in which they are named."""
    broken = {
        "link": Link.DOWN,
        "upstream": False,
        "paper": False,
        "clock_fault": "the clock is wrong",
        "reconciled_epoch": 0,
        "differences": ("X: book 1, account 2",),
    }
    sound = desk.state
    state: State = structs.replace(
        sound,
        trading=HALTED,
        account=account_of(desk, **broken),
        stopping=True,
        quarantine={"L0001": "odd"},
        orders=unknown(desk),
    )
    named = [
        ("trading", "halted by op: fire"),
        ("account.link", "broker is not connected"),
        ("account.upstream", "the gateway has lost its connection to the broker"),
        ("account.paper", "account is not a paper account"),
        ("account.clock_fault", "the clock is wrong"),
        ("stopping", "daemon is stopping"),
        ("account.reconciled_epoch", "not reconciled since the connection came up"),
        ("quarantine", "L0001 is quarantined: odd"),
        ("account.differences", "book and account differ"),
        ("orders", "an order's fate is unknown"),
    ]
    for field, reason in named:
        assert hindrance(state, subject="L0001") == reason
        inner = field.removeprefix("account.")
        if inner == field:
            state = structs.replace(state, **{field: getattr(sound, field)})
        else:
            mended = structs.replace(state.account, **{inner: getattr(sound.account, inner)})
            state = structs.replace(state, account=mended)
    assert hindrance(state, subject="L0001") == ""
    assert state == sound


@pytest.mark.parametrize(
    ("adds_risk", "subject", "reason"),
    [
        (True, "", "book and account differ"),
        (True, "L0001", "book and account differ"),
        (False, "", "book and account differ"),
        (False, "L0001", ""),
    ],
)
def test_a_difference_elsewhere_spares_what_takes_risk_off_a_subject(
    desk: Desk, subject: str, reason: str, *, adds_risk: bool
) -> None:
    """Only an order that takes risk off and names its subject may leave while book and account differ."""
    account = account_of(desk, differences=("X: book 1, account 2",))
    state = structs.replace(desk.state, account=account)
    assert hindrance(state, adds_risk=adds_risk, subject=subject) == reason


def test_a_hindrance_is_asked_for_new_risk_and_for_no_subject_by_default(desk: Desk) -> None:
    """Without a word on either: reduce-only hinders, and a difference hinders even what reduces."""
    assert hindrance(structs.replace(desk.state, trading=REDUCE_ONLY)) == "reduce-only by op: lunch"
    differing = structs.replace(desk.state, account=account_of(desk, differences=("X",)))
    assert hindrance(differing, adds_risk=False) == "book and account differ"
    assert hindrance(desk.state) == ""


# --- gate 5: pace and layers ---


@pytest.mark.parametrize(
    ("today", "minute", "reason"),
    [
        (59, 9, ""),
        (60, 9, "orders per day are used up"),
        (59, 10, "orders per minute are used up"),
        (60, 10, "orders per day are used up"),
    ],
)
def test_the_pace_writes_down_both_counts_and_both_caps(
    desk: Desk, today: int, minute: int, reason: str
) -> None:
    """60 a day, 10 a minute: the last one below a cap passes; the day's cap is named first."""
    counters = Counters(day=desk.today, orders_today=today, recent_orders=(desk.now,) * minute)
    assert order_pace(turn_of(desk, counters=counters)) == Verdict(
        rule="order_pace",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={"orders_today": today, "orders_last_minute": minute},
        thresholds={"orders_per_day_max": 60, "orders_per_minute_max": 10},
    )


def test_an_order_of_sixty_seconds_ago_is_no_longer_of_the_minute(desk: Desk) -> None:
    """The window excludes its far end; orders of another day do not count towards this one."""
    instant = timedelta(microseconds=1)
    edge = desk.now - timedelta(minutes=1)
    counters = Counters(day=YESTERDAY, orders_today=60, recent_orders=(edge, edge + instant, desk.now))
    found = order_pace(turn_of(desk, counters=counters))
    assert found.inputs == {"orders_today": 0, "orders_last_minute": 2}
    assert found.verdict == "pass"


@pytest.mark.parametrize(("open_", "full"), [(0, False), (11, False), (12, True), (13, True)])
def test_the_count_of_layers_is_of_those_that_are_not_closed(desk: Desk, open_: int, *, full: bool) -> None:
    """Twelve may be open; a closed one counts no more, whatever state the others are in."""
    states = [LayerState.INTENDED, LayerState.ROLLING, *[LayerState.OPEN] * 11][:open_]
    states += [LayerState.CLOSED] * 3
    layers: dict[str, Layer] = {
        f"L{n:04d}": structs.replace(desk.layer, layer_id=f"L{n:04d}", state=state)
        for n, state in enumerate(states, 1)
    }
    assert layer_count(turn_of(desk, layers=layers)) == Verdict(
        rule="layers_open",
        verdict="refuse" if full else "pass",
        reason="as many layers as allowed are open" if full else "",
        inputs={"layers_open": open_},
        thresholds={"layers_open_max": 12},
    )


# --- gate 5: premium ---


def left(desk: Desk, worth: str | None, **fields: object) -> Decimal | None:
    """Return the premium left on an account of that worth (USD), nothing held, ordered or paid."""
    account = account_of(desk, net_liquidation_usd=None if worth is None else Decimal(worth))
    empty: dict[str, object] = {"account": account, "layers": {}, "orders": {}, "counters": Counters()}
    return premium_left_usd(turn_of(desk, **(empty | fields)))


@pytest.mark.parametrize(
    ("worth", "usd"), [(None, None), ("-5", None), ("0", None), ("0.01", "0.0002"), ("1", "0.02")]
)
def test_any_worth_above_nothing_has_a_share(desk: Desk, worth: str | None, usd: str | None) -> None:
    """2 % of it a day; no worth, or none above zero, has none that could be told."""
    assert left(desk, worth) == (None if usd is None else Decimal(usd))


@pytest.mark.parametrize(("paid", "usd"), [("1999.5", "0.5"), ("2000", "0"), ("2000.01", "0"), ("0", "2000")])
def test_what_was_paid_today_is_taken_off_down_to_nothing(desk: Desk, paid: str, usd: str) -> None:
    """2 % of 100,000 less the day's premium, never below zero; another day's premium is not taken off."""
    today = Counters(day=desk.today, premium_today_usd=Decimal(paid))
    assert left(desk, "100000", counters=today) == Decimal(usd)
    assert left(desk, "100000", counters=structs.replace(today, day=YESTERDAY)) == Decimal(2000)


def test_what_works_counts_for_the_units_that_are_not_filled(desk: Desk) -> None:
    """10 % of 10,000 in total, less held debits, less limit x units left x 100 of orders that pay."""
    option, first = desk.layer.instrument, desk.order
    intent = structs.replace(first.intent, limit=Decimal("0.5"), quantity=10)
    partly = structs.replace(
        first, intent=intent, stage=OrderStage.WORKING, leg_filled={option.key: 4}, reported_filled=4
    )
    credit = structs.replace(intent, order_ref="credit", limit=Decimal(-3))
    condor = structs.replace(intent, order_ref="condor", purpose=Purpose.CONDOR_OPEN)
    gone = structs.replace(intent, order_ref="gone")
    orders = {
        "partly": partly,
        "credit": structs.replace(partly, intent=credit),
        "condor": structs.replace(partly, intent=condor),
        "gone": structs.replace(partly, intent=gone, stage=OrderStage.CANCELLED),
    }
    assert left(desk, "10000", orders=orders) == Decimal(200)
    rules = structs.replace(
        desk.state.rules, caps=structs.replace(desk.state.rules.caps, premium_day_share_max=1.0)
    )
    assert left(desk, "10000", orders=orders, rules=rules) == Decimal(1000 - 300)
    layers = {
        "L0001": structs.replace(desk.layer, debit_usd=Decimal(90)),
        "L0002": structs.replace(desk.layer, debit_usd=Decimal(-50)),
    }
    assert left(desk, "10000", orders=orders, rules=rules, layers=layers) == Decimal(1000 - 300 - 90)


@pytest.mark.parametrize(
    ("debit", "reason"), [("-1", ""), ("199.99", ""), ("200", ""), ("200.01", "premium cap is used up")]
)
def test_a_given_combo_may_pay_all_that_is_left_and_no_cent_more(desk: Desk, debit: str, reason: str) -> None:
    """Debit and what is left (2 % of 10,000) are written down; the very rest passes."""
    account = account_of(desk, net_liquidation_usd=Decimal(10_000))
    turn = turn_of(desk, account=account, layers={}, orders={}, counters=Counters())
    assert premium_verdict(turn, Decimal(debit)) == Verdict(
        rule="premium",
        verdict="refuse" if reason else "pass",
        reason=reason,
        inputs={"debit_usd": float(debit), "premium_left_usd": 200.0},
    )


def test_without_a_worth_the_premium_is_unavailable(desk: Desk) -> None:
    """A share of nothing known refuses, with its reason and no figures."""
    turn = turn_of(desk, account=account_of(desk, net_liquidation_usd=None))
    assert premium_verdict(turn, Decimal(1)) == Verdict(
        rule="premium", verdict="unavailable", reason="net liquidation is not known"
    )
