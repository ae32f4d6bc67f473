"""The border between the client library's contracts and our instruments."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from ib_insync import ComboLeg, Contract, ContractDetails

from strategies.core.commands import Leg
from strategies.core.instruments import Instrument, InstrumentKey, Kind, Right, instrument_key

CURRENCY = "USD"
BAG = "BAG"


def contract_of(instrument: Instrument, con_id: int = 0) -> Contract:
    """Return the contract that names `instrument`; with `con_id` it can be ordered and quoted."""
    is_option = instrument.kind is Kind.OPTION
    return Contract(
        secType=str(instrument.kind),
        conId=con_id,
        symbol=instrument.symbol,
        lastTradeDateOrContractMonth=compact(instrument.last_trade) if instrument.last_trade else "",
        strike=instrument.strike if is_option else 0.0,
        right=str(instrument.right) if instrument.right else "",
        multiplier=str(instrument.multiplier) if instrument.last_trade else "",
        exchange=instrument.exchange,
        currency=CURRENCY,
        tradingClass=instrument.trading_class,
    )


def combo_of(legs: Sequence[tuple[Leg, int]]) -> Contract:
    """Return the BAG of `legs`, each with its contract id; it is bought, sold legs are sold in it.

    Raises:
        ValueError: the legs are of different underlyings.
    """
    symbols = sorted({leg.instrument.symbol for leg, _ in legs})
    if len(symbols) != 1:
        raise ValueError(f"a combo's legs must share one underlying, these have {', '.join(symbols)}")
    return Contract(
        secType=BAG,
        symbol=symbols[0],
        exchange=legs[0][0].instrument.exchange,
        currency=CURRENCY,
        comboLegs=[
            ComboLeg(
                conId=con_id,
                ratio=abs(leg.ratio),
                action="BUY" if leg.ratio > 0 else "SELL",
                exchange=leg.instrument.exchange,
            )
            for leg, con_id in legs
        ],
    )


def key_of(contract: Contract) -> InstrumentKey | None:
    """Return the key of a contract as the broker names it; None for a combo.

    A kind that we do not trade gets a key of its own form, so that such a position is seen, not dropped.
    """
    if contract.secType == BAG:
        return None
    if contract.secType not in {str(kind) for kind in Kind}:
        return InstrumentKey(f"{contract.secType}.{contract.symbol}.{contract.conId}")
    kind = Kind(contract.secType)
    dated = kind in {Kind.FUTURE, Kind.OPTION}
    return instrument_key(
        kind=kind,
        symbol=contract.symbol,
        trading_class=contract.tradingClass,
        last_trade=day_of(contract.lastTradeDateOrContractMonth) if dated else None,
        strike=contract.strike,
        right=Right(contract.right[:1]) if kind is Kind.OPTION else None,
    )


def future_of(details: ContractDetails) -> Instrument:
    """Return a future as its contract details list it, without ticks."""
    contract = details.contract
    assert contract is not None
    last_trade = day_of(contract.lastTradeDateOrContractMonth)
    return Instrument(
        kind=Kind.FUTURE,
        symbol=contract.symbol,
        exchange=contract.exchange,
        trading_class=contract.tradingClass,
        last_trade=last_trade,
        expiry=real_expiry(details) or last_trade,
        multiplier=int(contract.multiplier),
    )


def real_expiry(details: ContractDetails) -> date | None:
    """Return the broker's own word on the settlement day, where it gives one."""
    return day_of(details.realExpirationDate) if details.realExpirationDate else None


def rule_id(details: ContractDetails, exchange: str) -> int | None:
    """Return the market rule in force on `exchange`: the two lists of the details run in parallel."""
    exchanges = details.validExchanges.split(",")
    rules = details.marketRuleIds.split(",")
    for name, rule in zip(exchanges, rules, strict=False):
        if name == exchange and rule:
            return int(rule)
    return int(rules[0]) if rules[0] else None


def day_of(text: str) -> date:
    """Return the date of `YYYYMMDD`, with or without a time behind it.

    Raises:
        ValueError: the text begins with no date.
    """
    return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone


def compact(day: date) -> str:
    """Return `YYYYMMDD`."""
    return day.strftime("%Y%m%d")


def ascending(strikes: Sequence[float]) -> tuple[float, ...]:
    """Return strikes sorted and each once."""
    ordered = sorted(strikes)
    return tuple(ordered[:1] + [high for low, high in pairwise(ordered) if high != low])
