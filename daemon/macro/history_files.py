"""The files of a folder of real data as series: which column, which unit, and from when each figure is used.

Such files carry no release times and hold what the figures were revised to. Each lag here is therefore set,
not published, and rather too long than too short; what a revision changed later remains a look ahead that no
lag can remove. docs/macro.md has the table.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from daemon.errors import ConfigError
from daemon.hours import NEW_YORK
from daemon.macro.periods import add_months
from strategies.core.macro import Series


class Row(NamedTuple):
    """One line of a file that becomes a figure."""

    period: date
    released: datetime
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """Where a series comes from.

    Args:
        series: the series.
        file: name in the data folder, without `.csv`.
        columns: what is read beside `date`.
        figures: period and value of each figure, from the lines' days and numbers, oldest first.
        released: from when a period's figure is used.
        lag: the same in words.
    """

    series: Series
    file: str
    columns: tuple[str, ...]
    figures: Callable[[Sequence["Line"]], list[tuple[date, float | None]]]
    released: Callable[[date], datetime]
    lag: str

    def rows(self, folder: Path) -> list[Row]:
        """Read the file.

        Raises:
            ConfigError: it cannot be read, or a line of it is wrong.
        """
        lines = _lines(folder / f"{self.file}.csv", self.columns)
        return [Row(period, self.released(period), value) for period, value in self.figures(lines)]


class Line(NamedTuple):
    """A line's day and its numbers, in the order of the columns asked for."""

    day: date
    numbers: tuple[float, ...]


def _lines(path: Path, columns: Sequence[str]) -> list[Line]:
    try:
        with path.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            missing = [name for name in ("date", *columns) if name not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(f"{path} line 1: column {missing[0]!r} is missing")
            return [_line(path, number, row, columns) for number, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _line(path: Path, number: int, row: Mapping[str, str | None], columns: Sequence[str]) -> Line:
    try:
        day = date.fromisoformat(row["date"] or "")
    except ValueError:
        raise ConfigError(f"{path} line {number}: date = {row['date']!r}: must be a day") from None
    return Line(day, tuple(_number(path, number, name, row[name]) for name in columns))


def _number(path: Path, line: int, column: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ConfigError(f"{path} line {line}: {column} = {text!r}: must be a number")
    return value


def _levels(lines: Sequence[Line]) -> list[tuple[date, float | None]]:
    return [(line.day, line.numbers[0]) for line in lines]


def _growth(lines: Sequence[Line]) -> list[tuple[date, float | None]]:
    """Real GDP against the quarter a year before, percent, from chained levels."""
    levels = {line.day: line.numbers[0] for line in lines}
    years = ((day, levels.get(add_months(day, -12)), level) for day, level in levels.items())
    return [(day, round(100.0 * (level / before - 1.0), 4)) for day, before, level in years if before]


def _price_over_lagged_earnings(lines: Sequence[Line]) -> list[tuple[date, float | None]]:
    """The month's price over the earnings of three months before: by then those are reported."""
    earnings = {line.day: line.numbers[1] for line in lines}
    pairs = ((line.day, line.numbers[0], earnings.get(add_months(line.day, -3))) for line in lines)
    return [(day, round(price / earned, 4)) for day, price, earned in pairs if earned]


def _scheduled_meetings(lines: Sequence[Line]) -> list[tuple[date, float | None]]:
    """Nobody expected an unscheduled meeting, and what was expected of the others is not in the file."""
    return [(line.day, None) for line in lines if not line.numbers[0]]


def _second_weekday(day: date) -> datetime:
    for _ in range(2):
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    return _new_york(day, time(9))


# Releases that the shutdowns of October 2013 and of January 2019 put off beyond the usual lag.
_PUT_OFF = {
    (Series.CPI, date(2013, 9, 1)): date(2013, 10, 30),
    (Series.PPI, date(2013, 9, 1)): date(2013, 10, 29),
    (Series.GDP_GROWTH, date(2013, 7, 1)): date(2013, 11, 7),
    (Series.GDP_GROWTH, date(2018, 10, 1)): date(2019, 2, 28),
}


def _later(series: Series, months: int, day_of_month: int) -> Callable[[date], datetime]:
    """Return a lag: so many months after the period's first, on a day of that month at 08:30."""

    def released(period: date) -> datetime:
        usual = add_months(period, months).replace(day=day_of_month)
        return _new_york(_PUT_OFF.get((series, period), usual), time(8, 30))

    return released


def _same_day(clock: time) -> Callable[[date], datetime]:
    return lambda day: _new_york(day, clock)


def _year_ahead(meeting: date) -> datetime:
    return _new_york(date(meeting.year - 1, 12, 1), time(9))


def _new_york(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, NEW_YORK)


HISTORY_FILES = (
    HistoryFile(
        series=Series.FED_FUNDS,
        file="fed_funds_effective_daily_DFF",
        columns=("dff",),
        figures=_levels,
        released=_second_weekday,
        lag="second weekday after, 09:00",
    ),
    HistoryFile(
        series=Series.FOMC,
        file="fomc_dates_and_surprises",
        columns=("unscheduled",),
        figures=_scheduled_meetings,
        released=_year_ahead,
        lag="1 December of the year before, 09:00; scheduled meetings only, without expectation",
    ),
    HistoryFile(
        series=Series.CPI,
        file="cpi_nsa_monthly",
        columns=("cpi_nsa",),
        figures=_levels,
        released=_later(Series.CPI, 1, 21),
        lag="21st of the next month, 08:30",
    ),
    HistoryFile(
        series=Series.PPI,
        file="ppi_ppiaco_monthly",
        columns=("ppiaco",),
        figures=_levels,
        released=_later(Series.PPI, 1, 27),
        lag="27th of the next month, 08:30",
    ),
    HistoryFile(
        series=Series.REER,
        file="reer_rbusbis_monthly",
        columns=("reer_rbusbis",),
        figures=_levels,
        released=_later(Series.REER, 2, 1),
        lag="1st of the second month after, 08:30",
    ),
    HistoryFile(
        series=Series.GDP_GROWTH,
        file="gdp_quarterly",
        columns=("level-chained",),
        figures=_growth,
        released=_later(Series.GDP_GROWTH, 4, 1),
        lag="one month after the quarter, on the 1st, 08:30; computed from chained levels",
    ),
    HistoryFile(
        series=Series.PE,
        file="shiller_pe_monthly",
        columns=("sp500", "earnings"),
        figures=_price_over_lagged_earnings,
        released=_later(Series.PE, 1, 1),
        lag="1st of the next month, 08:30; the month's price over the earnings of three months before",
    ),
    HistoryFile(
        series=Series.SP500_CAP,
        file="spx_daily",
        columns=("close",),
        figures=_levels,
        released=_same_day(time(16, 30)),
        lag="the same day, 16:30",
    ),
    HistoryFile(
        series=Series.SPX_RV5M,
        file="spx_realized_var5m_daily",
        columns=("rv5",),
        figures=_levels,
        released=_same_day(time(18)),
        lag="the same day, 18:00",
    ),
)
"""The data folder lacks the other series: IPO count, P/CF, REIT volatility, the equal-weighted index."""
