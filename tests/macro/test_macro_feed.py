"""From source to event: facts are held back until their release, and none is sent twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from daemon.macro.feed import MacroFeed, adding
from daemon.macro.folder import FolderSource
from strategies.alvh.strategy import step
from strategies.core.events import Macro
from strategies.core.macro import MacroFact, Series
from strategies.core.macro_facts import fold
from strategies.core.records import MacroRefused
from strategies.core.state import State

START = datetime(2018, 2, 14, 18, tzinfo=UTC)


class Core:
    """The state that the events of a feed are folded into."""

    def __init__(self) -> None:
        self.state = State()

    def take(self, event: Macro | None) -> Sequence[MacroFact]:
        """Fold an event; return its facts."""
        if event is None:
            return ()
        self.state, outcome = step(self.state, event, self.state.seq + 1)
        assert not [record for record in outcome.records if isinstance(record, MacroRefused)]
        return event.facts


async def feed_of(folder: Path, core: Core) -> MacroFeed:
    """Return a feed of the folder that has been read."""
    feed = MacroFeed(FolderSource(folder), lambda: core.state.macro)
    await feed.refresh()
    return feed


async def test_facts_come_at_their_release(good_folder: Path) -> None:
    """At the start what is released by then, each later one when its time has come, a revision included."""
    core = Core()
    feed = await feed_of(good_folder, core)
    assert [fact.value for fact in core.take(feed.due(START))] == [0.25, None, 247.867]
    released = feed.next_release()
    assert released == datetime(2018, 3, 12, 13, tzinfo=UTC)
    assert feed.due(released - timedelta(seconds=1)) is None
    assert [fact.series for fact in core.take(feed.due(released))] == [Series.FED_FUNDS]
    assert [fact.value for fact in core.take(feed.due(datetime(2019, 1, 1, tzinfo=UTC)))] == [1.42, 248.992]
    assert feed.next_release() is None


async def test_a_restart_sends_nothing_twice(good_folder: Path) -> None:
    """Facts that the state knows already make no event."""
    core = Core()
    core.take((await feed_of(good_folder, core)).due(START))
    again = await feed_of(good_folder, core)
    assert again.due(START) is None
    assert again.due(START + timedelta(days=1)) is None


async def test_a_line_that_was_added_counts_without_a_restart(good_folder: Path) -> None:
    """Also one of a release long past: the user keeps the folder by hand."""
    core = Core()
    feed = await feed_of(good_folder, core)
    core.take(feed.due(START))
    with (good_folder / "cpi.csv").open("a") as file:
        file.write("2017-12-01,2018-01-12T08:30:00-05:00,246.524\n")
    await feed.refresh()
    assert [fact.value for fact in core.take(feed.due(START))] == [246.524]


async def test_a_changed_value_under_the_same_release_is_not_sent(good_folder: Path) -> None:
    """What was decided on stays what was known; the log asks for a release of its own."""
    core = Core()
    feed = await feed_of(good_folder, core)
    core.take(feed.due(START))
    file = good_folder / "cpi.csv"
    file.write_text(file.read_text().replace("247.867", "999.0"))
    await feed.refresh()
    assert feed.due(START) is None


_SERIES = st.sampled_from([Series.FED_FUNDS, Series.CPI, Series.FOMC, Series.SPX_RV5M])
_FACTS = st.lists(
    st.builds(
        lambda series, period, released, value: MacroFact(
            series, START.date() + timedelta(days=period), START + timedelta(days=released), value
        ),
        _SERIES,
        st.integers(-700, 400),
        st.integers(-10, 30),
        st.sampled_from([None, 1.0, 2.0]),
    ),
    max_size=30,
    unique_by=lambda fact: (fact.series, fact.period, fact.released),
)


class Given:
    """A source that says what it was given."""

    def __init__(self, facts: Sequence[MacroFact]) -> None:
        self._facts = facts

    async def read(self) -> Sequence[MacroFact]:
        """Return the facts."""
        return self._facts


@given(_FACTS, st.lists(st.integers(-12, 32), min_size=1, max_size=6))
async def test_at_every_time_the_released_is_known_and_nothing_else(
    facts: list[MacroFact], looks: list[int]
) -> None:
    """However often the feed is asked, and however often it is made anew in between."""
    core = Core()
    feed = MacroFeed(Given(facts), lambda: core.state.macro)
    await feed.refresh()
    for number, days in enumerate(sorted(looks)):
        now = START + timedelta(days=days)
        if number % 2:
            feed = MacroFeed(Given(facts), lambda: core.state.macro)
            await feed.refresh()
        core.take(feed.due(now))
        assert core.state.macro == fold({}, [f for f in facts if f.released <= now], now)[0]
        assert adding(core.state.macro, [f for f in facts if f.released <= now], now) == ()
