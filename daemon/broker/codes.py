"""The broker's message codes and what they mean to this adapter: one table, nothing decided here.

Source: IBKR's message codes page and the threads cited in the reliability notes. A code that is not listed
is passed on as a notice and changes nothing.
"""

from enum import StrEnum


class Meaning(StrEnum):
    """What a message says about us."""

    CLIENT_ID_IN_USE = "client_id_in_use"
    LINK_LOST = "link_lost"
    LINK_BROKEN = "link_broken"
    LINK_BACK_DATA_LOST = "link_back_data_lost"
    LINK_BACK = "link_back"
    FARM_OK = "farm_ok"
    FARM_BROKEN = "farm_broken"
    NO_HISTORY = "no_history"
    DATA_REFUSED = "data_refused"
    PACING = "pacing"
    ORDER_REFUSED = "order_refused"
    ORDER_NOTE = "order_note"
    UNLISTED = "unlisted"


_TABLE: dict[int, Meaning] = {
    100: Meaning.PACING,
    101: Meaning.DATA_REFUSED,  # more market data lines than the session has
    103: Meaning.ORDER_REFUSED,  # duplicate order id
    110: Meaning.ORDER_REFUSED,  # price off the tick
    161: Meaning.ORDER_NOTE,  # cancel attempted in a state that cannot be cancelled
    162: Meaning.NO_HISTORY,
    200: Meaning.DATA_REFUSED,  # no security definition
    201: Meaning.ORDER_REFUSED,
    202: Meaning.ORDER_NOTE,  # follows orderStatus Cancelled
    326: Meaning.CLIENT_ID_IN_USE,
    354: Meaning.DATA_REFUSED,
    399: Meaning.ORDER_NOTE,
    1100: Meaning.LINK_LOST,
    1101: Meaning.LINK_BACK_DATA_LOST,
    1102: Meaning.LINK_BACK,
    2103: Meaning.FARM_BROKEN,
    2104: Meaning.FARM_OK,
    2105: Meaning.FARM_BROKEN,
    2106: Meaning.FARM_OK,
    2107: Meaning.FARM_OK,
    2108: Meaning.FARM_OK,
    2110: Meaning.LINK_BROKEN,  # "will be restored automatically": 1101 and 1102 need not follow
    2119: Meaning.FARM_OK,
    2157: Meaning.FARM_BROKEN,
    2158: Meaning.FARM_OK,
    10089: Meaning.DATA_REFUSED,
    10147: Meaning.ORDER_NOTE,  # to be cancelled, not found
    10148: Meaning.ORDER_NOTE,  # cannot be cancelled
    10168: Meaning.DATA_REFUSED,
    10197: Meaning.DATA_REFUSED,  # competing live session
    10349: Meaning.ORDER_NOTE,  # time in force set by a preset; the order stays live
}

LOCAL = 0
"""The code of a notice that the adapter itself has to give."""


def meaning(code: int) -> Meaning:
    """Return what `code` says; `UNLISTED` for codes that change nothing here."""
    return _TABLE.get(code, Meaning.UNLISTED)
