"""A replay is the same `step` with the same kind of facts: its book and its account say the same."""

from decimal import Decimal
from typing import Any

import msgspec

from strategies.core.events import ExecutionReported, Quotes
from strategies.core.records import (
    BarClosed,
    Fill,
    LayerRecord,
    OrderIntended,
    OrderState,
    Reconciled,
    Summary,
)

Shock = Any  # the class stands in conftest, which cannot be imported


def test_every_session_ends_with_a_final_bar_and_a_summary(shock: Shock) -> None:
    """Rule: a replayed day is decided on like a played one."""
    assert len(shock.days) == 24
    assert [bar.session for bar in shock.of(BarClosed)] == shock.days
    assert [line.session for line in shock.of(Summary)] == shock.days


def test_book_and_account_never_differ(shock: Shock) -> None:
    """Rule: what the core believes to hold is what the account holds, in every snapshot."""
    assert shock.of(Reconciled)
    assert not [record for record in shock.of(Reconciled) if record.differences]


def test_the_books_cash_is_the_accounts(shock: Shock) -> None:
    """Rule: condors' and hedge's cash in the pots are the book's own, commissions included."""
    state, account = shock.replay.state, shock.replay.broker.account
    layers = sum((x.realised_usd - x.debit_usd for x in state.layers.values()), Decimal(0))
    condors = sum((x.cash_usd for x in state.condors.values()), Decimal(0))
    assert state.counters.hedge_closed_usd + layers == account.hedge.cash_usd
    assert state.counters.condors_closed_usd + condors == account.condors.cash_usd


def test_layers_are_added_before_the_shock_and_peeled_after_it(shock: Shock) -> None:
    """Rule: the generated shock makes the first engine buy and the calm after it peel."""
    states = [record.state for record in shock.of(LayerRecord)]
    assert "open" in states
    assert "peeling" in states


def test_an_order_fills_at_its_limit_or_better(shock: Shock) -> None:
    """Rule: nothing fills worse than its limit."""
    intents = {record.order_ref: record for record in shock.of(OrderIntended)}
    prices: dict[str, Decimal] = {}
    for fill in shock.of(Fill):
        sign = 1 if fill.side == "BOT" else -1
        prices[fill.order_ref] = prices.get(fill.order_ref, Decimal(0)) + sign * fill.price
    assert prices
    for ref, net in prices.items():
        intent = intents[ref]
        sells = len(intent.legs) == 1 and intent.legs[0].ratio < 0
        assert net <= (-intent.limit if sells else intent.limit)


def test_every_filled_order_was_acknowledged_first(shock: Shock) -> None:
    """Rule: an order lives as it does at the broker: transmitted, working, filled."""
    lives: dict[str, list[str]] = {}
    for record in shock.of(OrderState):
        lives.setdefault(record.order_ref, []).append(record.state)
    assert lives
    assert all(life == ["transmitted", "working", "filled"] for life in lives.values())


def test_two_replays_say_the_same_byte_for_byte(shock: Shock, watched: type[Shock]) -> None:
    """Rule: same days, same rules, same seed: same events and records."""
    again = watched()
    again.replay.run()
    encode = msgspec.json.encode
    assert [encode(event) for event in again.events] == [encode(event) for event in shock.events]
    assert [encode(record) for record in again.records] == [encode(record) for record in shock.records]


def test_another_seed_shows_other_sizes_and_no_other_prices(shock: Shock, watched: type[Shock]) -> None:
    """Rule: the replay's own seed draws displayed sizes, and nothing else."""
    other = watched(seed=2)
    other.replay.run()
    pairs = [
        (one, two)
        for left, right in zip(_first_quotes(shock), _first_quotes(other), strict=True)
        for one, two in zip(left.quotes, right.quotes, strict=True)
    ]
    assert [(one.bid, one.ask, one.last) for one, _ in pairs] == [
        (two.bid, two.ask, two.last) for _, two in pairs
    ]
    assert any(one.bid_size != two.bid_size for one, two in pairs)


def _first_quotes(found: Shock) -> list[Quotes]:
    return [event for event in found.events if isinstance(event, Quotes)][:5]


def test_no_execution_comes_outside_a_session(shock: Shock) -> None:
    """Rule: orders fill while the options trade, and not before the daemon acts."""
    for event in shock.events:
        if isinstance(event, ExecutionReported):
            assert (event.time.hour, event.time.minute) >= (14, 45)
            assert event.time.hour < 21
