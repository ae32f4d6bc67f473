"""Requests about the account and its positions."""

from simulator import replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.hours import new_york_day
from simulator.requests import Fields, RequestError, invalid


def managed_accounts(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Name the account again (request 17)."""
    client.send(replies.managed_accounts(gateway.settings.account))


def account_updates(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to or leave account values and the portfolio (request 6)."""
    subscribe = fields.flag("subscribe")
    _own_account(gateway, fields.text("acctCode"))
    if subscribe:
        gateway.feed.subscribe(client, gateway.now)
    else:
        client.account_sent = None


def account_updates_multi(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to account values under a request id (request 76)."""
    request_id = fields.integer("reqId")
    _own_account(gateway, fields.text("account"))
    gateway.feed.subscribe_multi(client, request_id)


def cancel_account_updates_multi(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End such a subscription (request 77)."""
    request_id = fields.integer("reqId")
    client.multi_requests = [known for known in client.multi_requests if known != request_id]


def account_summary(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to chosen account values (request 62); `All` and `$LEDGER` tags mean all of them."""
    request_id = fields.integer("reqId")
    fields.text("group")
    tags = {tag.strip() for tag in fields.text("tags").split(",") if tag.strip()}
    everything = not tags or any(tag.startswith(("All", "$LEDGER")) for tag in tags)
    gateway.feed.subscribe_summary(client, request_id, frozenset() if everything else frozenset(tags))


def cancel_account_summary(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End the summary (request 63)."""
    client.summary_requests.pop(fields.integer("reqId"), None)


def positions(gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Subscribe to positions (request 61)."""
    if not gateway.faults.strikes("silent_positions"):
        gateway.feed.subscribe_positions(client)


def cancel_positions(_gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Leave positions (request 64)."""
    client.wants_positions = False


def positions_multi(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to positions under a request id (request 74)."""
    request_id = fields.integer("reqId")
    _own_account(gateway, fields.text("account"))
    gateway.feed.subscribe_positions_multi(client, request_id)


def cancel_positions_multi(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End such a subscription (request 75)."""
    request_id = fields.integer("reqId")
    client.position_requests = [known for known in client.position_requests if known != request_id]


def pnl(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to the account's profits (request 92)."""
    request_id = fields.integer("reqId")
    _own_account(gateway, fields.text("account"))
    _new_pnl(client, request_id)
    gateway.pnl.subscribe(client, request_id, None)


def pnl_single(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to one position's profits (request 94)."""
    request_id = fields.integer("reqId")
    _own_account(gateway, fields.text("account"))
    fields.skip(1)  # modelCode
    con_id = fields.integer("conId")
    _new_pnl(client, request_id)
    if gateway.universe.by_id(con_id, new_york_day(gateway.now)) is None:
        raise invalid(f"Invalid conId {con_id}; it is no contract of this gateway")
    gateway.pnl.subscribe(client, request_id, con_id)


def cancel_pnl(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End a subscription to profits (requests 93 and 95)."""
    request_id = fields.integer("reqId")
    if request_id not in client.pnl_requests:
        raise invalid(f"PnL request {request_id} is not active")
    del client.pnl_requests[request_id]


def _new_pnl(client: Client, request_id: int) -> None:
    if request_id in client.pnl_requests:
        raise RequestError(322, f"Error processing request.-'bW' : cause - Duplicate ticker id {request_id}")


def _own_account(gateway: Gateway, account: str) -> None:
    if account not in {"", "All", gateway.settings.account}:
        raise invalid(f"Invalid account code '{account}'; this gateway has {gateway.settings.account}")
