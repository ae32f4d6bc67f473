"""What a person can tell the running daemon: a command is an event in the journal before it is answered."""

import pwd
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from daemon.control.on_record import OnRecord
from daemon.errors import HedgedError
from daemon.loop import Loop
from daemon.transmit import TransmitGuard
from strategies.core.events import AnyEvent, Operator
from strategies.core.mode import Action, Mode
from strategies.core.quarantine import unsettled

REASON_CHARS_MAX = 200

_BRAKES = {
    Action.HALT: Mode.HALTED,
    Action.REDUCE_ONLY: Mode.REDUCE_ONLY,
    Action.FLATTEN: Mode.REDUCE_ONLY,
}


class Told(Struct, frozen=True, kw_only=True):
    """What became of a command: the mode in force, and the record that says so."""

    mode: Mode
    seq: int
    text: str


Command = Callable[[str, Mapping[str, str]], Awaitable[Struct]]
"""Takes who speaks and the command's arguments."""


def name_of(uid: int) -> str:
    """Return a user for the record: name and number, the number alone where it has no name."""
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"


class Operators:
    """Carries commands into the loop and waits until each is on record.

    Args:
        loop: returns the loop; made after this.
        now: stamps the events.
        guard: stops transmission at once, before the journal knows.
        record: carries events into the loop.
    """

    def __init__(
        self,
        loop: Callable[[], Loop],
        now: Callable[[], datetime],
        guard: TransmitGuard,
        record: OnRecord,
    ) -> None:
        self._loop = loop
        self._now = now
        self._guard = guard
        self._record = record

    def commands(self) -> dict[str, Command]:
        """Return the commands by name."""
        return {action.value: self._command(action) for action in Action}

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take a commit: the event and its records' bodies."""
        if isinstance(event, Operator):
            self._guard.release()
        self._record.observe(event, bodies)

    def _command(self, action: Action) -> Command:
        async def command(who: str, arguments: Mapping[str, str]) -> Told:
            return await self._tell(action, who, arguments)

        return command

    async def _tell(self, action: Action, who: str, arguments: Mapping[str, str]) -> Told:
        if action is Action.SETTLE:
            self._check_subject(arguments)
        event = Operator(
            time=self._now(),
            action=action,
            who=who,
            reason=text_of(arguments, "reason"),
            subject=text_of(arguments, "subject") if action is Action.SETTLE else "",
        )
        brake = _BRAKES.get(action)
        if brake is not None:
            self._guard.brake(brake, f"{action.value} by {who}: {event.reason}")
        recorded = await self._record.put(event, f"{action.value} is in force in this process")
        if action is Action.SETTLE:
            return self._settled(event, recorded.seq)
        trading = self._loop().state.trading
        return Told(mode=trading.mode, seq=recorded.seq, text=trading.reason)

    def _check_subject(self, arguments: Mapping[str, str]) -> None:
        quarantine = self._loop().state.quarantine
        subject = text_of(arguments, "subject")
        if subject not in quarantine:
            known = ", ".join(sorted(quarantine)) or "none"
            raise HedgedError(f"{subject} is not quarantined; what is: {known}")

    def _settled(self, event: Operator, seq: int) -> Told:
        state = self._loop().state
        if fault := unsettled(state, event.subject):
            raise HedgedError(fault)
        return Told(mode=state.trading.mode, seq=seq, text=f"{event.subject} is settled by record {seq}")


def text_of(arguments: Mapping[str, str], name: str) -> str:
    """Return one line of printable text.

    Raises:
        HedgedError: it is missing, too long or not printable.
    """
    text = arguments.get(name, "").strip()
    if not text or len(text) > REASON_CHARS_MAX or not text.isprintable():
        raise HedgedError(
            f"--{name}: give one line of 1 to {REASON_CHARS_MAX} printable characters, got {text[:40]!r}"
        )
    return text
