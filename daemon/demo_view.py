"""What the demo shows: a live panel on a terminal, plain lines elsewhere, and the table at the end."""

import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from daemon.hours import NEW_YORK
from daemon.tally import Tally
from strategies.core.events import AnyEvent, Quotes
from strategies.core.instruments import SPX, VIX
from strategies.core.records import AnyRecord, BarClosed, CondorRecord, Decision, LayerRecord, Proposal

_REFRESH_S = 0.1
_LINES = 14


class DemoView:
    """An observer of the loop that counts, and shows what is worth a line.

    Args:
        console: where to; a live panel if it is a terminal.
        quiet: show nothing (the summary alone is wanted).
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self.tally = Tally()
        self._console = console
        self._quiet = quiet
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._last: dict[str, float] = {}
        self._shown_at = 0.0
        live = console.is_terminal and not quiet
        self._live = Live(console=console, auto_refresh=False, transient=True) if live else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def observe(self, event: AnyEvent, bodies: Sequence[bytes]) -> None:
        """Take one commit."""
        if isinstance(event, Quotes):
            for quote in event.quotes:
                if quote.instrument in {SPX.key, VIX.key} and quote.last is not None:
                    self._last[quote.instrument] = quote.last
        for body in bodies:
            record = self.tally.add(body)
            line = None if record is None else line_of(record)
            if line is not None:
                self._show(line)
        self._refresh(event.time)

    def _show(self, line: str) -> None:
        self._lines.append(line)
        if self._live is None and not self._quiet:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _refresh(self, now: datetime) -> None:
        if self._live is None or time.monotonic() - self._shown_at < _REFRESH_S:
            return
        self._shown_at = time.monotonic()
        tally = self.tally
        head = Text(
            f" {now.astimezone(NEW_YORK):%a %Y-%m-%d %H:%M} New York   "
            f"SPX {self._last.get(SPX.key, 0):.2f}   VIX {self._last.get(VIX.key, 0):.2f}   "
            f"sessions {tally.sessions}   condors {len(tally.condors_opened)}   "
            f"layers {len(tally.layers_added)}   orders {tally.orders_transmitted}   fills {tally.fills} ",
            style="reverse",
        )
        self._live.update(Group(head, *(Text(line) for line in self._lines)), refresh=True)


def line_of(record: AnyRecord) -> str | None:
    """Return a line for what a watcher wants to see, None for the rest."""
    at = f"{record.time.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"
    match record:
        case BarClosed():
            curve = "no curve" if record.slope is None else f"slope {record.slope:+.2f}"
            rsi = "no RSI" if record.rsi is None else f"RSI {record.rsi:.2f}"
            growing = ", expanding" if record.expanding else ""
            return f"{at}  close {record.close:.2f}  {rsi}  VIX {record.vix}  {curve}{growing}"
        case LayerRecord(state="open" | "closed" | "peeling"):
            sold = "" if record.short is None else f" less {record.short}"
            return (
                f"{at}    layer {record.layer_id} {record.engine} {record.state}: {record.quantity} x "
                f"{record.instrument}{sold}, debit {record.debit_usd:.2f}, "
                f"realised {record.realised_usd:.2f} ({record.reason or record.trigger})"
            )
        case CondorRecord(state="open" | "closed"):
            strikes = "/".join(f"{strike:g}" for strike in record.strikes)
            return (
                f"{at}    condor {record.condor_id} {record.state}: {record.contracts} x {strikes} "
                f"{record.expiry}, credit {record.credit_usd:.2f}"
                f"{f' ({record.reason})' if record.reason.startswith('adopted') else ''}"
            )
        case Proposal():
            return f"{at}    {record.purpose} {record.subject} {record.state}: {record.reason}"
        case Decision(outcome="refused" | "planned" | "gave up" | "lapsed"):
            why = "; ".join(v.reason for v in record.rules if v.verdict in {"refuse", "unavailable", "fire"})
            return f"{at}    {record.subject} {record.outcome}{': ' if why else ''}{why}"
        case _:
            return None


def summary_table(tally: Tally, audit_path: str) -> Table:
    """Return the table that ends a demo."""
    table = Table(title="What the daemon did", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column()
    table.add_row("sessions", str(tally.sessions))
    opened, closed = len(tally.condors_opened), len(tally.condors_closed)
    table.add_row("condors", f"{opened} opened, {closed} closed")
    table.add_row("layers added", str(len(tally.layers_added)))
    for layer in tally.layers_added:
        table.add_row("", f"{layer.layer_id} {layer.instrument}: {layer.trigger}")
    table.add_row("layers peeled", str(len(tally.peeled)))
    for layer_id, quantity in tally.peeled.items():
        left = tally.layers[layer_id].quantity
        table.add_row(
            "", f"{layer_id}: {quantity} sold, {left} left, {tally.layers[layer_id].realised_usd:.2f} USD"
        )
    table.add_row("refused, by reason", str(sum(tally.refused.values())))
    for reason, count in sorted(tally.refused.items()):
        table.add_row("", f"{count} x {reason}")
    table.add_row("orders, fills", f"{tally.orders_transmitted} transmitted, {tally.fills} booked")
    table.add_row("result unhedged", _usd(tally.unhedged_usd))
    table.add_row("hedge", _usd(tally.hedge_usd))
    table.add_row("result hedged", _usd(tally.hedged_usd))
    table.add_row("", "option values are modelled; results marked at the last mid quotes")
    table.add_row("audit files", audit_path)
    return table


def _usd(amount: Decimal | None) -> str:
    return "not known: an option held had no quote" if amount is None else f"{amount:+,.2f} USD"
