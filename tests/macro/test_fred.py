"""FRED over a real socket: vintages become releases, answers are kept, the key stays secret."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.doctor.macro import macro as doctor
from daemon.errors import ConfigError, MacroUnavailable, StoreUnavailable
from daemon.macro.feed import adding
from daemon.macro.folder import FolderSource
from daemon.macro.fred import FRED_SERIES, FredSource
from daemon.macro.fred_access import FredAccess
from daemon.macro.fred_client import FredClient
from daemon.macro.sources import FirstOf
from daemon.settings.macro_facts import Fred
from daemon.settings.model import Settings
from daemon.settings.secret import Secret
from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_cache import RedisCache
from strategies.core.macro import MacroFact, Series

FredServer = Any  # a helper's class: a module found at run time has no static type
KEY = "abcdefghijklmnopqrstuvwxyz012345"
NOW = datetime(2018, 3, 14, 12, tzinfo=UTC)
ROWS = {
    "DFF": [("2018-03-12", "2018-03-13", "1.42"), ("2018-03-13", "2018-03-14", "1.42")],
    "CPIAUCNS": [
        ("2017-02-01", "2017-03-15", "243.603"),
        ("2018-01-01", "2018-02-14", "247.867"),
        ("2018-02-01", "2018-03-13", "248.991"),
    ],
    "A191RO1Q156NBEA": [
        ("2017-10-01", "2018-01-26", "2.5"),
        ("2017-10-01", "2018-02-28", "2.5"),
        ("2017-10-01", "2018-03-28", "2.6"),
    ],
    "PPIACO": [("2018-01-01", "2018-02-15", ".")],
    "RBUSBIS": [("2018-01-01", "2018-02-20", "117.9")],
}
TOO_MANY = (429, json.dumps({"error_code": 429, "error_message": "Too Many Requests."}).encode())


class Now:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[RedisCache]:
    """A cache on a real server."""
    async with EmbeddedServer(tmp_path / "valkey") as server:
        opened = RedisCache(url=server.url, prefix="hedged:", timeout_s=5)
        yield opened
        await opened.close()


@pytest.fixture
async def client(fred_server: FredServer) -> AsyncIterator[FredClient]:
    """A client that does not wait long."""
    access = FredAccess(
        url=fred_server.url,
        api_key=KEY,
        timeout_s=5,
        requests_per_minute=60_000,
        attempts_max=3,
        retry_delay_s=0.001,
    )
    async with FredClient(access) as opened:
        yield opened


@pytest.fixture
def now() -> Now:
    """The time of the tests."""
    return Now()


@pytest.fixture
def source(client: FredClient, cache: RedisCache, now: Now, fred_server: FredServer) -> FredSource:
    """A source whose server knows a few rows."""
    fred_server.rows = dict(ROWS)
    return FredSource(client, cache, now, renew_s=3600)


async def test_a_vintage_counts_from_the_midnight_after_its_day(source: FredSource) -> None:
    """A day without a time of day: earlier would be a guess. A missing value is no fact."""
    facts = await source.read()
    assert [fact for fact in facts if fact.series is Series.CPI][-1] == MacroFact(
        Series.CPI, date(2018, 2, 1), datetime(2018, 3, 14, 4, tzinfo=UTC), 248.991
    )
    assert {fact.series for fact in facts} == {Series.FED_FUNDS, Series.CPI, Series.REER, Series.GDP_GROWTH}


async def test_a_vintage_that_changed_nothing_is_no_revision(source: FredSource) -> None:
    """Three vintages of a quarter, two values, two facts."""
    growth = [fact for fact in await source.read() if fact.series is Series.GDP_GROWTH]
    assert [(fact.released.date(), fact.value) for fact in growth] == [
        (date(2018, 1, 27), 2.5),
        (date(2018, 3, 29), 2.6),
    ]


async def test_what_is_asked_for_is_what_fred_documents(source: FredSource, fred_server: FredServer) -> None:
    """Series, key, format, real-time span: of a daily series under 2,000 vintages."""
    await source.read()
    assert [query["series_id"] for query in fred_server.queries] == list(FRED_SERIES.values())
    assert fred_server.queries[0] == {
        "series_id": "DFF",
        "api_key": KEY,
        "file_type": "json",
        "realtime_start": "2012-01-01",
        "realtime_end": "9999-12-31",
        "observation_start": "2002-01-01",
        "sort_order": "asc",
        "limit": "100000",
        "offset": "0",
    }


async def test_an_answer_is_kept_until_it_is_old(
    source: FredSource, fred_server: FredServer, now: Now
) -> None:
    """A young answer is not asked for again, an old one is."""
    facts = await source.read()
    now.at += timedelta(seconds=3599)
    assert await source.read() == facts
    assert len(fred_server.queries) == len(FRED_SERIES)
    now.at += timedelta(seconds=2)
    assert await source.read() == facts
    assert len(fred_server.queries) == 2 * len(FRED_SERIES)


async def test_a_later_read_of_the_same_rows_is_no_news(source: FredSource, now: Now) -> None:
    """The window moves by the year, so that a row's release does not move by the day."""
    from strategies.core.macro_facts import fold  # noqa: PLC0415 - beside its only use

    known, _ = fold({}, [f for f in await source.read() if f.released <= NOW], NOW)
    now.at += timedelta(days=10)
    assert adding(known, [f for f in await source.read() if f.released <= NOW], now.at) == ()


async def test_without_a_network_the_kept_answer_serves(
    source: FredSource, fred_server: FredServer, now: Now
) -> None:
    """Old rows carry their times and stay right."""
    facts = await source.read()
    now.at += timedelta(days=2)
    fred_server.script = [(503, b"")] * 3 * len(FRED_SERIES)
    assert await source.read() == facts


async def test_it_tries_again_where_that_may_help(source: FredSource, fred_server: FredServer) -> None:
    """Too many requests, a server error: after a pause the answer comes."""
    fred_server.script = [TOO_MANY, (500, b"oops")]
    assert len(await source.read()) > 5
    assert [query["series_id"] for query in fred_server.queries][:4] == ["DFF"] * 3 + ["CPIAUCNS"]


async def test_nothing_from_anywhere_is_unavailable(source: FredSource, fred_server: FredServer) -> None:
    """Every attempt fails and nothing is kept: asked again later, no exit."""
    fred_server.script = [TOO_MANY] * 3 * len(FRED_SERIES)
    with pytest.raises(
        MacroUnavailable, match=r"FRED DFF: HTTP 429 Too Many Requests. after 3 attempts"
    ) as found:
        await source.read()
    assert KEY not in found.value.message


async def test_one_series_that_fails_does_not_take_the_others(
    source: FredSource, fred_server: FredServer
) -> None:
    """DFF is refused: the rest is there."""
    refusal = {"error_code": 400, "error_message": "Bad Request.  The series does not exist."}
    fred_server.script = [(400, json.dumps(refusal).encode())]
    assert {fact.series for fact in await source.read()} == {Series.CPI, Series.REER, Series.GDP_GROWTH}


async def test_a_key_that_is_not_taken_is_an_error_of_the_settings(
    source: FredSource, fred_server: FredServer
) -> None:
    """FRED's own words; the key is not among them, even if FRED repeats it."""
    said = f"Bad Request.  The value {KEY} for variable api_key is not registered."
    fred_server.script = [(400, json.dumps({"error_code": 400, "error_message": said}).encode())]
    with pytest.raises(ConfigError, match="variable api_key is not registered") as found:
        await source.read()
    assert found.value.message.startswith("fred.api_key = (not shown): FRED says HTTP 400")
    assert KEY not in found.value.message


@pytest.mark.parametrize(
    "row",
    [
        ("2018-02-15", "2018-03-20", "1.0"),
        ("2018-02-01", "2018-02-10", "1.0"),
        ("2018-02-01", "2018-03-20", "x"),
    ],
)
async def test_what_cannot_be_is_not_believed(
    source: FredSource, fred_server: FredServer, row: tuple[str, str, str]
) -> None:
    """A period inside a month, a release before its end, no number: the series is left out."""
    fred_server.rows["CPIAUCNS"] = [row]
    assert Series.CPI not in {fact.series for fact in await source.read()}


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b'{"observations": 3}', b""])
async def test_another_format_is_no_answer(client: FredClient, fred_server: FredServer, body: bytes) -> None:
    """A page of a proxy is not taken for an empty series."""
    fred_server.script = [(200, body)]
    with pytest.raises(MacroUnavailable, match="not in FRED's format"):
        await client.observations("DFF", vintages_from=date(2018, 1, 1), periods_from=date(2018, 1, 1))


async def test_pages_are_turned(client: FredClient, fred_server: FredServer) -> None:
    """Rows beyond the first page are asked for by their offset."""
    fred_server.rows["X"] = [(f"2018-01-{day:02}", "2018-02-01", "1") for day in range(1, 8)]
    fred_server.page = 3
    rows = await client.observations("X", vintages_from=date(2018, 1, 1), periods_from=date(2018, 1, 1))
    assert [row.date.day for row in rows] == list(range(1, 8))
    assert [query["offset"] for query in fred_server.queries] == ["0", "3", "6"]


async def test_nobody_there_is_unavailable(fred_server: FredServer) -> None:
    """A refused connection is tried again, then named without the address, which holds the key."""
    access = FredAccess(
        url="http://127.0.0.1:1/fred",
        api_key=KEY,
        timeout_s=1,
        requests_per_minute=60_000,
        attempts_max=2,
        retry_delay_s=0.001,
    )
    async with FredClient(access) as nobody:
        with pytest.raises(MacroUnavailable, match="ConnectError after 2 attempts") as found:
            await nobody.observations("DFF", vintages_from=date(2018, 1, 1), periods_from=date(2018, 1, 1))
    assert KEY not in found.value.message


async def test_a_store_that_is_away_costs_only_the_keeping(
    client: FredClient, fred_server: FredServer, now: Now, tmp_path: Path
) -> None:
    """FRED's answer counts without Redis."""
    fred_server.rows = dict(ROWS)
    away = RedisCache(url=f"unix://{tmp_path / 'none.sock'}", prefix="hedged:", timeout_s=1)
    with pytest.raises(StoreUnavailable):
        await away.get("fred:DFF")
    assert len(await FredSource(client, away, now, renew_s=3600).read()) > 5


async def test_the_folder_comes_before_fred(
    source: FredSource, fred_server: FredServer, good_folder: Path
) -> None:
    """A series is of one source: two would contradict each other. What the folder lacks FRED gives."""
    facts = await FirstOf([FolderSource(good_folder), source]).read()
    assert [fact.value for fact in facts if fact.series is Series.CPI] == [247.867, 248.991, 248.992]
    assert Series.GDP_GROWTH in {fact.series for fact in facts}


async def test_fred_away_leaves_the_folder(
    source: FredSource, fred_server: FredServer, good_folder: Path
) -> None:
    """And both away is unavailable."""
    fred_server.script = [(503, b"")] * 6 * len(FRED_SERIES)
    assert len(await FirstOf([FolderSource(good_folder), source]).read()) == 7
    with pytest.raises(MacroUnavailable):
        await FirstOf([source]).read()


async def test_the_doctor_asks_fred_once(fred_server: FredServer) -> None:
    """A key that is taken, and one that is not."""
    settings = Settings(fred=Fred(api_key=Secret(KEY), url=fred_server.url))
    assert (await doctor(settings)).found == "FRED takes the key"
    fred_server.script = [(403, b"")]
    found = await doctor(settings)
    assert (found.outcome, found.found) == (
        "fail",
        "fred.api_key = (not shown): FRED says HTTP 403; correct it, or leave it empty",
    )
    assert len(fred_server.queries) == 2
