"""Completed daily bars."""

import math
from datetime import date, datetime

from ib_insync import BarData, BarDataList, RequestError

from daemon.broker.codes import Meaning, meaning
from daemon.broker.ib.contracts import contract_of
from daemon.broker.ib.link import Link
from daemon.broker.ib.values import price
from daemon.broker.settlement import is_complete
from daemon.errors import BrokerTimeout, BrokerUnavailable
from strategies.core.commands import FetchHistory
from strategies.core.facts import Bar

_DAYS_MAX = 365  # longer durations must be asked for in years
_SESSIONS_PER_YEAR = 250
_NONE_THERE = "no data"  # how 162 says that there are no bars, as against that they cannot be had


def _duration(sessions: int) -> str:
    days = sessions + 1  # today's bar may have to be dropped
    return f"{days} D" if days <= _DAYS_MAX else f"{math.ceil(days / _SESSIONS_PER_YEAR)} Y"


async def completed_bars(link: Link, command: FetchHistory, now: datetime) -> tuple[Bar, ...]:
    """Return up to `command.sessions` completed daily closes up to `now` (aware), oldest first.

    Regular trading hours, trades. A bar dated today counts once its session has closed.

    Raises:
        BrokerTimeout, BrokerUnavailable, RequestError: as for `Link.answer`; 162 without data is an answer.
    """
    ib, what = link.ib, f"{command.instrument.key} history"
    contract = contract_of(command.instrument)
    req_id = ib.client.getReqId()
    bars: list[BarData] = BarDataList()  # type: ignore[no-untyped-call]
    request = ib.wrapper.startReq(req_id, contract, container=bars)  # type: ignore[no-untyped-call]
    ib.client.reqHistoricalData(  # type: ignore[no-untyped-call]
        req_id, contract, "", _duration(command.sessions), "1 day", "TRADES", True, 1, False, []
    )
    try:
        answer = await link.answer(request, what)
    except BrokerTimeout:
        ib.client.cancelHistoricalData(req_id)  # type: ignore[no-untyped-call]
        raise
    except RequestError as error:
        if meaning(error.code) is Meaning.NO_HISTORY and _NONE_THERE in error.message:
            return ()
        raise
    closes = [_bar(bar.date, bar.close, what) for bar in answer]
    return tuple(bar for bar in sorted(closes, key=lambda bar: bar.day) if is_complete(bar.day, now))[
        -command.sessions :
    ]


def _bar(day: date | datetime, close: float, what: str) -> Bar:
    if price(close) is None:
        raise BrokerUnavailable(f"{what}: the bar of {day} closes at {close}")
    return Bar(day.date() if isinstance(day, datetime) else day, close)
