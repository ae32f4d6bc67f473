"""Episodes: how long a condition has run, with short pauses bridged; strategy section 2."""

from datetime import date

from msgspec import Struct, structs


class Episode(Struct, frozen=True, array_like=True):
    """A running episode: the session on which it began, and the latest sessions without its condition."""

    began: date
    missed: int = 0

    @property
    def name(self) -> str:
        """The name by which what was done in this episode is remembered."""
        return self.began.isoformat()


def follow(episode: Episode | None, *, holds: bool, day: date, end_after: int) -> Episode | None:
    """Return the episode after the session `day`: begun, continued, or over after `end_after` without.

    A session on which the condition is unavailable is no session of the episode: it is not followed.
    """
    if holds:
        return Episode(day) if episode is None else structs.replace(episode, missed=0)
    if episode is None or episode.missed + 1 >= end_after:
        return None
    return structs.replace(episode, missed=episode.missed + 1)
