"""Behaviours of real gateways that differ from one installation to the next, each behind a switch."""

import argparse
from dataclasses import dataclass

PACING = ("close", "pace", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How this gateway behaves where real ones differ.

    Attributes:
        read_only: the API is in Read-Only mode: orders and their lists are refused with 321.
        bag_commission: report commissions on the BAG-level execution too.
        commission_first: a fill's commission reports come before its orderStatus, not after.
        duplicate_status: every orderStatus is sent twice.
        preset_tif: an order without a time in force is announced with 10349 as set to DAY, and stays live.
        master_client: id of the client that hears of every client's orders; None for none.
        pacing: what becomes of a client's messages over 50 a second: error 100 and, if it goes on, the end of
            its connection (close), later service (pace), or nothing at all (off).
        delayed: there are no live data: 10167 and delayed ticks to those who take them, 354 to the others.
    """

    read_only: bool = False
    bag_commission: bool = False
    commission_first: bool = False
    duplicate_status: bool = False
    preset_tif: bool = False
    master_client: int | None = None
    pacing: str = "off"
    delayed: bool = False


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Add an option for each switch."""
    group = parser.add_argument_group("switches", "where real gateways differ")
    for option, text in (
        ("--read-only", "the API is in Read-Only mode"),
        ("--bag-commission", "report commissions on BAG executions too"),
        ("--commission-first", "commission reports before the orderStatus of a fill"),
        ("--duplicate-status", "send every orderStatus twice"),
        ("--preset-tif", "10349 for orders without a time in force"),
        ("--delayed", "delayed market data only (10167)"),
    ):
        group.add_argument(option, action="store_true", help=text)
    group.add_argument("--master-client", type=int, metavar="ID", help="who hears of all clients' orders")
    group.add_argument(
        "--pacing", choices=PACING, default="off", help="what happens over 50 messages a second, default off"
    )


def read_switches(found: argparse.Namespace) -> Switches:
    """Return the switches of a command line."""
    return Switches(
        read_only=found.read_only,
        bag_commission=found.bag_commission,
        commission_first=found.commission_first,
        duplicate_status=found.duplicate_status,
        preset_tif=found.preset_tif,
        master_client=found.master_client,
        pacing=found.pacing,
        delayed=found.delayed,
    )
