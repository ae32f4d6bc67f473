"""What the rules read of macro facts: the released, nothing too old; what is refused is on record."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.alvh.strategy import step
from strategies.core import macro
from strategies.core.events import AnyEvent, Macro
from strategies.core.macro import MacroFact, Point, Series, Unavailable
from strategies.core.macro_facts import DAYS_KEPT, THINNED_MONTHS, Points, fold
from strategies.core.records import MacroRefused
from strategies.core.state import State, decode_state, encode_state
from strategies.core.turn import Turn

NOW = datetime(2018, 3, 20, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def turn_with(*facts: MacroFact, now: datetime = NOW) -> Turn:
    """Return a turn of a state that has folded these facts, by events at their releases."""
    state = State()
    for seq, fact in enumerate(sorted(facts, key=lambda fact: fact.released), start=1):
        state, _ = step(state, Macro(time=fact.released, facts=(fact,)), seq)
    return Turn(state, now)


def fact(series: Series, period: date, value: float | None, days_ago: float = 1) -> MacroFact:
    """Return a fact released so many days before NOW."""
    return MacroFact(series, period, NOW - days_ago * DAY, value)


def test_the_newest_period_is_read() -> None:
    """Order of arrival does not matter."""
    turn = turn_with(
        fact(Series.CPI, date(2018, 2, 1), 249.0, 1), fact(Series.CPI, date(2018, 1, 1), 248.0, 0)
    )
    assert macro.latest(turn, Series.CPI) == 249.0


def test_a_figure_that_is_too_old_has_no_value_but_a_reason() -> None:
    """Never the last value: the reason names series, age and limit."""
    turn = turn_with(fact(Series.FED_FUNDS, date(2018, 3, 1), 1.42, 10.5))
    assert macro.latest(turn, Series.FED_FUNDS) == Unavailable(
        "fed_funds of 2018-03-01 was released 10 days ago, macro.fed_funds_days is 10"
    )
    assert macro.points(turn, Series.FED_FUNDS)[0].value == 1.42


def test_an_unknown_series_has_no_value() -> None:
    """Never 0."""
    assert macro.latest(turn_with(), Series.PE) == Unavailable("pe: nothing is known")
    assert macro.points(turn_with(), Series.PE) == ()


def test_a_newest_figure_without_value_does_not_fall_back() -> None:
    """A release that says nothing is not answered with the one before."""
    turn = turn_with(fact(Series.PE, date(2018, 1, 1), 24.0, 30), fact(Series.PE, date(2018, 2, 1), None, 1))
    assert macro.latest(turn, Series.PE) == Unavailable("pe of 2018-02-01 has no value")


def test_an_unreleased_fact_is_ignored_and_recorded() -> None:
    """An adapter that looks ahead is found out, and nothing it said counts."""
    early = fact(Series.CPI, date(2018, 3, 1), 251.0, -0.5)
    state, outcome = step(State(), Macro(time=NOW, facts=(early,)), 1)
    assert state.macro == {}
    assert outcome.records == (MacroRefused(time=NOW, fact=early, reason="it is not released yet"),)


def test_two_values_of_one_release_are_recorded() -> None:
    """The first one stands; a source that contradicts itself is named."""
    first = fact(Series.CPI, date(2018, 2, 1), 249.0)
    other = fact(Series.CPI, date(2018, 2, 1), 250.0)
    state, outcome = step(State(), Macro(time=NOW, facts=(first, other)), 1)
    assert macro.latest(Turn(state, NOW), Series.CPI) == 249.0
    assert [r.reason for r in outcome.records if isinstance(r, MacroRefused)] == [
        "another value of the same release is known"
    ]


def test_a_revision_counts_from_its_own_release() -> None:
    """Until then the first value is what everybody knew."""
    first, revised = (
        fact(Series.GDP_GROWTH, date(2017, 10, 1), 2.5, 20),
        fact(Series.GDP_GROWTH, date(2017, 10, 1), 2.6, 5),
    )
    assert macro.latest(turn_with(first, now=NOW - 10 * DAY), Series.GDP_GROWTH) == 2.5
    assert macro.latest(turn_with(revised, first), Series.GDP_GROWTH) == 2.6


def test_year_on_year_compares_with_the_same_month() -> None:
    """Percent; a year before is the same month, not twelve points back."""
    turn = turn_with(
        fact(Series.CPI, date(2017, 2, 1), 240.0, 390),
        fact(Series.CPI, date(2017, 4, 1), 241.0, 330),
        fact(Series.CPI, date(2018, 2, 1), 246.0, 5),
    )
    assert macro.year_on_year(turn, Series.CPI) == pytest.approx(2.5)


def test_year_on_year_needs_both_years() -> None:
    """Without the year before, or with a newest figure too old, there is none."""
    lone = turn_with(fact(Series.CPI, date(2018, 2, 1), 246.0))
    assert macro.year_on_year(lone, Series.CPI) == Unavailable("cpi: no value a year before 2018-02-01")
    assert isinstance(macro.year_on_year(turn_with(), Series.CPI), Unavailable)


@pytest.mark.parametrize(("hour", "meeting"), [(17, date(2018, 3, 21)), (18, date(2018, 5, 2))])
def test_a_meeting_is_ahead_until_its_decision(hour: int, meeting: date) -> None:
    """Its decision is out at 14:00 in New York, 18:00 UTC in March."""
    turn = turn_with(
        fact(Series.FOMC, date(2018, 1, 31), 0.0, 50),
        fact(Series.FOMC, date(2018, 3, 21), 0.25, 5),
        fact(Series.FOMC, date(2018, 5, 2), None, 5),
        now=datetime(2018, 3, 21, hour, tzinfo=UTC),
    )
    found = macro.next_meeting(turn)
    assert isinstance(found, Point)
    assert found.period == meeting


def test_an_old_expectation_leaves_the_meeting_without_value() -> None:
    """The day of a meeting is published a year ahead; what was expected then is no expectation now."""
    turn = turn_with(fact(Series.FOMC, date(2018, 3, 21), 0.25, 61))
    found = macro.next_meeting(turn)
    assert isinstance(found, Point)
    assert (found.period, found.value) == (date(2018, 3, 21), None)
    assert macro.latest(turn, Series.FOMC) == Unavailable("fomc of 2018-03-21 has no value")


def test_the_expected_change_is_the_latest_of_fomc() -> None:
    """Of the next meeting, not of the last one that is listed."""
    turn = turn_with(
        fact(Series.FOMC, date(2018, 3, 21), 0.25, 5), fact(Series.FOMC, date(2018, 5, 2), 0.0, 5)
    )
    assert macro.latest(turn, Series.FOMC) == 0.25
    assert isinstance(macro.latest(turn_with(), Series.FOMC), Unavailable)


def test_a_release_without_zone_is_no_fact() -> None:
    """A time that could be any of 24 could be a look ahead."""
    with pytest.raises(ValueError, match="has no zone"):
        MacroFact(Series.CPI, date(2018, 2, 1), datetime(2018, 3, 13, 8, 30), 249.0)  # noqa: DTZ001 - the fault


def test_a_value_that_is_no_number_is_no_fact() -> None:
    """JSON could not carry it, and a replay would see another event."""
    with pytest.raises(ValueError, match="not a number"):
        MacroFact(Series.CPI, date(2018, 2, 1), NOW, float("nan"))


def test_facts_survive_journal_and_snapshot() -> None:
    """Event and state come back from their bytes as they were."""
    event = Macro(time=NOW, facts=(fact(Series.FOMC, date(2018, 5, 2), None),))
    assert msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) == event
    state, _ = step(State(), event, 1)
    assert decode_state(encode_state(state)) == state


def known_after(facts: list[MacroFact], now: datetime = NOW) -> dict[Series, Points]:
    """Return what is known of facts that come all at once."""
    return fold({}, facts, now)[0]


def test_the_daily_rate_is_thinned_to_its_months() -> None:
    """Sixty months' last values and the newest are enough for a five-year mean."""
    days = [NOW.date() - n * DAY for n in range(3000)]
    facts = [
        MacroFact(Series.FED_FUNDS, day, datetime(day.year, day.month, day.day, 23, tzinfo=UTC), 1.0)
        for day in days
    ]
    kept = known_after(facts, NOW + DAY)[Series.FED_FUNDS]
    assert len(kept) == THINNED_MONTHS
    assert [p.period for p in kept[-3:]] == [date(2018, 1, 31), date(2018, 2, 28), date(2018, 3, 20)]


@pytest.mark.parametrize(
    ("series", "step_days", "kept"),
    [(Series.SPX_RV5M, 1, DAYS_KEPT), (Series.CPI, 30, 183), (Series.PE, 30, 400)],
)
def test_the_state_stays_bounded(series: Series, step_days: int, kept: int) -> None:
    """Dailies for 300 sessions, monthlies for 15 years; of P/E all history, which its rule compares with."""
    facts = [fact(series, NOW.date() - n * step_days * DAY, 1.0) for n in range(400)]
    assert len(known_after(facts)[series]) == kept


_MANY = st.lists(
    st.builds(
        lambda series, day, days_ago, value: fact(series, NOW.date() - day * DAY, value, days_ago),
        st.sampled_from([Series.FED_FUNDS, Series.CPI, Series.SPX_RV5M, Series.FOMC]),
        st.integers(-40, 6000),
        st.integers(-3, 400),
        st.sampled_from([1.0, 2.0]),
    ),
    max_size=40,
    unique_by=lambda fact: (fact.series, fact.period, fact.released),
)


@given(_MANY, st.randoms(use_true_random=False))
def test_order_and_repetition_of_facts_do_not_matter(facts: list[MacroFact], random: object) -> None:
    """What is known is a function of the set of facts: a re-sent batch changes nothing."""
    mixed = list(facts) + facts[::2]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert known_after(mixed) == known_after(facts)
    assert fold(known_after(facts), facts, NOW)[0] == known_after(facts)


@given(_MANY, st.integers(0, 400))
def test_nothing_is_known_before_its_release(facts: list[MacroFact], days_ago: int) -> None:
    """What is known at any moment is the same whether later releases exist or not."""
    then = NOW - days_ago * DAY
    assert known_after(facts, then) == known_after([f for f in facts if f.released <= then], then)
    assert all(p.released <= then for points in known_after(facts, then).values() for p in points)
