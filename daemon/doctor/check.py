"""What a check is, and how it is told."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at: what was found, and what to do where it fails."""

    name: str
    outcome: Literal["ok", "fail", "skip"]
    found: str
    advice: str = ""


def ok(name: str, found: str) -> Check:
    """Return a check that holds."""
    return Check(name=name, outcome="ok", found=found)


def fail(name: str, found: str, advice: str) -> Check:
    """Return a check that does not hold."""
    return Check(name=name, outcome="fail", found=found, advice=advice)


def skip(name: str, why: str) -> Check:
    """Return a check that could not be made; that is no fault."""
    return Check(name=name, outcome="skip", found=why)


def lines(checks: Iterable[Check]) -> list[str]:
    """Return a line a check."""
    return [
        f"{check.outcome:<4}  {check.name}: {check.found}" + (f" -> {check.advice}" if check.advice else "")
        for check in checks
    ]
