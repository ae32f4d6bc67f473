"""Counting what every rule was asked and said, per year, from the records of a replay.

A rule counts once a session and subject (a condor, a layer, a plan, the book), however often it is looked at
in it. It **fired** if it said `fire`, or, being a gate, `pass`; it **refused** if it said `refuse` or
`unavailable`; both can happen in one session. What only held (`hold`) is looked at and nothing else. A
modifier fires where its condition holds, an automatic halt where it stops trading. Beside the rules stand the
decisions that they lead to, under the decision's own name (`first_engine`, `peel`, ...): fired where they
planned or ordered something; and the signals of each final bar, as `signal NAME`: fired where they are true
or have a value, refused where they are unavailable.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from strategies.core.events import AnyEvent
from strategies.core.mode import Cause
from strategies.core.option_model import new_york_day
from strategies.core.records import AnyRecord, BarClosed, Decision, ModeChanged, Verdict

SIGNALS = (
    "expanding",
    "hidden_bullish",
    "macd_bearish",
    "macd_bullish",
    "steepening",
    "pe_elevated",
    "ad_trend",
    "realised_vol",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MODIFIERS = frozenset({"beta_tilt", "breadth", "flow", "reit", "theta_press"})
_ACTS = frozenset({"planned", "ordered", "proposed"})
_REFUSES = frozenset({"refused", "gave up", "lapsed"})
_SAYS_NO = frozenset({"refuse", "unavailable"})
_SAYS_YES = frozenset({"fire", "pass"})


@dataclass(slots=True)
class Count:
    """What one rule did in one year, or in all of them."""

    looked_at: int = 0
    fired: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        """Add another count to this one."""
        self.looked_at += other.looked_at
        self.fired += other.fired
        self.refused += other.refused
        self.reasons.update(other.reasons)

    @property
    def why(self) -> str:
        """The most frequent reason to refuse, the first in the alphabet of several; empty without one."""
        ranked = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        return ranked[0][0] if ranked else ""


class Tally:
    """Grows with every event's records; an observer of a replay."""

    def __init__(self) -> None:
        self.years: dict[str, dict[int, Count]] = {}
        self.first_fired: dict[str, date] = {}
        self._day: date | None = None
        self._said: set[tuple[str, str, str]] = set()

    def observe(self, event: AnyEvent, records: Sequence[AnyRecord]) -> None:
        """Count the decisions among an event's records."""
        for record in records:
            day = new_york_day(event.time)
            if day != self._day:
                self._day = day
                self._said.clear()
            if isinstance(record, Decision):
                self._decision(record, day)
            elif isinstance(record, BarClosed):
                self._signals(record)
            elif isinstance(record, ModeChanged) and record.cause is not Cause.OPERATOR:
                self._count(f"halt_{record.cause}", "", day, fired=True, refused=False, reasons=())

    def totals(self) -> dict[str, Count]:
        """Return each rule's count over all years, by name."""
        found: dict[str, Count] = {}
        for name in sorted(self.years):
            found[name] = Count()
            for count in self.years[name].values():
                found[name].add(count)
        return found

    def _decision(self, record: Decision, day: date) -> None:
        name = record.subject.partition(":")[0]
        fired, refused = record.outcome in _ACTS, record.outcome in _REFUSES
        reasons = [v.reason for v in record.rules if v.verdict in _SAYS_NO] if refused else []
        self._count(name, record.subject, day, fired=fired, refused=refused, reasons=reasons)
        for verdict in record.rules:
            self._verdict(verdict, record.subject, day)

    def _signals(self, bar: BarClosed) -> None:
        for name in SIGNALS:
            value, why = getattr(bar, name), bar.unavailable.get(name, "")
            reasons = [why] if why else []
            self._count(
                f"signal {name}", "", bar.session, fired=bool(value), refused=bool(why), reasons=reasons
            )

    def _verdict(self, verdict: Verdict, subject: str, day: date) -> None:
        refused = verdict.verdict in _SAYS_NO
        reasons = [verdict.reason] if refused else []
        self._count(verdict.rule, subject, day, fired=_has_fired(verdict), refused=refused, reasons=reasons)

    def _count(
        self, name: str, subject: str, day: date, *, fired: bool, refused: bool, reasons: Sequence[str]
    ) -> None:
        count = self.years.setdefault(name, {}).setdefault(day.year, Count())
        count.looked_at += self._is_new(name, subject, "looked at")
        if fired:
            count.fired += self._is_new(name, subject, "fired")
            self.first_fired.setdefault(name, day)
        if refused:
            count.refused += self._is_new(name, subject, "refused")
        for reason in sorted({_common(reason) for reason in reasons}):
            count.reasons[reason] += self._is_new(name, subject, f"because {reason}")

    def _is_new(self, name: str, subject: str, said: str) -> bool:
        """Whether this is the first time in the session."""
        key = (name, subject, said)
        if key in self._said:
            return False
        self._said.add(key)
        return True


def _common(reason: str) -> str:
    """Return a reason without its days and remarks, so that the same ones are counted together."""
    return _DAY.sub("(day)", reason.partition("; ")[0])


def _has_fired(verdict: Verdict) -> bool:
    if verdict.rule in MODIFIERS:  # it passes where it leaves the size alone
        return verdict.verdict == "fire"
    return verdict.verdict in _SAYS_YES
