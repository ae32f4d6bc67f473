"""The displayed market of the present instant: spreads and sizes around the market's values.

Spreads and sizes are modelled, see `spreads`; sizes are drawn per half hour.
"""

from collections.abc import Iterable, KeysView
from datetime import datetime

from simulator.hours import Hours, Standing, new_york_day
from simulator.instruments import Combo, Instrument
from simulator.market.model import OptionValue
from simulator.option_board import OptionBoard
from simulator.option_table import OptionTable
from simulator.quote import NO_PRICE, Quote
from simulator.randomness import uniform
from simulator.sketch import Sketch, last_print
from simulator.spreads import FREE_LEG_SIZE, SIZE_PERIOD_S, sides, sizes, stress
from simulator.standings import Standings
from simulator.world import World

__all__ = ["NO_PRICE", "Board", "Quote"]


class Board:
    """Quotes of all contracts at one instant; also what of the displayed size has been taken.

    Args:
        market: values.
        hours: when contracts are quoted.
        seed: of the displayed sizes.
    """

    def __init__(self, market: World, hours: Hours, seed: int) -> None:
        self._market = market
        self._hours = hours
        self._seed = seed
        self._quotes: dict[int, Quote] = {}
        self._options = OptionBoard(market, self.is_open, self._size)
        self._watched: frozenset[int] = frozenset()
        self._taken: dict[tuple[int, str], int] = {}
        self._lasts: dict[int, float] = {}
        self._marks: dict[int, float] = {}
        self._closes: dict[int, float | None] = {}
        self._trading_day = None if not market.sessions else market.sessions[0].day
        self._now: datetime | None = None
        self._stress = 1.0
        self._period = 0
        # Sizes of the present period, bid and ask, by contract id.
        self._sizes: dict[int, tuple[int, int]] = {}
        self._standings = Standings(hours)

    def refresh(self, now: datetime) -> None:
        """Start a new instant: the market has been moved there before."""
        self._now = now
        self._quotes.clear()
        self._options.clear()
        self._taken.clear()
        self._stress = stress(self._market.index("VIX"), self._hours.session(new_york_day(now)), now)
        period = int(now.timestamp()) // SIZE_PERIOD_S
        if self._period != period:
            self._period = period
            self._sizes.clear()
        if (day := self._hours.trading_day(now)) != self._trading_day:
            self._trading_day = day
            self._closes.clear()

    def watch(self, items: Iterable[Instrument]) -> None:
        """Take note of the contracts that will be asked for at every instant."""
        kept = list(items)
        self._watched = frozenset(item.con_id for item in kept)
        self._options.watch(kept)

    def prepare(self) -> OptionTable | None:
        """Work out at once what is displayed of the watched options that are open, None without any."""
        return self._options.prepare(self._stress, self._period)

    @property
    def traded_ids(self) -> KeysView[int]:
        """The contracts, by id, of which there is a last print of a trade here."""
        return self._lasts.keys()

    def quote(self, item: Instrument) -> Quote:
        """Return the quote of a contract at this instant."""
        found = self._quotes.get(item.con_id)
        if found is None:
            found = self._quotes[item.con_id] = self._make(item)
        return found

    def seen(self, item: Instrument) -> Quote | Sketch:
        """Return the quote of an open contract; of futures and stocks nobody watches what it follows from."""
        if item.sec_type in {"FUT", "STK"} and item.con_id not in self._watched:
            price = self._price(item)
            if price is not None:
                return Sketch(price, last_print(item, price), self._stress)
        return self.quote(item)

    def shown(self, contract: Instrument | Combo, *, frozen: bool = False) -> Quote:
        """Return what market data show of a contract: its quote, or the last one of its hours."""
        if isinstance(contract, Combo):
            return self.combo_quote(contract, frozen=frozen)
        return self.frozen(contract) if frozen else self.quote(contract)

    def frozen(self, item: Instrument) -> Quote:
        """Return the quote as it stood when the contract last traded; inside its hours the present one."""
        shown = self.quote(item)
        if self.is_open(item) or not item.is_quoted or item.symbol == "AD-NYSE":
            return shown
        if item.sec_type == "OPT":
            value = self._value(item)
            price = None if value is None else value.price
        else:
            price = shown.mark
        return shown if price is None else self._around(item, price, last=shown.last, close=shown.close)

    def is_open(self, contract: Instrument | Combo) -> bool:
        """Return whether a contract trades at this instant."""
        if isinstance(contract, Combo):
            contract = contract.legs[0].instrument
        return self.standing(contract).is_open

    def standing(self, item: Instrument) -> Standing:
        """Return whether a contract trades at this instant, and whether in its regular hours."""
        assert self._now is not None
        return self._standings.at(item, self._now)

    def combo_quote(self, combo: Combo, *, frozen: bool = False) -> Quote:
        """Return the net quote of a BAG for its BUY side; without prices when a leg has none."""
        bid = ask = 0.0
        bid_sizes, ask_sizes = [], []
        for leg in combo.legs:
            side = self.frozen(leg.instrument) if frozen else self.quote(leg.instrument)
            if side.bid < 0 or side.ask < 0:
                return Quote()
            buys = leg.action == "BUY"
            bid += leg.ratio * (side.bid if buys else -side.ask)
            ask += leg.ratio * (side.ask if buys else -side.bid)
            bid_left, ask_left = (self._left(leg.instrument, s, side) for s in ("bid", "ask"))
            bid_sizes.append((bid_left if buys else ask_left) // leg.ratio)
            ask_sizes.append((ask_left if buys else bid_left) // leg.ratio)
        return Quote(
            bid=round(bid, 4),
            ask=round(ask, 4),
            bid_size=min(bid_sizes),
            ask_size=min(ask_sizes),
            mark=round((bid + ask) / 2, 4),
        )

    def available(self, contract: Instrument | Combo) -> Quote:
        """Return the quote less what orders have taken of its sizes at this instant."""
        if isinstance(contract, Combo):
            return self.combo_quote(contract)
        shown = self.quote(contract)
        bid_left, ask_left = (self._left(contract, s, shown) for s in ("bid", "ask"))
        return Quote(bid=shown.bid, ask=shown.ask, bid_size=bid_left, ask_size=ask_left, mark=shown.mark)

    def take(self, item: Instrument, *, bought: bool, quantity: int, price: float) -> None:
        """Book a trade: it uses up displayed size and becomes the last print."""
        key = (item.con_id, "ask" if bought else "bid")
        self._taken[key] = self._taken.get(key, 0) + quantity
        self._lasts[item.con_id] = price
        self._quotes.pop(item.con_id, None)

    def traded(self, item: Instrument, price: float) -> None:
        """Take the last print of a contract from another time than this instant."""
        self._lasts[item.con_id] = price
        self._quotes.pop(item.con_id, None)

    def mark(self, item: Instrument) -> float:
        """Return the price to value a position at: the mark, else the last mark, else the model.

        An option keeps the last mark of a day through the global session that follows.
        """
        assert self._now is not None
        if item.sec_type == "OPT" and item.con_id in self._marks and self._hours.is_night(self._now):
            return self._marks[item.con_id]
        mark = self.quote(item).mark
        if mark is not None:
            self._marks[item.con_id] = mark
            return mark
        if item.con_id in self._marks:
            return self._marks[item.con_id]
        value = self._value(item)
        return 0.0 if value is None else value.price

    def spot(self, symbol: str) -> float | None:
        """Return the level of an index, None before its first print."""
        return self._market.index(symbol)

    def _left(self, item: Instrument, side: str, shown: Quote) -> int:
        size, price = (shown.bid_size, shown.bid) if side == "bid" else (shown.ask_size, shown.ask)
        if price == 0.0:
            return FREE_LEG_SIZE
        return max(0, size - self._taken.get((item.con_id, side), 0))

    def _value(self, item: Instrument) -> OptionValue | None:
        if item.sec_type != "OPT" or item.expiry is None:
            return None
        known = self._options.value(item)
        if known is not None:
            return known
        return self._market.option(item.trading_class, item.expiry, item.strike, item.right)

    def _make(self, item: Instrument) -> Quote:
        if item.sec_type == "OPT":
            return self._options.quote(item, self._lasts.get(item.con_id)) or self._make_option(item)
        if item.symbol == "AD-NYSE":
            return self._make_breadth()
        if item.sec_type == "IND":
            last = self._market.index(item.symbol)
            rounded = None if last is None else round(last, 2)
            return Quote(last=rounded, mark=rounded, close=self._close(item))
        return self._make_future(item) if item.sec_type == "FUT" else self._make_stock(item)

    def _make_option(self, item: Instrument) -> Quote:
        value = self._value(item) if self.is_open(item) else None
        if value is None:
            return Quote(last=self._lasts.get(item.con_id))
        return self._around(item, value.price, model=value)

    def _price(self, item: Instrument) -> float | None:
        """Return the market's price of a future or a stock."""
        return self._market.index(item.symbol) if item.expiry is None else self._market.future(item.expiry)

    def _make_future(self, item: Instrument) -> Quote:
        assert item.expiry is not None
        price = self._price(item)
        if price is None:
            return Quote(close=self._close(item))
        assert self._trading_day is not None
        settled = self._market.settlement(item.expiry, self._trading_day)
        if not self.is_open(item):
            mark = round(price, 4) if settled is None else settled
            return Quote(last=self._lasts.get(item.con_id), mark=mark, close=self._close(item))
        return self._around(
            item, price, last=last_print(item, price), settled=settled, close=self._close(item)
        )

    def _make_stock(self, item: Instrument) -> Quote:
        price = self._price(item)
        if price is None:
            return Quote(close=self._close(item))
        if not self.is_open(item):
            return Quote(last=round(price, 2), mark=round(price, 2), close=self._close(item))
        return self._around(item, price, last=last_print(item, price), close=self._close(item))

    def _make_breadth(self) -> Quote:
        """Bid is the advancing issues, ask the declining ones, bid size the unchanged; there is no last."""
        if (found := self._market.breadth()) is None:
            return Quote()
        return Quote(bid=float(found.advancing), ask=float(found.declining), bid_size=found.unchanged)

    def _around(
        self,
        item: Instrument,
        price: float,
        *,
        model: OptionValue | None = None,
        last: float | None = None,
        settled: float | None = None,
        close: float | None = None,
    ) -> Quote:
        bid, ask = sides(item, price, self._stress)
        bid_size, ask_size = self._size(item)
        mid = round((bid + ask) / 2, 6)
        return Quote(
            bid=bid,
            ask=ask,
            bid_size=bid_size if bid > 0 else 0,
            ask_size=ask_size,
            last=self._lasts.get(item.con_id, last) if last is None else last,
            mark=mid if settled is None else settled,
            close=close,
            model=model,
        )

    def _size(self, item: Instrument) -> tuple[int, int]:
        """Return the displayed sizes of bid and ask."""
        found = self._sizes.get(item.con_id)
        if found is None:
            low, high = sizes(item)
            bid, ask = (
                low + int(uniform(self._seed, "size", item.con_id, side, self._period) * (high - low))
                for side in ("bid", "ask")
            )
            found = self._sizes[item.con_id] = (bid, ask)
        return found

    def _close(self, item: Instrument) -> float | None:
        """Return the previous session's close (index) or settlement (future)."""
        if item.con_id not in self._closes:
            assert self._now is not None
            before = self._hours.day_before(self._hours.trading_day(self._now))
            if item.expiry is None:
                found = self._market.daily(item.symbol, before, 1)
            else:
                found = self._market.daily_future(item.expiry, before, 1)
            self._closes[item.con_id] = found[-1].close if found else None
        return self._closes[item.con_id]
