"""What is held to the end turns into cash at its settlement value."""

from datetime import date, datetime
from decimal import Decimal

from research.account import Account
from simulator.market.model import Session
from simulator.market.sources import generate
from strategies.core.commands import Purpose
from strategies.core.instruments import Instrument, Kind, Right

EXPIRY = date(2018, 1, 17)


def call(strike: float, right: Right = Right.CALL) -> Instrument:
    """Return a VIX option that settles inside the played days."""
    return Instrument(
        kind=Kind.OPTION,
        symbol="VIX",
        exchange="SMART",
        trading_class="VIX",
        last_trade=date(2018, 1, 16),
        expiry=EXPIRY,
        strike=strike,
        right=right,
        multiplier=100,
    )


def test_options_settle_in_cash_in_the_pot_that_holds_them() -> None:
    """Rule: intrinsic value at the official settlement x 100 x contracts, the worthless ones nothing."""
    market = generate("shock", date(2018, 1, 8), 24, 1)
    account = Account(start_usd=Decimal(1000))
    hedge, condors = account.pot_of(Purpose.LAYER_OPEN), account.pot_of(Purpose.CONDOR_OPEN)
    deep, far = call(5.0), call(150.0)
    hedge.trade(deep, 2, Decimal(1), Decimal("2.20"))
    hedge.trade(far, 1, Decimal("0.05"), Decimal("1.45"))
    market.move_to(_open_of(market.sessions, EXPIRY))
    final = market.final_settlement("VIX", EXPIRY)
    assert final is not None
    assert final > 5.0
    settled = hedge.settle(market)
    assert sorted(item.strike for item, _, _ in settled) == [5.0, 150.0]
    paid = Decimal(200) + Decimal("5.00") + Decimal("3.65")
    assert hedge.cash_usd == 2 * Decimal(repr((final - 5.0) * 100)).quantize(Decimal("0.01")) - paid
    assert not hedge.held
    assert condors.cash_usd == 0
    assert not account.positions()


def _open_of(sessions: object, day: date) -> datetime:
    assert isinstance(sessions, tuple)
    found: Session = next(session for session in sessions if session.day == day)
    return found.open
