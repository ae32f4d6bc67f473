"""The whole examination, in the order in which things depend on each other."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from daemon.broker.ib.probe import probe
from daemon.broker.probe_report import ProbeReport
from daemon.doctor import gateway, host
from daemon.doctor.calendar import calendar
from daemon.doctor.check import Check, fail, lines, ok
from daemon.doctor.macro import macro
from daemon.doctor.quotes import quotes
from daemon.doctor.store import store
from daemon.errors import ConfigError, ExitCode
from daemon.handover import broker_settings
from daemon.hours import sessions_around
from daemon.settings import Settings, load
from strategies.core.instruments import AD_NYSE, VXX, XSP, Instrument

_TICKS_WITHIN_S = 10.0
_TICKS_WITHIN_CLOSED_S = 3.0


async def examine(settings_file: Path, *, as_json: bool) -> ExitCode:
    """Make every check, print a line each (or one JSON object); 1 if any fails."""
    checks = await _checks(settings_file)
    well = all(check.outcome != "fail" for check in checks)
    if as_json:
        sys.stdout.write(msgspec.json.encode({"ok": well, "checks": checks}).decode() + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(checks))
    return ExitCode.OK if well else ExitCode.ERROR


async def _checks(settings_file: Path) -> list[Check]:
    try:
        settings = load(settings_file)
    except ConfigError as error:
        found = "; ".join(error.message.splitlines())
        return [fail("settings", found, "correct them; nothing else was checked")]
    return [
        ok("settings", f"{settings_file} holds"),
        host.folder("state_dir", settings.state_path),
        host.folder("audit.dir", settings.audit_path),
        host.disk(settings.state_path),
        await store(settings),
        await macro(settings),
        *await _gateway(settings),
    ]


async def _gateway(settings: Settings) -> list[Check]:
    play = settings.clock.source == "gateway"
    # In play nobody may ask for the time, so that silence is never held against the gateway.
    session_open = not play and _in_session(settings, datetime.now(UTC))
    within_s = _TICKS_WITHIN_S if session_open else _TICKS_WITHIN_CLOSED_S
    report: ProbeReport = await probe(
        broker_settings(settings), ticks_within_s=within_s, extras=_extras(settings)
    )
    return [
        gateway.login(report, settings),
        gateway.account(report),
        gateway.clock(report, play=play),
        *quotes(report, session_open=session_open, within_s=within_s),
        calendar(report, settings.schedule.session_overrides),
    ]


def _extras(settings: Settings) -> list[Instrument]:
    """Return what is quoted by these settings only."""
    wanted = (
        (AD_NYSE, settings.breadth.enabled),
        (VXX, settings.second.enabled and settings.second.instrument == "VXX"),
        (XSP, settings.breach.enabled and settings.breach.use_xsp),
    )
    return [instrument for instrument, used in wanted if used]


def _in_session(settings: Settings, now: datetime) -> bool:
    sessions = sessions_around(now, settings.schedule.session_overrides)
    return any(session.open <= now < session.close for session in sessions)
