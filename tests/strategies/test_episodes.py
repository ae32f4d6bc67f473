"""Episodes bridge short pauses and end after a fixed number of sessions without their condition."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from strategies.core.episode import Episode, follow

FIRST = date(2018, 1, 2)


def run(flags: list[bool], end_after: int = 3) -> list[Episode | None]:
    """Return the episode after each session."""
    episode: Episode | None = None
    found = []
    for n, holds in enumerate(flags):
        episode = follow(episode, holds=holds, day=FIRST + timedelta(days=n), end_after=end_after)
        found.append(episode)
    return found


def test_an_episode_bridges_two_sessions_and_ends_with_the_third() -> None:
    """Three sessions without the condition end the episode; fewer do not."""
    episodes = run([True, False, False, True, False, False, False, True])
    assert [e.began.day if e else None for e in episodes] == [2, 2, 2, 2, 2, 2, None, 9]


def test_an_episode_is_named_after_the_session_on_which_it_began() -> None:
    """The name is what a layer uses up, so it stays the same while the episode runs."""
    assert {e.name for e in run([True, False, True]) if e} == {"2018-01-02"}


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_an_episode_runs_exactly_while_the_condition_held_lately(flags: list[bool], end_after: int) -> None:
    """Slow statement of the rule: it runs where any of the latest `end_after` sessions held."""
    for n, episode in enumerate(run(flags, end_after)):
        assert (episode is not None) == any(flags[max(0, n - end_after + 1) : n + 1])
