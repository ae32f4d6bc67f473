"""What condors and hedge made, at modelled values, year by year."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from research.broker import Broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The book after one session, USD since the replay began.

    Attributes:
        day: the session.
        condors_usd: result of the condors, open ones at modelled values.
        hedge_usd: the same of the hedge.
        premium_usd: what was paid for hedge contracts so far, commissions left out.
        commission_usd: all commissions so far.
    """

    day: date
    condors_usd: Decimal
    hedge_usd: Decimal
    premium_usd: Decimal
    commission_usd: Decimal

    @property
    def both_usd(self) -> Decimal:
        """Condors and hedge together."""
        return self.condors_usd + self.hedge_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class YearResult:
    """One year, or the whole replay; USD. A drawdown is the largest fall from a high of the same period."""

    condors_usd: Decimal
    hedge_usd: Decimal
    premium_usd: Decimal
    commission_usd: Decimal
    drawdown_condors_usd: Decimal
    drawdown_both_usd: Decimal


class Results:
    """Grows with every session; told by a replay when a day is over."""

    def __init__(self) -> None:
        self.closes: list[Close] = []

    def end_of_day(self, day: date, broker: Broker) -> None:
        """Take the book's values after a session."""
        condors, hedge = broker.account.condors, broker.account.hedge
        self.closes.append(
            Close(
                day=day,
                condors_usd=condors.value_usd(broker.quoting),
                hedge_usd=hedge.value_usd(broker.quoting),
                premium_usd=hedge.paid_usd,
                commission_usd=condors.commission_usd + hedge.commission_usd,
            )
        )

    def years(self) -> dict[int, YearResult]:
        """Return the result of each year."""
        found: dict[int, list[Close]] = {}
        for close in self.closes:
            found.setdefault(close.day.year, []).append(close)
        before = _NOTHING
        results = {}
        for year, closes in found.items():
            results[year] = _result(before, closes)
            before = closes[-1]
        return results

    def total(self) -> YearResult:
        """Return the result of the whole replay."""
        return _result(_NOTHING, self.closes)


_NOTHING = Close(
    day=date.min,
    condors_usd=Decimal(0),
    hedge_usd=Decimal(0),
    premium_usd=Decimal(0),
    commission_usd=Decimal(0),
)


def _result(before: Close, closes: list[Close]) -> YearResult:
    last = closes[-1] if closes else before
    path = [before, *closes]
    return YearResult(
        condors_usd=last.condors_usd - before.condors_usd,
        hedge_usd=last.hedge_usd - before.hedge_usd,
        premium_usd=last.premium_usd - before.premium_usd,
        commission_usd=last.commission_usd - before.commission_usd,
        drawdown_condors_usd=_drawdown([close.condors_usd for close in path]),
        drawdown_both_usd=_drawdown([close.both_usd for close in path]),
    )


def _drawdown(levels: list[Decimal]) -> Decimal:
    high, worst = levels[0], Decimal(0)
    for level in levels:
        high = max(high, level)
        worst = max(worst, high - level)
    return worst
