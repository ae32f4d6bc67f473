"""`hedged explain --order`: an order from its decision to its commission."""

from decimal import Decimal
from pathlib import Path

from daemon.audit_search import kind_is, search
from daemon.errors import ExitCode
from daemon.explain.order_story import OrderStory
from daemon.explain.records import decode, find, unknown
from daemon.explain.words import legs_words, say
from strategies.core.records import OrderIntended, Proposal

# A decision to propose does not name its order; the proposal's record follows it.
_PROPOSED = b'"outcome":"proposed"'


def explain_order(folder: Path, ref: str) -> ExitCode:
    """Print the life of the order with this reference.

    Raises:
        AuditUnavailable: there are no audit files.
        HedgedError: no such order was ever intended.
    """
    story = read_story(folder, ref)
    if story.intended is None:
        raise unknown("order", ref, folder, _refs(folder))
    say([order_title(story.intended), *story.lines(), order_sum(story)])
    return ExitCode.OK


def read_story(folder: Path, ref: str) -> OrderStory:
    """Return what the audit files say of an order; `intended` is None where they say nothing."""
    mark = f'"{ref}"'.encode()
    of_commissions = kind_is("commission")
    story = OrderStory(ref)
    last = None
    for record in search(folder, lambda line: mark in line or of_commissions(line) or _PROPOSED in line):
        proposing, last = last, record if _PROPOSED in record.body else None
        if mark in record.body and proposing is not None:
            story.take(decode(proposing))
        if last is None:
            story.take(decode(record))
    return story


def order_title(intended: OrderIntended) -> str:
    """Return what the order was to do."""
    again = f", in place of {intended.supersedes}" if intended.supersedes else ""
    return (
        f"order {intended.order_ref}: {intended.purpose} for {intended.subject}: {intended.quantity} x "
        f"({legs_words(intended.legs)}) limit {intended.limit}{again}"
    )


def order_sum(story: OrderStory) -> str:
    """Return what came of the order, USD."""
    assert story.intended is not None
    cash = story.cash_usd
    flow = "paid" if cash < 0 else "received"
    missing = f", {story.uncharged} without a commission yet" if story.uncharged else ""
    return (
        f"in sum: {story.state or 'no word of it'}, {story.filled} of {story.intended.quantity} filled, "
        f"{flow} {_usd(abs(cash))} USD, commissions {_usd(story.commission_usd)} USD{missing}"
    )


def _usd(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _refs(folder: Path) -> list[str]:
    found = find(folder, kind_is("order_intended", "proposal"))
    return [item.order_ref for _, item in found if isinstance(item, OrderIntended | Proposal)]
