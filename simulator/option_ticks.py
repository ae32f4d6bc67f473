"""The ticks of many options from one instant to the next, for subscribers that stand alike.

Who watches an option live and has been sent all of the last instant's table needs no look at what was shown
before: the step from that table to the present one is the same for everybody. It is what `shown.advance`
would send, worked out and written for all options together.
"""

from simulator.option_frames import OptionFrames, is_written
from simulator.option_table import OptionTable
from simulator.shown import Shown
from simulator.tick_numbers import ASK, BID


class OptionTicks:
    """The step from the last instant's table to the present one.

    Attributes:
        before: the last instant's table; None if the present one is of other options, or of numbers that are
            not written together.
        now: the present table, None without one.
    """

    def __init__(self) -> None:
        self.before: OptionTable | None = None
        self.now: OptionTable | None = None
        self._frames: OptionFrames | None = None

    def begin(self, table: OptionTable | None) -> None:
        """Start a new instant."""
        follows = (
            self.now is not None
            and table is not None
            and self.now.watched is table.watched
            and is_written(table)
        )
        self.before, self.now = (self.now if follows else None), table
        self._frames = None

    def frames(self) -> OptionFrames:
        """Return the frames of the step; there must be a table before."""
        assert self.before is not None
        assert self.now is not None
        if self._frames is None:
            self._frames = OptionFrames(self.before, self.now)
        return self._frames


def shown_by(table: OptionTable, con_id: int, before: Shown) -> Shown:
    """Return what is shown of an option to one who was shown `before`, and then all tables up to this one."""
    row = table.watched.rows[con_id]
    bid, ask = zip(table.prices[:, row].tolist(), table.sizes[:, row].tolist(), strict=True)
    prices = {BID: bid, ASK: ask}
    return Shown(before.prices | prices, before.values, table.values.row(row))
