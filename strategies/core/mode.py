"""The modes of trading, who changes them and why: words that events, state and records share."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Mode(StrEnum):
    """What may be sent: everything, only what takes risk off, nothing."""

    ACTIVE = "active"
    REDUCE_ONLY = "reduce_only"
    HALTED = "halted"


class Cause(StrEnum):
    """Why the mode is what it is: a person, or an automatic halt; from `difference` on they only alarm."""

    OPERATOR = "operator"
    LOSS_LIMIT = "loss_limit"
    UNKNOWN_ORDERS = "unknown_orders"
    CLOCK_STEP = "clock_step"
    TWO_PERM_IDS = "two_perm_ids"
    JOURNAL_GAP = "journal_gap"
    DISK_NEARLY_FULL = "disk_nearly_full"
    DIFFERENCE = "difference"
    FILLS_MISSING = "fills_missing"
    COMMISSION_MISSING = "commission_missing"
    CORRECTION = "correction"
    NOT_LOGGED_IN = "not_logged_in"


class Action(StrEnum):
    """What a person can tell the running daemon."""

    HALT = "halt"
    REDUCE_ONLY = "reduce_only"
    RESUME = "resume"
    FLATTEN = "flatten"
    SETTLE = "settle"


class TradingMode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The mode in force and how it came about; `flatten`: everything that is held is being closed."""

    mode: Mode = Mode.ACTIVE
    cause: Cause = Cause.OPERATOR
    who: str = ""
    reason: str = ""
    since: datetime | None = None
    flatten: bool = False
