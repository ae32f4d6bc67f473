"""The names under which the journal lives in Redis; every key begins with the prefix from the settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The journal's keys.

    Args:
        prefix: put before each name, `hedged:` by default; two daemons on one Redis need two prefixes.
    """

    prefix: str

    @property
    def stream(self) -> str:
        """The commits: a stream, one entry a commit, id `<last_seq>-0`."""
        return f"{self.prefix}journal"

    @property
    def tip(self) -> str:
        """The fence: a hash of the last commit's `seq`, `hash`, `sum`, the snapshot's seq and the token."""
        return f"{self.prefix}journal:tip"

    @property
    def lease(self) -> str:
        """The lease: a string that runs out, the process that may write."""
        return f"{self.prefix}lease"

    @property
    def snapshot(self) -> str:
        """The snapshot: a string, see `codec.encode_snapshot`."""
        return f"{self.prefix}snapshot"

    def kept(self, name: str) -> str:
        """A kept answer of some service: a string; losing it costs asking again."""
        return f"{self.prefix}kept:{name}"
