"""Contract definitions, chains, market rules and daily bars as ib_insync sees them."""

from datetime import date
from typing import Any

import pytest
from ib_insync import Contract, ContractDetails, Future, Index, Option

Paper = Any  # the gateway of conftest, whose classes cannot be imported


async def test_the_indices_have_their_real_contract_ids(paper: Paper) -> None:
    """SPX and VIX are found by symbol under the ids that IBKR gives them."""
    ib = await paper.connect()
    found = await ib.qualifyContractsAsync(Index("SPX", "CBOE"), Index("VIX", "CBOE"))
    assert [contract.conId for contract in found] == [416904, 13455763]


async def test_a_partial_future_lists_all_months_with_hours(paper: Paper) -> None:
    """A description without a month gives every VX contract; hours are IBKR's strings in an IANA zone."""
    ib = await paper.connect()
    found = await ib.reqContractDetailsAsync(Future("VIX", exchange="CFE", tradingClass="VX"))
    assert [item.contract.localSymbol for item in found[:2]] == ["VXF6", "VXG6"]
    first: ContractDetails = found[0]
    assert first.contract
    assert first.contract.lastTradeDateOrContractMonth == first.realExpirationDate == "20260121"
    assert (first.contract.multiplier, first.minTick, first.timeZoneId) == ("1000", 0.05, "US/Central")
    assert first.tradingHours.split(";")[0] == "20260104:1700-20260105:1600"
    assert first.liquidHours.split(";")[0] == "20260105:0830-20260105:1515"
    assert first.tradingHours.split(";")[5] == "20260110:CLOSED"


async def test_am_settled_options_expire_a_session_before_they_settle(paper: Paper) -> None:
    """The third Friday is SPX's settlement date; IBKR names the Thursday, Friday is realExpirationDate."""
    ib = await paper.connect()
    query = Option("SPX", "20260115", 0.0, "C", "SMART", tradingClass="SPX")
    found = await ib.reqContractDetailsAsync(query)
    assert len(found) > 50
    assert {item.realExpirationDate for item in found} == {"20260116"}
    assert found[0].contract.localSymbol.startswith("SPX   260116C")


async def test_a_contract_is_found_by_its_id_alone(paper: Paper) -> None:
    """An id of the chain resolves in a gateway that was never asked for the contract by name."""
    ib = await paper.connect()
    (named,) = await ib.qualifyContractsAsync(
        Option("SPX", "20260130", 3900, "P", "SMART", tradingClass="SPXW")
    )
    paper.gateway.universe._by_id.clear()
    paper.gateway.universe._enumerated = None
    (by_id,) = await ib.reqContractDetailsAsync(Contract(conId=named.conId))
    assert by_id.contract.localSymbol == "SPXW  260130P03900000"


async def test_ids_of_all_listed_contracts_differ(paper: Paper) -> None:
    """The id is a one-to-one function of the terms."""
    universe, market = paper.gateway.universe, paper.gateway.market
    universe.by_id(1, date(2026, 1, 5))
    listed = sum(
        2 * len(market.strikes(name, expiry))
        for name in ("SPX", "SPXW", "VIX", "VIXW", "XSP")
        for expiry in market.expiries(name, date(2026, 1, 5))
    )
    known = universe._by_id
    assert len([item for item in known.values() if item.sec_type == "OPT"]) == listed
    assert all(con_id == item.con_id and con_id < 2**31 for con_id, item in known.items())


@pytest.mark.parametrize(
    "query",
    [
        Option("SPX", "20260115", 3901.0, "C", "SMART"),
        Option("SPX", "20260116", 3900.0, "C", "SMART", tradingClass="SPX"),
        Contract(conId=99),
        Index("SPX", "NYSE"),
    ],
)
async def test_no_match_is_error_200_without_an_end(paper: Paper, query: Contract) -> None:
    """What does not exist is answered 200; ib_insync then has an empty list."""
    ib = await paper.connect()
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    assert await ib.reqContractDetailsAsync(query) == []
    assert codes == [200]


async def test_chains_name_both_classes_on_both_exchanges(paper: Paper) -> None:
    """SPX has a monthly and a weekly class, each on SMART and CBOE, with expirations as last trade dates."""
    ib = await paper.connect()
    chains = await ib.reqSecDefOptParamsAsync("SPX", "", "IND", 416904)
    assert [(c.exchange, c.tradingClass, c.multiplier) for c in chains] == [
        ("SMART", "SPX", "100"),
        ("CBOE", "SPX", "100"),
        ("SMART", "SPXW", "100"),
        ("CBOE", "SPXW", "100"),
    ]
    assert chains[0].expirations[0] == "20260115"
    vix = await ib.reqSecDefOptParamsAsync("VIX", "", "IND", 13455763)
    assert vix[0].expirations[0] == "20260120"


async def test_the_market_rule_of_vix_options_has_two_steps(paper: Paper) -> None:
    """A cent below 3 and a nickel above."""
    ib = await paper.connect()
    details = await ib.reqContractDetailsAsync(Option("VIX", "20260120", 20.0, "C", "SMART"))
    rule = await ib.reqMarketRuleAsync(int(details[0].marketRuleIds.split(",")[0]))
    assert [(step.lowEdge, step.increment) for step in rule] == [(0.0, 0.01), (3.0, 0.05)]


@pytest.mark.parametrize("form", [1, 2])
async def test_daily_bars_end_with_the_last_completed_session(paper: Paper, form: int) -> None:
    """A year of SPX bars before the open ends with the session before; both date forms give bare days."""
    ib = await paper.connect()
    bars = await ib.reqHistoricalDataAsync(Index("SPX", "CBOE"), "", "1 Y", "1 day", "TRADES", True, form)
    assert 248 <= len(bars) <= 254
    assert bars[-1].date == date(2026, 1, 2)
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)


async def test_futures_have_bars_too(paper: Paper) -> None:
    """A VX contract's daily bars can be had by its id."""
    ib = await paper.connect()
    (future,) = await ib.qualifyContractsAsync(Future("VIX", "20260218", "CFE", tradingClass="VX"))
    assert len(await ib.reqHistoricalDataAsync(future, "", "5 D", "1 day", "TRADES", True)) == 5


async def test_bars_that_do_not_exist_are_error_162(paper: Paper) -> None:
    """Options have no bars here: 162, and ib_insync returns an empty list."""
    ib = await paper.connect()
    (option,) = await ib.qualifyContractsAsync(Option("VIX", "20260120", 20.0, "C", "SMART"))
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    assert len(await ib.reqHistoricalDataAsync(option, "", "5 D", "1 day", "TRADES", True)) == 0
    assert codes == [162]


async def test_what_has_expired_is_gone(paper: Paper) -> None:
    """An expired future is unknown (200), with includeExpired too."""
    ib = await paper.connect()
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    gone = Future("VIX", "20251119", "CFE", tradingClass="VX", includeExpired=True)
    assert not await ib.reqContractDetailsAsync(gone)
    assert codes == [200]
