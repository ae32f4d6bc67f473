"""Checks of the gateway, from one look at it."""

from daemon.broker.probe_report import ProbeReport
from daemon.doctor.check import Check, fail, ok, skip
from daemon.settings import Settings

SKEW_MAX_S = 2.0
"""The gateway tells its time in whole seconds."""


def login(report: ProbeReport, settings: Settings) -> Check:
    """Check that the gateway lets us in."""
    if report.login_error:
        return fail(
            "gateway login",
            report.login_error,
            "log the paper gateway in, enable its API (socket clients, this machine trusted)",
        )
    ib = settings.ib
    return ok(
        "gateway login",
        f"{ib.host}:{ib.port} lets us in (server version {report.server_version}, client id "
        f"{report.client_id})",
    )


def account(report: ProbeReport) -> Check:
    """Check that the account is a paper account, and the one of the settings."""
    if report.login_error:
        return skip("paper account", "no session with the gateway")
    if report.account_error:
        return fail("paper account", report.account_error, "nothing else was asked of this gateway")
    return ok("paper account", f"{report.account} is a paper account")


def clock(report: ProbeReport, *, play: bool) -> Check:
    """Check the system's clock against the gateway's."""
    if play:
        return skip("clock", "in play the gateway's clock is the clock")
    if report.time_error:
        return fail("clock", report.time_error, "look at the gateway: it does not tell its time")
    if report.gateway_time is None or report.system_time is None:
        return skip("clock", "no session with the gateway")
    ahead_s = (report.system_time - report.gateway_time).total_seconds()
    found = f"the system is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} the gateway"
    if abs(ahead_s) > SKEW_MAX_S:
        return fail("clock", found, f"let NTP set both; at most {SKEW_MAX_S:g} s is good")
    return ok("clock", found)
