"""Money and positions over many seeded sessions of random orders: nothing is made and nothing is lost."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.hours import new_york_day
from simulator.requests import ContractQuery

Inside = Any  # the in-process client of conftest, whose classes cannot be imported

SESSIONS = int(os.environ.get("HEDGED_LEDGER_SESSIONS", "201"))
_SESSIONS_A_SEED = 3
_CASH = Decimal(1_000_000)
_INSTANTS_A_DAY = 412
_TYPES = ("LMT", "MKT", "STP", "STP LMT")


class _Trader:
    """Places, changes and cancels orders at random, and keeps its own books from what it is told."""

    def __init__(self, client: Inside, seed: int) -> None:
        self.client = client
        self.gateway = client.gateway
        self._draw = random.Random(seed)
        self._next = 1
        self.contracts = self._choose()

    def _choose(self) -> list[Any]:
        gateway = self.gateway
        today = new_york_day(gateway.now)
        found = [*list(gateway.universe._futures(today))[:2], gateway.universe.by_id(756733, today)]
        for name, count in (("VIX", 1), ("VIXW", 1), ("SPXW", 1), ("XSP", 1)):
            expiry = gateway.market.expiries(name, today)[0]
            strikes = gateway.market.strikes(name, expiry)
            middle = len(strikes) // 2
            found += [
                gateway.universe.find(gateway_query(gateway, name, expiry, strike, right), today)[0]
                for strike in strikes[middle : middle + 2 * count]
                for right in "CP"
            ]
        return found

    def act(self) -> None:
        """Do one thing."""
        if self._next > 1 and self._draw.random() < 0.15:
            self.client.ask(4, 1, self._draw.randrange(1, self._next), "")
            return
        item = self._draw.choice(self.contracts)
        quote = self.gateway.board.quote(item)
        price = item.grid.up(max(0.05, quote.ask if self._draw.random() < 0.6 else quote.bid))
        kind = self._draw.choice(_TYPES)
        action = self._draw.choice(["BUY", "BUY", "SELL"])
        tif = self._draw.choice(["DAY", "GTC", "IOC"])
        head = [3, self._next, item.con_id, *[""] * 11, "", ""]
        terms = [action, self._draw.randrange(1, 8), kind, price, price, tif]
        self.client.ask(*head, *terms, *[""] * 93)
        self._next += 1


def gateway_query(gateway: Any, name: str, expiry: Any, strike: float, right: str) -> Any:  # noqa: ANN401 - the gateway's own types
    """Describe an option as a client would."""
    last = gateway.universe._last_trade(name, expiry)
    symbol = {"VIXW": "VIX", "SPXW": "SPX"}.get(name, name)
    return ContractQuery(
        symbol=symbol,
        sec_type="OPT",
        last_trade=f"{last:%Y%m%d}",
        strike=strike,
        right=right,
        trading_class=name,
    )


def _check_books(gateway: Any, records: list[dict[str, Any]]) -> None:  # noqa: ANN401 - the gateway's own type
    """Rebuild cash and positions from the gateway's own record and compare."""
    account = gateway.account
    held: Counter[str] = Counter()
    value = _CASH
    multiplier = {e.contract.local_symbol: e.contract.multiplier for e in gateway.booking.executions}
    for record in records:
        if record["kind"] == "execution":
            sign = 1 if record["side"] == "BOT" else -1
            held[record["contract"]] += sign * record["shares"]
            paid = Decimal(repr(record["price"])) * multiplier[record["contract"]] * record["shares"] * sign
            value -= paid + Decimal(record["commission"])
        elif record["kind"] == "settlement":
            assert held[record["contract"]] == record["quantity"]
            value += Decimal(record["paid_per_contract"]) * record["quantity"]
            held[record["contract"]] = 0
    positions = {p.instrument.local_symbol: p.quantity for p in account.positions.values()}
    assert {name: count for name, count in held.items() if count} == positions
    for position in account.positions.values():
        mark = Decimal(repr(round(gateway.board.mark(position.instrument), 6)))
        value += mark * position.instrument.multiplier * position.quantity
    valued = account.value(gateway.board.mark, gateway.board.spot)
    assert valued.net_liquidation == value
    assert valued.cash == valued.cash.quantize(Decimal("0.01"))
    assert sum(account.flows.values(), Decimal(0)) == account.cash - _CASH


def _check_no_ghosts(gateway: Any) -> None:  # noqa: ANN401 - the gateway's own type
    """Nothing that has settled is held or ordered any more."""
    now = gateway.now
    for item in [held.instrument for held in gateway.account.positions.values()] + [
        leg.instrument for order in gateway.exchange.working() for leg in order.legs
    ]:
        name = "VX" if item.sec_type == "FUT" else item.trading_class
        settled = item.expiry is not None and gateway.market.final_settlement(name, item.expiry) is not None
        assert not (settled and item.expiry < new_york_day(now)), item.local_symbol


@pytest.mark.parametrize("seed", range(max(1, SESSIONS // _SESSIONS_A_SEED)))
def test_money_is_conserved_to_the_cent(inside: Callable[..., Inside], tmp_path: Path, seed: int) -> None:
    """Over three sessions of random orders each: net liquidation is what the executions say, to the cent."""
    path = tmp_path / "ledger.jsonl"
    client = inside(seed=seed, sessions=_SESSIONS_A_SEED, ledger=path)
    trader = _Trader(client, seed)
    for instant in range(_SESSIONS_A_SEED * _INSTANTS_A_DAY):
        if instant % 9 == 0:
            trader.act()
        client.ask(49, 1)
        if instant % 137 == 0:
            _check_books(client.gateway, [json.loads(line) for line in path.read_text().splitlines()])
            _check_no_ghosts(client.gateway)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    _check_books(client.gateway, records)
    _check_no_ghosts(client.gateway)
    assert sum(record["kind"] == "execution" for record in records) > 20


def test_expiry_settles_every_position_and_leaves_no_order(
    inside: Callable[..., Inside], tmp_path: Path
) -> None:
    """Played past the first expiries, all that was held of them is paid out and no order on them is left."""
    path = tmp_path / "ledger.jsonl"
    client = inside(seed=2, sessions=14, ledger=path)
    trader = _Trader(client, 2)
    for instant in range(14 * _INSTANTS_A_DAY):
        if instant < _INSTANTS_A_DAY and instant % 5 == 0:
            trader.act()
        client.ask(49, 1)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    _check_books(client.gateway, records)
    _check_no_ghosts(client.gateway)
    assert {record["kind"] for record in records} >= {"execution", "settlement"}
