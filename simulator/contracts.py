"""The universe of contracts: finding what a client describes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from simulator import instruments
from simulator.hours import Hours
from simulator.instruments import BAG_CON_ID, Combo, Instrument, Leg
from simulator.market.listings import PM_SETTLED
from simulator.requests import ContractQuery, RequestError, invalid
from simulator.symbols import OPTION_CLASSES, TABLE, UNDERLYING_OF, Underlying
from simulator.world import World


def not_found() -> RequestError:
    """Return the error of a description that fits no contract."""
    return RequestError(200, "No security definition has been found for the request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The option chain of one trading class: last trade dates and strikes, ascending."""

    trading_class: str
    under_con_id: int
    last_trades: tuple[date, ...]
    strikes: tuple[float, ...]


class Universe:
    """All contracts of a market, by description or by id.

    Args:
        market: what is listed.
        hours: the calendar, for last trading days.
    """

    def __init__(self, market: World, hours: Hours) -> None:
        self._market = market
        self._hours = hours
        self._by_id: dict[int, Instrument] = {}
        self._enumerated: date | None = None
        for symbol in TABLE:
            self._keep(instruments.underlying(symbol))

    def find(self, query: ContractQuery, today: date) -> list[Instrument]:
        """Return every listed contract that a description fits, in a stable order (empty if none)."""
        if query.currency not in {"", "USD"}:
            return []
        if query.con_id:
            found = self.by_id(query.con_id, today)
            candidates = iter([found] if found is not None and self.is_listed(found, today) else [])
            query = ContractQuery(exchange=query.exchange)
        else:
            candidates = self._candidates(query, today)
        return [item for item in candidates if _fits(item, query)]

    def one(self, query: ContractQuery, today: date) -> Instrument:
        """Return the one contract that a description means.

        Raises:
            RequestError: 200 when nothing fits or more than one does.
        """
        found = self.find(query, today)
        if not found:
            raise not_found()
        if len(found) > 1:
            raise RequestError(
                200, "The contract description specified is ambiguous; name all its terms or its conId"
            )
        return found[0]

    def combo(self, query: ContractQuery, today: date) -> Combo:
        """Return the BAG that a description means.

        Raises:
            RequestError: 200 for an unknown leg, 321 for legs that do not belong together.
        """
        legs = []
        for leg in query.legs:
            found = self.by_id(leg.con_id, today)
            if found is None or not self.is_listed(found, today):
                raise not_found()
            if found.sec_type != "OPT" or found.symbol != query.symbol:
                raise invalid(f"Combo leg {leg.con_id} is no {query.symbol} option")
            legs.append(Leg(instrument=found, ratio=leg.ratio, action=leg.action))
        if len({leg.instrument.con_id for leg in legs}) != len(legs) or not 2 <= len(legs) <= 4:
            raise invalid("A combo has 2 to 4 different legs")
        return Combo(symbol=query.symbol, exchange=query.exchange or "SMART", legs=tuple(legs))

    def by_id(self, con_id: int, today: date) -> Instrument | None:
        """Return a contract by its id, also one that no client has asked for yet; None if there is none."""
        if con_id not in self._by_id and self._enumerated != today and con_id != BAG_CON_ID:
            self._enumerated = today
            for symbol, classes in OPTION_CLASSES.items():
                for trading_class in classes:
                    list(self._options(ContractQuery(symbol=symbol, trading_class=trading_class), today))
            list(self._futures(today))
        return self._by_id.get(con_id)

    def is_listed(self, item: Instrument, today: date) -> bool:
        """Return whether a contract still trades today or later."""
        return item.last_trade is None or today <= item.last_trade

    def underlyings(self, today: date) -> list[Instrument]:
        """Return the indices and the futures that are listed."""
        known = [
            instruments.underlying(row.symbol) for row in TABLE.values() if row.sec_type in {"IND", "STK"}
        ]
        return known + list(self._futures(today))

    def matching(self, pattern: str) -> list[Underlying]:
        """Return the underlyings whose symbol or name begins with an upper-case pattern."""
        return [
            row
            for row in TABLE.values()
            if row.symbol.startswith(pattern) or row.name.upper().startswith(pattern)
        ]

    def chains(self, symbol: str, today: date) -> list[Chain]:
        """Return the option chains of an underlying, one per trading class."""
        result = []
        for trading_class in OPTION_CLASSES[symbol]:
            expiries = self._market.expiries(trading_class, today)
            last_trades = {self._last_trade(trading_class, expiry) for expiry in expiries}
            strikes = {s for expiry in expiries for s in self._market.strikes(trading_class, expiry)}
            result.append(
                Chain(
                    trading_class=trading_class,
                    under_con_id=TABLE[symbol].con_id,
                    last_trades=tuple(sorted(d for d in last_trades if d >= today)),
                    strikes=tuple(sorted(strikes)),
                )
            )
        return result

    def _keep(self, item: Instrument) -> Instrument:
        return self._by_id.setdefault(item.con_id, item)

    def _candidates(self, query: ContractQuery, today: date) -> Iterator[Instrument]:
        if query.sec_type in {"IND", "STK", "CASH"}:
            yield from (self._keep(instruments.underlying(symbol)) for symbol in TABLE)
        if query.sec_type == "FUT":
            yield from self._futures(today)
        if query.sec_type == "OPT":
            yield from self._options(query, today)

    def _futures(self, today: date) -> Iterator[Instrument]:
        listed = [(expiry, False) for expiry in self._market.futures(today)]
        listed += [(expiry, True) for expiry in self._market.weekly_futures(today)]
        return (self._keep(instruments.future(expiry, weekly=weekly)) for expiry, weekly in listed)

    def _options(self, query: ContractQuery, today: date) -> Iterator[Instrument]:
        symbol = query.symbol or UNDERLYING_OF.get(query.local_symbol[:6].strip(), "")
        for trading_class in OPTION_CLASSES.get(symbol, ()):
            if query.trading_class not in {"", trading_class}:
                continue
            for expiry in self._market.expiries(trading_class, today):
                last_trade = self._last_trade(trading_class, expiry)
                if last_trade < today or not f"{last_trade:%Y%m%d}".startswith(query.last_trade):
                    continue
                for strike in self._market.strikes(trading_class, expiry):
                    if query.strike is not None and abs(query.strike - strike) > 1e-6:
                        continue
                    for right in ("C", "P"):
                        yield self._keep(instruments.option(trading_class, expiry, last_trade, strike, right))

    def _last_trade(self, trading_class: str, expiry: date) -> date:
        """AM-settled options trade for the last time on the session before the settlement day."""
        return expiry if trading_class in PM_SETTLED else self._hours.day_before(expiry)


def _fits(item: Instrument, query: ContractQuery) -> bool:
    last_trade = "" if item.last_trade is None else f"{item.last_trade:%Y%m%d}"
    return (
        query.symbol in {"", item.symbol}
        and query.sec_type in {"", item.sec_type}
        and last_trade.startswith(query.last_trade)
        and (query.strike is None or abs(query.strike - item.strike) < 1e-6)
        and query.right in {"", item.right}
        and (item.expiry is None or query.multiplier in {"", str(item.multiplier)})
        and query.exchange in {"", *item.exchanges}
        and query.local_symbol in {"", item.local_symbol}
        and query.trading_class in {"", item.trading_class}
    )
