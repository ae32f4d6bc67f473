"""What the status says of states that no play shows, and what counts as ill."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec import structs

from daemon.status.report import Cap, Journal, Process, Status
from daemon.status.show import illness
from daemon.status.view import status_of
from daemon.status.words import lines
from strategies.core.events import Link
from strategies.core.facts import Quote, SessionHours
from strategies.core.instruments import SPX, VIX
from strategies.core.state import Account, Counters, Market, RsiState, Seen, Signals, State

NOW = datetime(2026, 1, 5, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROCESS = Process(pid=1, code_version="0", mode="auto", clock="system", uptime_s=90_061.0)
JOURNAL = Journal(seq=7, last_commit_age_s=0.1, waiting=0, queue_size_max=100, alive=True)


def _status(state: State, journal: Journal = JOURNAL) -> Status:
    return status_of(state, NOW, PROCESS, journal, None)


def _account(**changes: object) -> Account:
    account = Account(
        link=Link.UP,
        epoch=1,
        account="DU1",
        paper=True,
        reconciled_epoch=1,
        net_liquidation_usd=Decimal(1000),
    )
    return structs.replace(account, **changes)


def _open(state: State, *, hours_ahead: int = 0) -> State:
    session = SessionHours(
        day=NOW.date(),
        open=NOW + (hours_ahead - 1) * HOUR,
        close=NOW + (hours_ahead + 1) * HOUR,
        options_close=NOW + (hours_ahead + 1) * HOUR,
    )
    return structs.replace(state, sessions=(session,))


def test_daemon_that_has_just_begun_has_a_status() -> None:
    """Nothing known yet is said signal by signal with its reason, in JSON and in words."""
    status = _status(State())
    assert msgspec.json.decode(msgspec.json.encode(status), type=Status) == status
    assert all(reading.value is None and reading.why for reading in status.signals.values())
    assert all(cap.limit is None for cap in status.caps if cap.name.startswith("premium"))
    text = "\n".join(lines(status))
    assert text.startswith("NOT READY: broker is not connected at 2026-01-05 10:00:00 New York")
    assert "last decision: none yet" in text
    assert "up 1 d 1 h" in text


def test_open_session_with_everything_in_place_is_ready_and_well() -> None:
    """Ready is the gate's own word."""
    status = _status(_open(State(account=_account())))
    assert (status.ready, status.not_ready_because, illness(status)) == (True, "", "")


def test_closed_session_is_idle_not_ill() -> None:
    """Outside hours nothing need be ready; what would be in the way in open hours is an illness even then."""
    idle = _status(_open(State(account=_account()), hours_ahead=5))
    assert (idle.ready, idle.not_ready_because, illness(idle)) == (False, "session is closed", "")
    assert idle.session.next_open == NOW + 4 * HOUR
    ill = _status(_open(State(account=_account(differences=("X",))), hours_ahead=5))
    assert illness(ill) == "book and account differ"
    assert illness(_status(State(account=_account(reconciled_epoch=0)))).startswith("not reconciled")


def test_stalled_loop_is_ill_whatever_else_holds() -> None:
    """A daemon that cannot commit cannot act."""
    stalled = structs.replace(JOURNAL, alive=False, last_commit_age_s=200.0, waiting=3)
    status = _status(_open(State(account=_account())), stalled)
    assert illness(status) == "the loop has not committed for 200 s, 3 events wait"
    assert "loop STALLED" in "\n".join(lines(status))


def test_reading_has_its_age_until_it_is_stale() -> None:
    """A value too old for the rules is none; its age still tells why."""

    def seen(age_s: float) -> State:
        at = NOW - timedelta(seconds=age_s)
        quotes = {key: Seen(Quote(instrument=key, last=20.0), at) for key in (SPX.key, VIX.key)}
        return State(
            market=Market(quotes=quotes),
            signals=Signals(rsi=RsiState(seen=20, last=19.0, gain=1.0, loss=1.0), last_session=NOW.date()),
        )

    fresh = _status(seen(30)).signals
    assert (fresh["vix"].value, fresh["vix"].age_s, fresh["vix"].of) == (20.0, 30.0, "IND.VIX")
    assert fresh["rsi_last_bar"].value == 50.0
    provisional = fresh["rsi_provisional"].value
    assert isinstance(provisional, float)
    assert provisional > 50.0
    stale = _status(seen(1000)).signals["vix"]
    assert (stale.value, stale.age_s, stale.why) == (None, 1000.0, "quote is stale")


def test_caps_show_what_of_today_is_used() -> None:
    """Yesterday's orders and premium do not count; premium limits follow net liquidation."""
    used = Counters(day=NOW.date(), orders_today=4, premium_today_usd=Decimal(12), recent_orders=(NOW,))
    caps = {cap.name: cap for cap in _status(State(account=_account(), counters=used)).caps}
    assert caps["orders_today"] == Cap(name="orders_today", used=Decimal(4), limit=Decimal(60))
    assert caps["orders_last_minute"].used == 1
    assert caps["premium_today_usd"] == Cap(name="premium_today_usd", used=Decimal(12), limit=Decimal(20))
    old = structs.replace(used, day=NOW.date() - timedelta(days=1), recent_orders=())
    caps = {cap.name: cap for cap in _status(State(account=_account(), counters=old)).caps}
    assert [caps[name].used for name in ("orders_today", "premium_today_usd")] == [0, 0]
