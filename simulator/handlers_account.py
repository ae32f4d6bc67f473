"""Requests about the account and its positions."""

from simulator import replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.requests import Fields, invalid


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
    gateway.feed.subscribe_positions(client)


def cancel_positions(_gateway: Gateway, client: Client, _fields: Fields) -> None:
    """Leave positions (request 64)."""
    client.wants_positions = False


def _own_account(gateway: Gateway, account: str) -> None:
    if account not in {"", "All", gateway.settings.account}:
        raise invalid(f"Invalid account code '{account}'; this gateway has {gateway.settings.account}")
