"""Every error the daemon raises on purpose, and what it does about each.

    HedgedError
    ├── ConfigError            settings or options are wrong               exit 4
    │   └── LiveAccount        the account is not a paper account          exit 4
    ├── Halted                 a person, or the daemon, halted trading     exit 6
    ├── NotRunning             there is no daemon to talk to               exit 3
    ├── InvariantBroken        the daemon contradicts itself               exit 1
    ├── StoreError
    │   ├── StoreUnavailable   Redis does not answer                       reduce only, then exit 1
    │   ├── StoreNotDurable    Redis could forget what it acknowledged     exit 4
    │   ├── Fenced             another daemon took the journal over       exit 1
    │   ├── JournalConflict    another writer holds the journal            exit 1
    │   └── JournalCorrupt     the journal does not fold to a state        exit 7
    ├── AuditError
    │   ├── AuditUnavailable   the audit file cannot be written            exit 1
    │   └── AuditTampered      the audit file's chain does not hold        exit 1
    ├── MacroUnavailable       a source of macro facts does not answer         retry; the figures age
    └── BrokerError
        ├── BrokerUnavailable  no session with the gateway                 retry, at start exit 1
        ├── ClientIdInUse      another session holds our client id         retry, at start exit 1
        └── BrokerTimeout      a request was not answered in time          retry, then exit 5

The inner nodes only group; what is raised is a leaf, `ConfigError` or `HedgedError` itself. A message is one
clear text: what was found (the field and the value) and what to do. A supervisor restarts on any code but 4,
6 and 7, which need a person.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells its supervisor and its caller; stable, part of the public interface."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_RUNNING = 3
    CONFIG = 4
    TIMEOUT = 5
    HALTED = 6
    RECONCILE = 7


class HedgedError(Exception):
    """The root of the tree; ends the process with exit code 1 unless a leaf says otherwise.

    Args:
        message: what was found and what to do, without a trailing newline.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(HedgedError):
    """Settings, environment or options are wrong. Exit: nothing is started, nothing is guessed."""

    exit_code = ExitCode.CONFIG


class LiveAccount(ConfigError):  # noqa: N818 - named for what was found; the tree's root carries "Error"
    """The account is not a paper account. Exit before any request beyond the login; there is no override."""


class Halted(HedgedError):  # noqa: N818 - as above
    """Trading is halted or reduced. Exit of a verb that asks; the daemon itself runs on."""

    exit_code = ExitCode.HALTED


class NotRunning(HedgedError):  # noqa: N818 - as above
    """A verb needs a running daemon and there is none. Exit: the verb changes nothing."""

    exit_code = ExitCode.NOT_RUNNING


class InvariantBroken(HedgedError):  # noqa: N818 - as above
    """The daemon contradicts itself: a bug. Exit at once: a restart folds the journal anew."""


class StoreError(HedgedError):
    """Groups what the journal's store can do to us; raise a leaf."""


class StoreUnavailable(StoreError):  # noqa: N818 - as above
    """Redis does not answer. Reduce only: no intent can be journalled, so nothing is sent; then exit."""


class StoreNotDurable(StoreError):  # noqa: N818 - as above
    """Redis is set so that it could lose an acknowledged write. Exit: its settings need a person."""

    exit_code = ExitCode.CONFIG


class Fenced(StoreError):  # noqa: N818 - as above
    """Another daemon took the journal over. Exit: nothing can be written; a restart stands by."""


class JournalConflict(StoreError):  # noqa: N818 - as above
    """Another writer appended to the journal. Exit: of two writers the one that lost the fence stops."""


class JournalCorrupt(StoreError):  # noqa: N818 - as above
    """The journal has a gap or does not fold to the recorded state. Exit: a person reconciles."""

    exit_code = ExitCode.RECONCILE


class AuditError(HedgedError):
    """Groups what can happen to the audit file; raise a leaf."""


class AuditUnavailable(AuditError):  # noqa: N818 - as above
    """The audit file cannot be opened, written or synced. Exit: nothing is decided that is not on record."""


class AuditTampered(AuditError):  # noqa: N818 - as above
    """The audit file's hash chain does not hold. Exit: the file is left as it is, as evidence."""


class MacroUnavailable(HedgedError):  # noqa: N818 - as above
    """A source of macro facts does not answer. Ask again later; what is known ages."""


class BrokerError(HedgedError):
    """Groups what the gateway can do to us; raise a leaf."""


class BrokerUnavailable(BrokerError):  # noqa: N818 - as above
    """No session with the gateway. Retry with back-off, orders held; exit when the start-up time runs out."""


class ClientIdInUse(BrokerError):  # noqa: N818 - as above
    """Another session holds our client id. Retry with back-off on the same id only; then exit."""


class BrokerTimeout(BrokerError):  # noqa: N818 - as above
    """A request was not answered in time: `NotAvailable`, never an empty answer. Retry, then exit."""

    exit_code = ExitCode.TIMEOUT
