"""The command line of `python -m simulator`: reading it and building the world it asks for."""

import argparse
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from simulator.clock import ClockError, ClockMode, parse_mode
from simulator.faults import Faults, random_schedule
from simulator.gateway import Settings
from simulator.hours import NEW_YORK, new_york_day
from simulator.keeper import Keeper
from simulator.macro_files import write_macro
from simulator.market.model import Market, Session
from simulator.market.sources import generate, open_history
from simulator.state_arguments import open_state
from simulator.switches import add_switches, read_switches

_HISTORY_FROM, _HISTORY_TO = date(2018, 1, 22), date(2018, 2, 16)
_GENERATED_FROM = date(2026, 1, 5)
_REGIME, _SESSIONS = "shock", 24
_SESSION_MIN = timedelta(minutes=5)
_FULL_DAY = timedelta(minutes=390)
_IDLE_BEFORE = timedelta(days=7)  # a start on a weekend or holiday waits for the first session


class ArgumentError(ValueError):
    """The command line asks for something that does not exist or does not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What the command line asks for.

    Attributes:
        keeper: keeps the state, if it is to outlive the process.
        until: up to when a gateway with a state plays before it serves; None to go on where it stood.
        resumes: there is a state already.
    """

    host: str
    port: int
    settings: Settings
    market: Market
    faults: Faults
    ledger: Path | None
    schedule: tuple[str, ...]
    control: int | None
    keeper: Keeper | None = None
    until: datetime | None = None
    resumes: bool = False


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage text."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with the message."""
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; use YYYY-MM-DD") from None


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no time; use YYYY-MM-DDTHH:MM (New York)") from None
    return (found if found.tzinfo else found.replace(tzinfo=NEW_YORK)).astimezone(UTC)


def _span(text: str) -> tuple[day_time, day_time]:
    opens, _, closes = text.partition("-")
    try:
        found = day_time.fromisoformat(opens), day_time.fromisoformat(closes)
    except ValueError:
        found = None
    if found is None or found[0] >= found[1]:
        raise argparse.ArgumentTypeError(f"'{text}' is no span of a day; use HH:MM-HH:MM, e.g. 09:30-16:00")
    return found


def _cash(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"'{text}' is no amount; use dollars, e.g. 1000000") from None
    if not found.is_finite() or found <= 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not more than 0 dollars")
    return found


def _account(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{1,3}\d{4,10}", text):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no account code; use letters and digits, e.g. DU1234567"
        )
    return text


def _clock(text: str) -> ClockMode:
    try:
        return parse_mode(text)
    except ClockError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m simulator", description="A paper IB Gateway on your own machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    world = parser.add_mutually_exclusive_group()
    world.add_argument("--history", type=Path, metavar="DIR", help="play real days from this data folder")
    world.add_argument(
        "--regime", metavar="NAME", help="generated days, default shock; see docs/simulator.md"
    )
    parser.add_argument("--from", dest="first", type=_day, metavar="DATE", help="first day of a history")
    parser.add_argument("--to", dest="last", type=_day, metavar="DATE", help="last day of a history")
    parser.add_argument(
        "--sessions", type=int, metavar="N", help=f"how many to generate, default {_SESSIONS}"
    )
    parser.add_argument(
        "--session",
        type=_span,
        metavar="OPEN-CLOSE",
        help="generated days only: the first day is a session with these New York hours, HH:MM[:SS]",
    )
    parser.add_argument(
        "--macro", type=Path, metavar="DIR", help="generated days only: write made-up macro figures there"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--clock",
        type=_clock,
        default=parse_mode("real"),
        metavar="real|scaled:X|stepped",
        help="default real; stepped stands still until the stepping client asks the time",
    )
    parser.add_argument("--start", type=_instant, metavar="TIME", help="game time at the start")
    parser.add_argument("--account", type=_account, default="DU1234567")
    parser.add_argument("--cash", type=_cash, default=Decimal(1_000_000))
    parser.add_argument("--step-client", type=int, metavar="ID", help="whose time requests step the clock")
    parser.add_argument("--step-s", type=int, default=60, help="seconds between instants of a session")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="write the gateway's own record here")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="keep ids, orders and account here over restarts"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[@N|@HH:MM]")
    parser.add_argument("--faults", type=int, metavar="SEED", help="a random schedule of faults")
    parser.add_argument("--control", type=int, metavar="PORT", help="take commands on this loopback port")
    add_switches(parser)
    return parser


def parse(values: list[str] | None = None) -> Arguments:
    """Read the command line, build its market, and write the macro figures that are asked for.

    Args:
        values: the arguments; None for those of the process.

    Raises:
        ArgumentError: values that do not fit together.
        FaultError: an unknown fault.
        MarketDataError: the market cannot be built.
        OSError: a macro file cannot be written.
        StateError: the state cannot be used.
    """
    found = _parser().parse_args(sys.argv[1:] if values is None else values)
    _check_numbers(found)
    schedule = [] if found.faults is None else random_schedule(found.faults)
    faults = Faults([*found.fault, *schedule])
    start = found.start
    from_now_on = start is None and found.history is None and found.clock.speed is not None
    if from_now_on:
        start = datetime.now(UTC)
    state = open_state(
        found, found.regime or _REGIME, _SESSIONS if found.sessions is None else found.sessions
    )
    begin = _GENERATED_FROM if start is None else new_york_day(start)
    if state is not None:
        begin = state.begin(begin)
    special = _special_session(found, begin)
    market = _market(found, begin, special)
    if from_now_on:
        start = datetime.now(UTC)  # making the market took seconds, and this clock is to be the wall's
    elif start is None and found.clock.speed is not None and (state is None or state.head is None):
        start = market.sessions[0].open  # a running clock begins where there is something to see
    _check_start(start, market)
    made_at, until = (start, None) if state is None else state.resume(start)
    return Arguments(
        host=found.host,
        port=found.port,
        settings=_settings(found, made_at, special),
        market=market,
        faults=faults,
        ledger=found.ledger,
        schedule=(*found.fault, *schedule),
        control=found.control,
        keeper=None if state is None else state.keeper(begin),
        until=until,
        resumes=state is not None and state.head is not None,
    )


def _settings(found: argparse.Namespace, made_at: datetime | None, special: Session | None) -> Settings:
    return Settings(
        account=found.account,
        cash=found.cash,
        seed=found.seed,
        clock=found.clock,
        start=made_at,
        step_s=found.step_s,
        step_client=found.step_client,
        switches=read_switches(found),
        special_session=special,
    )


def _check_start(start: datetime | None, market: Market) -> None:
    first, last = market.sessions[0].day, market.sessions[-1].day
    if start is not None and not first - _IDLE_BEFORE <= new_york_day(start) <= last:
        raise ArgumentError(f"--start {start.isoformat()}: not within the played days {first} to {last}")


def _check_numbers(found: argparse.Namespace) -> None:
    if not 0 <= found.port <= 65535:
        raise ArgumentError(f"--port {found.port}: not a port; use 0 to 65535")
    if not 1 <= found.step_s <= 3600:
        raise ArgumentError(f"--step-s {found.step_s}: use 1 to 3600 seconds")
    if found.control is not None and not 0 <= found.control <= 65535:
        raise ArgumentError(f"--control {found.control}: not a port; use 0 to 65535")


def _special_session(found: argparse.Namespace, day: date) -> Session | None:
    """Return the first day's session if its hours are given."""
    if found.session is None:
        return None
    if found.history is not None:
        raise ArgumentError("--session: only for generated days; recorded days have their own hours")
    opens, closes = (datetime.combine(day, at, NEW_YORK).astimezone(UTC) for at in found.session)
    if closes - opens < _SESSION_MIN:
        raise ArgumentError(f"--session: {closes - opens} is too short; give it at least {_SESSION_MIN}")
    return Session(day=day, open=opens, close=closes, half_day=closes - opens < _FULL_DAY)


def _market(found: argparse.Namespace, begin: date, special: Session | None) -> Market:
    if found.history is not None:
        if found.macro is not None:
            raise ArgumentError("--macro: only for generated days; real ones have real macro figures")
        if found.sessions is not None:
            raise ArgumentError("--sessions: only for generated days; choose real ones with --from and --to")
        first, last = found.first or _HISTORY_FROM, found.last or _HISTORY_TO
        return open_history(found.history, first, last, found.seed)
    if found.first is not None or found.last is not None:
        raise ArgumentError("--from and --to: only for real days; name their folder with --history")
    sessions = _SESSIONS if found.sessions is None else found.sessions
    regime = found.regime or _REGIME
    market = generate(regime, begin, sessions, found.seed, special)
    if found.macro is not None:
        write_macro(found.macro, market, regime, found.seed)
    return market
