"""Checks of market data: entitled, ticking, live; and which subscription is missing."""

from collections.abc import Sequence

from daemon.broker.probe_report import ProbeReport, Ticking
from daemon.doctor.check import Check, fail, ok, skip

_COMPETING = 10197
_REFUSED = {
    101: "too many quotes are subscribed",
    200: "the broker does not know the contract",
    354: "not subscribed",
    10089: "not subscribed",
    10090: "part of it is not subscribed",
    10167: "not subscribed, delayed data is shown",
    10168: "not subscribed, delayed data is not enabled",
    _COMPETING: "another session uses the data",
}
"""What IBKR's message codes page says of each, in short."""

_SUBSCRIPTIONS = {
    "SPX": "Cboe Streaming Market Indexes",
    "VIX": "Cboe Streaming Market Indexes",
    "VX future": "CFE Enhanced (Cboe Futures Exchange)",
    "VIX option": "OPRA (US Options Exchanges)",
    "SPX option": "OPRA (US Options Exchanges)",
}
_FURTHER = {
    "AD-NYSE": "NYSE (Network A), or set breadth.enabled = false: the A/D trend is unavailable then",
    "VXX": 'Cboe BZX (Network B), or set second.instrument = "VIX"',
    "XSP option": "OPRA (US Options Exchanges), or set breach.use_xsp = false",
}
"""Of what only some settings use: the subscription, or how to do without."""
_LIVE, _FROZEN = 1, 2


def quotes(report: ProbeReport, *, session_open: bool, within_s: float) -> list[Check]:
    """Return a check an instrument, and one of whether the data is live.

    Args:
        report: the look at the gateway.
        session_open: whether silence is a fault.
        within_s: how long quotes were waited for.
    """
    if not report.ticking:
        names = (*(f"{name} quotes" for name in _SUBSCRIPTIONS), "live data")
        return [skip(name, "no session with the gateway") for name in names]
    checks = [_ticks(found, session_open=session_open, within_s=within_s) for found in report.ticking]
    return [*checks, _live(report.ticking)]


def _ticks(found: Ticking, *, session_open: bool, within_s: float) -> Check:
    name = f"{found.name} quotes"
    if found.missing:
        return fail(name, f"nothing to quote: {found.missing}", "look at the gateway and its permissions")
    refusal = next(((code, text) for code, text in found.refusals if code in _REFUSED), None)
    if refusal is not None:
        code, text = refusal
        return fail(name, f"{found.instrument}: {_REFUSED[code]} ({code} {text})", _advice(found.name, code))
    if found.ticked:
        return ok(name, f"{found.instrument} ticks")
    if not session_open:
        return skip(name, "session closed, and no quote came")
    return fail(
        name,
        f"{found.instrument}: no quote within {within_s:g} s of an open session",
        f"look at the gateway's data connections; the subscription is {_subscription(found.name)}",
    )


def _subscription(name: str) -> str:
    return _SUBSCRIPTIONS.get(name) or _FURTHER[name]


def _advice(name: str, code: int) -> str:
    if code == _COMPETING:
        return "log out the other session (TWS, mobile, web) that uses this user's data"
    if code in {101, 200}:
        return "end other clients of this gateway" if code == 101 else "update the gateway"
    return (
        f"subscribe to {_subscription(name)} in the client portal, and share the live account's data with "
        "the paper account"
    )


def _live(ticking: Sequence[Ticking]) -> Check:
    """Delayed data must never decide; frozen is what live data is while the market is closed."""
    ticked = [found for found in ticking if found.ticked]
    if not ticked:
        return skip("live data", "nothing ticks")
    delayed = [found.instrument for found in ticked if found.data_type not in {_LIVE, _FROZEN}]
    if delayed:
        return fail(
            "live data",
            f"delayed: {', '.join(delayed)}",
            "set ib.market_data_type = 1 and subscribe to the live data",
        )
    return ok("live data", "what ticks is live")
