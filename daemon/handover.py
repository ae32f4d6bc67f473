"""What each part is told of the settings: the core its rules, the broker and the schedule their own."""

import platform
from datetime import datetime, time

import msgspec
import structlog

from daemon.broker.port import BrokerSettings
from daemon.macro.fred_access import FredAccess
from daemon.schedule import ScheduleSettings
from daemon.settings import Settings
from daemon.version import VERSION
from daemon.windows import Window, windows
from strategies.alvh.strategy import ORDER_REF_PREFIX
from strategies.core.events import Lifecycle, Phase
from strategies.core.rules import Rules, rules_hash

_log = structlog.get_logger(__name__)

# Settings that say where things are, not what is done: they are told to the operational log, so that the same
# play gives the same audit files, byte for byte, wherever it is run.
_PLACES = ("state_dir", "ib.host", "ib.port", "redis.url", "audit.dir", "macro.folder")


def rules_of(settings: Settings) -> Rules:
    """Return the part of the settings that decisions depend on; both sides use the same names."""
    return msgspec.convert(settings, Rules, from_attributes=True)


def broker_settings(settings: Settings) -> BrokerSettings:
    """Return the part of the settings that the broker adapter needs."""
    ib = settings.ib
    return BrokerSettings(
        host=ib.host,
        port=ib.port,
        client_id=ib.client_id,
        order_ref_prefix=ORDER_REF_PREFIX,
        account=ib.account,
        paper_prefixes=tuple(ib.paper_prefixes),
        connect_timeout_s=ib.connect_timeout_s,
        request_timeout_s=ib.request_timeout_s,
        reconnect_delay_min_s=ib.reconnect_delay_min_s,
        reconnect_delay_max_s=ib.reconnect_delay_max_s,
        probe_after_idle_s=ib.probe_after_idle_s,
        probe_timeout_s=ib.probe_timeout_s,
        market_data_type=ib.market_data_type,
        play=settings.clock.source == "gateway",
    )


def fred_access(settings: Settings) -> FredAccess | None:
    """Return how FRED is asked; None without a key, and in play, whose time is not the time of the web."""
    fred, key = settings.fred, settings.fred.api_key.get_secret_value()
    if not key or settings.clock.source == "gateway":
        return None
    return FredAccess(
        url=fred.url.rstrip("/"),
        api_key=key,
        timeout_s=fred.timeout_s,
        requests_per_minute=fred.requests_per_minute,
        attempts_max=fred.attempts_max,
        retry_delay_s=fred.retry_delay_s,
    )


def schedule_settings(settings: Settings) -> ScheduleSettings:
    """Return the schedule's distances."""
    schedule = settings.schedule
    return ScheduleSettings(
        prep_before_open_s=schedule.prep_before_open_s,
        act_after_open_s=schedule.act_after_open_s,
        finalise_after_close_s=schedule.finalise_after_close_s,
        summary_after_close_s=schedule.summary_after_close_s,
        misfire_grace_s=schedule.misfire_grace_s,
        heartbeat_s=settings.loop.heartbeat_s,
    )


def windows_of(settings: Settings) -> tuple[Window, ...]:
    """Return the windows in which the gateway is known to be away."""
    found = settings.windows
    return windows(
        (time.fromisoformat(found.restart_at), found.restart_s),
        (time.fromisoformat(found.reset_at), found.reset_s),
        (time.fromisoformat(found.log_in_at), found.log_in_s),
    )


def started(settings: Settings, now: datetime) -> Lifecycle:
    """Return the event that starts the daemon, with the rules in force; tell the log where things are."""
    rules = rules_of(settings)
    described = settings.describe()
    flat = {
        key: value if isinstance(value, str | int | float | bool) or value is None else str(value)
        for key, value in described.items()
        if key not in _PLACES
    }
    _log.info(
        "started", python=platform.python_version(), version=VERSION, **{k: described[k] for k in _PLACES}
    )
    return Lifecycle(
        time=now,
        phase=Phase.STARTED,
        rules=rules,
        rules_hash=rules_hash(rules),
        code_version=VERSION,
        settings=flat,
    )
