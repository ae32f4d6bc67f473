"""What waits for an operator, in words."""

from collections.abc import Iterable

from daemon.control.proposals import ProposalLine, Waiting
from daemon.explain.words import legs_words, rule_words
from daemon.status.spans import span

_HEADER = ("ref", "what", "quantity", "limit", "lapses in")


def table(found: Waiting) -> list[str]:
    """Return a row a proposal, and below it why: its trigger, and each rule that it passed."""
    if not found.proposals:
        idle = "" if found.mode == "advise" else f', mode = "{found.mode}" sends its orders by itself'
        return [f"no order waits for an operator{idle}"]
    rows = [_HEADER, *(_row(line) for line in found.proposals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(_HEADER, widths, strict=True)).rstrip()]
    for proposal, row in zip(found.proposals, rows[1:], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        lines += [f"    {text}" for text in why(proposal)]
    return lines


def why(proposal: ProposalLine) -> Iterable[str]:
    """Yield the legs, what it was planned on, and what each rule said of it."""
    yield f"legs: {legs_words(proposal.legs)}"
    if proposal.trigger:
        yield f"because: {proposal.trigger}"
    yield from map(rule_words, proposal.rules)


def _row(line: ProposalLine) -> tuple[str, ...]:
    what = f"{line.purpose.replace('_', ' ')} {line.subject}"
    return (line.order_ref, what, str(line.quantity), str(line.limit), span(line.lapses_in_s))
