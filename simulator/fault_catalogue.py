"""The faults that this gateway can be told to have; each was met in the wild, and says where."""

from dataclasses import dataclass

from simulator.outages import CONNECTIVITY, OFFLINE

# What an occurrence of a fault is counted in.
CONNECTION, RESTART = "connection", "restart"
PLACE, CANCEL, FILL, REQUEST = "placeOrder", "cancelOrder", "fill", "request"
INSTANT, ALWAYS, SPAN = "instant", "always", "span"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the catalogue.

    Attributes:
        name: as given on the command line.
        of: what its occurrences are counted in.
        what: what the gateway does.
        source: the public thread or document that reports it.
    """

    name: str
    of: str
    what: str
    source: str


_ROWS = (
    (
        "id_in_use",
        CONNECTION,
        "the Nth start is refused with 326 and closed, though the id is free",
        "ib_insync and ib_async: told by 326 and a closed socket, the connect call only times out",
    ),
    (
        "silent_start",
        CONNECTION,
        "the Nth connection is greeted and its start never answered",
        "erdewit/ib_insync IB.connectAsync: a silent server ends in TimeoutError",
    ),
    (
        "id_rollback",
        CONNECTION,
        "the Nth start is given order ids from 1 again",
        "Lean.Brokerages.InteractiveBrokers #242: nextValidId rolls back after a restart",
    ),
    (
        "restart_id_rollback",
        RESTART,
        "at the Nth start with a state, the last four order ids of every client are given out again",
        "Lean.Brokerages.InteractiveBrokers #242: 38103 fell to 38099 in a restart, callbacks met two orders",
    ),
    (
        "hold_ack",
        PLACE,
        "the Nth placeOrder is worked, but its client hears nothing of it until it connects anew",
        "Lean.Brokerages.InteractiveBrokers #249: events of an outage are not pushed later",
    ),
    (
        "drop_order",
        PLACE,
        "the Nth placeOrder is read and never answered nor worked",
        "Lean.Brokerages.InteractiveBrokers #93: the paper server silently drops orders",
    ),
    (
        "half_fill",
        PLACE,
        (
            "the Nth order fills half (rounded up); the rest stands untouched until the next day "
            "or one instant after its client connects anew"
        ),
        "IBKR paper trading notes: fills come from the top of the book",
    ),
    (
        "no_fill",
        PLACE,
        (
            "the Nth order stands in the book and nothing fills until the next day "
            "or one instant after its client connects anew"
        ),
        "IBKR paper trading notes: fills come from the top of the book, a limit order may rest all day",
    ),
    (
        "close_before_order",
        PLACE,
        "the Nth placeOrder is read and the connection closes; the order is lost",
        "Lean.Brokerages.InteractiveBrokers #242: orders in flight at a restart can be lost",
    ),
    (
        "close_before_ack",
        PLACE,
        "the Nth order is worked and the connection closes before it is acknowledged",
        "Lean.Brokerages.InteractiveBrokers #249: fills are found only by asking after the reconnect",
    ),
    (
        "close_after_ack",
        PLACE,
        "the Nth order is acknowledged and then the connection closes",
        "Lean.Brokerages.InteractiveBrokers #242: the socket closes in the nightly restart",
    ),
    (
        "preset_tif",
        PLACE,
        "the Nth order is announced with 10349 as set to DAY by a preset; it stays live",
        "pst-group/pysystemtrade #1580: 15 orders taken for cancelled all filled",
    ),
    (
        "reject_before",
        PLACE,
        "the Nth order is rejected: 201, then orderStatus Inactive",
        "message code 201 as clients report it: orderStatus Inactive before or after",
    ),
    (
        "reject_after",
        PLACE,
        "the Nth order is rejected: orderStatus Inactive, then 201",
        "message code 201 as clients report it: orderStatus Inactive before or after",
    ),
    (
        "inactive_live",
        PLACE,
        "the Nth order is told to be Inactive, and at the next instant to be live as it always was",
        "erdewit/ib_insync OrderStatus: Inactive is neither done nor active",
    ),
    (
        "duplicate_id",
        PLACE,
        "the Nth placeOrder is refused with 103 and not worked",
        "erdewit/ib_insync #80, #308, #644: duplicate order ids",
    ),
    (
        "read_only",
        PLACE,
        "the Nth placeOrder is refused with 321, Read-Only mode",
        "erdewit/ib_insync #1, #7, #224: the gateway's API is in read-only mode",
    ),
    (
        "pacing",
        PLACE,
        "at the Nth placeOrder error 100 comes three times and the connection closes; the order is lost",
        "TWS API documentation, pacing limitations",
    ),
    (
        "foreign_cancel",
        PLACE,
        "the Nth order is cancelled at the next instant by another client, whose id its orderStatus carries",
        "captures of a paper gateway: orderStatus names the cancelling client",
    ),
    (
        "whatif_unset",
        REQUEST,
        "the Nth whatIf is answered with unset margins (1.7976931348623157E308)",
        "erdewit/ib_insync wrapper.openOrder: waits for an answer whose margins are set",
    ),
    (
        "drop_cancel",
        CANCEL,
        "the Nth cancelOrder is read and never answered; the order works on",
        "Lean.Brokerages.InteractiveBrokers #93: the paper server silently drops messages",
    ),
    (
        "unknown_cancel",
        CANCEL,
        "the Nth cancelOrder is answered with 10147 although the order works on",
        "TWS API documentation, message code 10147",
    ),
    (
        "fill_on_cancel",
        CANCEL,
        "at the Nth cancelOrder the order fills first; the cancel is answered with 10148, state Filled",
        "TWS API documentation, message codes 10148",
    ),
    (
        "exec_zone",
        FILL,
        "the time of the Nth fill is in Central European Standard Time, which no zone database knows",
        "ib_async #188: a zone that is not found loses the whole fill",
    ),
    (
        "duplicate_exec",
        FILL,
        "the executions of the Nth fill are sent twice",
        "erdewit/ib_insync wrapper.execDetails: ignores an execId that it has seen",
    ),
    (
        "correction",
        FILL,
        "the executions of the Nth fill are sent again with the suffix .02, as corrections are",
        "TWS API documentation, Execution.execId: a correction differs in its last part",
    ),
    (
        "commission_before_exec",
        FILL,
        "the commission reports of the Nth fill come before its executions",
        "erdewit/ib_insync wrapper.commissionReport: drops a report of an unknown execution",
    ),
    (
        "no_commission",
        FILL,
        "the commission reports of the Nth fill are never pushed; a request for executions brings them",
        "erdewit/ib_insync: commissions are reconciled by reqExecutions, which re-sends them",
    ),
    (
        "unpushed_fill",
        FILL,
        "nothing is told of the Nth fill; a request for executions brings it",
        "Lean.Brokerages.InteractiveBrokers #249: fills during an outage",
    ),
    (
        "no_end_executions",
        REQUEST,
        "the Nth request for executions is answered without its end message",
        "erdewit/ib_insync #638: execDetailsEnd is missing, a regression in TWS",
    ),
    (
        "silent_positions",
        REQUEST,
        "the Nth request for positions is read and never answered, while all others are",
        "ib_async #84: positions request timed out, on a connection that lives",
    ),
    (
        "spurious_200",
        REQUEST,
        "the Nth request for contract details or market data is answered with 200",
        "erdewit/ib_insync #330: spurious 200 during the nightly reset",
    ),
    (
        "no_history",
        REQUEST,
        "the Nth request for historical bars is answered with 162, no data",
        "TWS API documentation, message code 162: HMDS query returned no data",
    ),
    (
        "delayed_data",
        REQUEST,
        "the Nth subscription to market data gets delayed ones, 10167",
        "captures of a paper gateway: 10167, then ticks 66 and on",
    ),
    (
        "repeated_1100",
        INSTANT,
        "at the Nth instant 1100 comes three times, at the next one 1102",
        "IbcAlpha/IBC #316: repeated 1100 in the server reset",
    ),
    (
        "farms_lost",
        INSTANT,
        "at the Nth instant 2103, 2105, 2110 and 2157 come, at the next one 2104, 2106 and 2158",
        "TWS API documentation, message codes 2100 to 2169",
    ),
    (
        "minus_one",
        INSTANT,
        "from the Nth instant on, for five minutes, every quote is -1 with size 0",
        "erdewit/ib_insync #221: bid and ask of -1",
    ),
    (
        "nan_ticks",
        INSTANT,
        "from the Nth instant on, for five minutes, every bid and ask is NaN",
        "erdewit/ib_insync #471, #572: NaN prices",
    ),
    (
        "halted",
        INSTANT,
        "from the Nth instant on, for five minutes, trading is halted: tick 49 is 1 and nothing fills",
        "TWS API documentation, tick type 49",
    ),
    (
        "stale_quotes",
        INSTANT,
        "from the Nth instant on, for five minutes, no ticks come and nothing says so",
        "erdewit/ib_insync #256, #411: subscriptions are lost in resets",
    ),
    (
        "competing_session",
        INSTANT,
        "at the Nth instant 10197 comes for every subscription, and for five minutes no ticks",
        "TWS API documentation, message code 10197",
    ),
    (
        "silent_bars",
        INSTANT,
        "at the Nth instant every subscription to bars ends without a word",
        "erdewit/ib_insync #333, #344, #533: keepUpToDate stops at the midnight reset",
    ),
    (
        "no_data",
        ALWAYS,
        "every request for market data is refused with 354: the account has no subscription to it",
        "ib_async #153: index ticks stay NaN without the exchange's entitlement",
    ),
    (
        CONNECTIVITY,
        SPAN,
        (
            "between two times of day the gateway is cut off: 1100, no ticks and no reports, "
            "orders and cancels are lost; then 1101 (subscriptions gone, the default) or 1102"
        ),
        "erdewit/ib_insync #256, Lean.Brokerages.InteractiveBrokers #249: nothing of it is told later",
    ),
    (
        OFFLINE,
        SPAN,
        (
            "between two times of day there is no gateway: every connection ends, none is let in, "
            "while orders at the broker work on"
        ),
        "Lean.Brokerages.InteractiveBrokers #242: the nightly restart resets the socket",
    ),
)
CATALOGUE = {name: Fault(name=name, of=of, what=what, source=source) for name, of, what, source in _ROWS}
