"""The boundaries at which a process can be killed: each is before, in the middle of, or after an effect."""

from collections.abc import Callable
from enum import StrEnum

from soak.process import current_process
from soak.virtual_loop import Killed


class Moment(StrEnum):
    """When, in relation to the effect."""

    BEFORE = "before"
    TORN = "torn"
    AFTER = "after"


class Points:
    """Counts the boundaries that are passed; kills at the one that is asked for.

    Attributes:
        passed: the names of the boundaries passed so far, in order, while `recording`.
        kill_at: number of the boundary (from 0) and the moment; None for no kill.
        kill_near: name of a boundary, how many boundaries from its next passing on, and the moment.
        kill_again: how many boundaries after the first kill a second one comes, and its moment.
        on_kill: told when a process has died here.
    """

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.count = 0
        self.recording = False
        self.kill_at: tuple[int, Moment] | None = None
        self.kill_again: tuple[int, Moment] | None = None
        self.kill_near: tuple[str, int, Moment] | None = None
        self.on_kill: Callable[[], None] | None = None

    def _aim(self, number: int) -> None:
        assert self.kill_near is not None
        _, distance, moment = self.kill_near
        self.kill_near = None
        self.kill_at = (number + max(distance, 0), moment)

    def pass_by(self, name: str, act: Callable[[], object], tear: Callable[[], object]) -> None:
        """Have an effect on the world, unless the process that wants it is dead or dies of it.

        Args:
            name: of the boundary.
            act: has the effect.
            tear: has half of it, as a crash would.

        Raises:
            Killed: the process is dead from here on.
        """
        process = current_process()
        if process is None:
            act()
            return
        if not process.alive:
            raise Killed
        number, self.count = self.count, self.count + 1
        if self.kill_near is not None and self.kill_near[0] == name:
            self._aim(number)
        if self.recording:
            self.passed.append(name)
        if self.kill_at is None or self.kill_at[0] != number:
            act()
            return
        moment, self.kill_at = self.kill_at[1], None
        if self.kill_again is not None:
            self.kill_at = (number + self.kill_again[0], self.kill_again[1])
            self.kill_again = None
        if moment is not Moment.BEFORE:
            (act if moment is Moment.AFTER else tear)()
        process.die()
        if self.on_kill is not None:
            self.on_kill()
        raise Killed
