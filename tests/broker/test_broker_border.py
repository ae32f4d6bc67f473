"""What crosses the border from the client library, and what it becomes."""

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_insync import Contract, ContractDetails, Ticker

from daemon.broker.ib.contracts import combo_of, contract_of, key_of, rule_id
from daemon.broker.ib.values import money, money_or_none, price, quote_of
from strategies.core.commands import Leg
from strategies.core.instruments import SPX, Instrument, InstrumentKey, Kind, Right

ABSENT = [math.nan, math.inf, -math.inf, -1.0, 0.0, 1.7976931348623157e308]

CALL = Instrument(
    kind=Kind.OPTION,
    symbol="VIX",
    exchange="SMART",
    trading_class="VIX",
    last_trade=date(2018, 3, 20),
    expiry=date(2018, 3, 21),
    strike=16.0,
    right=Right.CALL,
    multiplier=100,
)
FUTURE = Instrument(
    kind=Kind.FUTURE,
    symbol="VIX",
    exchange="CFE",
    trading_class="VX",
    last_trade=date(2018, 2, 14),
    expiry=date(2018, 2, 14),
    multiplier=1000,
)


@pytest.mark.parametrize("value", ABSENT)
def test_what_stands_for_no_price_becomes_none(value: float) -> None:
    """NaN, infinities, -1, 0 and the protocol's largest double must never look like a price."""
    ticker = Ticker(bid=value, ask=value, bidSize=value, askSize=value, last=value, markPrice=value)
    quote = quote_of(ticker, InstrumentKey("X"))
    fields = (quote.bid, quote.ask, quote.bid_size, quote.ask_size, quote.last, quote.mark)
    assert fields == (None,) * 6


def test_a_side_without_a_price_has_no_size() -> None:
    """A size beside a missing bid belongs to nothing."""
    quote = quote_of(Ticker(bid=-1.0, bidSize=10.0, ask=2.0, askSize=5.0), InstrumentKey("X"))
    assert (quote.bid, quote.bid_size, quote.ask, quote.ask_size) == (None, None, 2.0, 5.0)


@given(st.floats())
@settings(deadline=None, derandomize=True)
def test_a_price_is_finite_and_positive_or_none(value: float) -> None:
    """No float at all gets past the border as a bad price."""
    result = price(value)
    assert result is None or (result == value and math.isfinite(result) and result > 0)


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
@settings(deadline=None, derandomize=True)
def test_money_keeps_the_digits(units: int, places: int) -> None:
    """What the broker wrote with up to four decimals comes out as exactly that decimal."""
    exact = Decimal(units).scaleb(-places)
    assert money(float(exact)) == exact


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.7976931348623157e308, -1.7976931348623157e308])
def test_no_value_is_not_money(value: float) -> None:
    """A sentinel must not be booked as an amount."""
    assert money_or_none(value) is None
    with pytest.raises(ValueError, match="where an amount must be"):
        money(value)


@pytest.mark.parametrize("instrument", [SPX, CALL, FUTURE], ids=lambda instrument: instrument.key)
def test_a_contract_and_its_instrument_share_one_key(instrument: Instrument) -> None:
    """A position, a quote and an order of one contract meet under one key."""
    assert key_of(contract_of(instrument, 42)) == instrument.key


def test_a_combo_has_no_key_and_an_unknown_kind_one_of_its_own() -> None:
    """Combo executions name no instrument; a foreign position is seen, not dropped."""
    assert key_of(Contract(secType="BAG", symbol="SPX")) is None
    assert key_of(Contract(secType="CASH", symbol="EUR", conId=12087792)) == "CASH.EUR.12087792"


def test_combo_legs_carry_their_signs_and_share_one_underlying() -> None:
    """A combo is bought with sold legs in it; two underlyings are no combo."""
    combo = combo_of([(Leg(instrument=CALL, ratio=-2), 1), (Leg(instrument=CALL, ratio=1), 2)])
    assert [(leg.conId, leg.action, leg.ratio) for leg in combo.comboLegs] == [(1, "SELL", 2), (2, "BUY", 1)]
    with pytest.raises(ValueError, match="SPX, VIX"):
        combo_of([(Leg(instrument=CALL, ratio=1), 1), (Leg(instrument=SPX, ratio=-1), 2)])


def test_the_market_rule_is_that_of_the_exchange() -> None:
    """The lists of exchanges and rules run in parallel; without a match the first rule stands."""
    details = ContractDetails(validExchanges="SMART,CBOE", marketRuleIds="109,110")
    assert rule_id(details, "CBOE") == 110
    assert rule_id(details, "ELSEWHERE") == 109
    assert rule_id(ContractDetails(), "CBOE") is None
