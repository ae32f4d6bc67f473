"""`make regimes`: every generated market through the wire, and one table of what the hedge did in each."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.processes import ROOT, BenchError
from daemon.codec import RECORD_KINDS
from research.page import STRATEGY_PAGE, PageError, rewrite
from research.tally import Tally
from simulator.market.regimes import regimes
from strategies.core.commands import Purpose
from strategies.core.events import Job, Timer
from strategies.core.records import AnyRecord, Decision, Fill, LayerRecord, OrderIntended

SESSIONS = 24
_WITHIN_S = 900
_OPTION_MULTIPLIER = 100
_REASONS_SHOWN = 3
_RECORD: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


@dataclass(slots=True)
class Played:
    """What came of one regime; money in USD."""

    figures: dict[str, object]
    engines: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    premium_usd: Decimal = Decimal(0)
    tally: Tally = field(default_factory=Tally)
    _layers: set[str] = field(default_factory=set)
    _opening: set[str] = field(default_factory=set)

    def take(self, record: AnyRecord) -> None:
        """Count a record of the audit trail."""
        self.tally.observe(Timer(time=record.time, job=Job.HEARTBEAT, intended=record.time), [record])
        match record:
            case LayerRecord(rolled_from="") if record.quantity and record.layer_id not in self._layers:
                self._layers.add(record.layer_id)
                self.engines[record.engine] += 1
            case OrderIntended() if record.purpose is Purpose.LAYER_OPEN:
                self._opening.add(record.order_ref)
            case Fill() if record.order_ref in self._opening:
                sign = 1 if record.side == "BOT" else -1
                self.premium_usd += sign * record.price * record.quantity * _OPTION_MULTIPLIER
            case Decision(outcome="refused"):
                self.refusals.update(
                    sorted({v.reason for v in record.rules if v.verdict in {"refuse", "unavailable"}})
                )
            case _:
                pass


def play(regime: str, sessions: int, seed: int, folder: Path) -> Played:
    """Play a regime with `hedged demo`.

    Raises:
        BenchError: it did not come to its end; the text holds its last words.
    """
    command = [sys.executable, "-m", "daemon", "demo", "--json", f"--regime={regime}", f"--seed={seed}"]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, f"--sessions={sessions}", f"--keep={folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{regime}: ended with {done.returncode}: {done.stderr[-500:]}")
    figures = json.loads(done.stdout.splitlines()[-1])
    found = Played(figures)
    for record in _records(Path(figures["audit_path"])):
        found.take(record)
    return found


def _records(folder: Path) -> Iterator[AnyRecord]:
    kinds = tuple(f'"kind":"{kind}"'.encode() for kind in sorted(RECORD_KINDS))
    for path in sorted(folder.glob("audit-*.jsonl")):
        for line in path.read_bytes().splitlines():
            head = line.partition(b',"time":')[0]
            if head.endswith(kinds):
                yield _RECORD.decode(line)


def table(played: dict[str, Played]) -> list[str]:
    """Return the table (markdown), one line a regime."""
    head = (
        "regime",
        "sessions",
        "condors",
        "layers",
        "premium",
        "sold",
        "hedge",
        "condors' result",
        "refused",
    )
    rows = [head, *((name, *_row(found)) for name, found in played.items())]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(head))
    return lines


def _row(found: Played) -> tuple[str, ...]:
    figures = found.figures
    engines = ", ".join(f"{count} {engine}" for engine, count in sorted(found.engines.items()))
    ranked = sorted(found.refusals.items(), key=lambda item: (-item[1], item[0]))
    refused = "; ".join(f"{count} x {reason}" for reason, count in ranked[:_REASONS_SHOWN])
    return (
        str(figures["sessions"]),
        str(figures["condors_opened"]),
        engines or "none",
        f"{found.premium_usd:,.0f}",
        str(figures["layers_peeled"]),
        _usd(figures["hedge_result_usd"]),
        _usd(figures["unhedged_result_usd"]),
        refused or "none",
    )


def _usd(amount: object) -> str:
    return "not known" if amount is None else f"{Decimal(str(amount)):,.0f}"


def fired(played: dict[str, Played]) -> list[str]:
    """Return, a line each (markdown), the rules that fired in some regime and in which first."""
    first: dict[str, str] = {}
    for name, found in played.items():
        for rule in found.tally.first_fired:
            first.setdefault(rule, name)
    return [f"* `{rule}`: {first[rule]}" for rule in sorted(first)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.regimes", description=__doc__)
    names = tuple(regimes())
    parser.add_argument("--only", choices=names, action="append", help="this regime; again for more")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each, default {SESSIONS}")
    parser.add_argument("--seed", type=int, default=1, help="of the markets")
    parser.add_argument(
        "--write-docs", action="store_true", help=f"rewrite the table of {STRATEGY_PAGE.name}"
    )
    asked = parser.parse_args(arguments)
    played: dict[str, Played] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="hedged-regimes-") as folder:
            for regime in asked.only or names:
                played[regime] = play(regime, asked.sessions, asked.seed, Path(folder) / regime)
                sys.stdout.write(f"{regime} played\n")
        sys.stdout.write("\n".join([*table(played), "", *fired(played)]) + "\n")
        if asked.write_docs:
            rewrite(STRATEGY_PAGE, "regimes", table(played))
    except (BenchError, PageError) as error:
        sys.stderr.write(f"python -m bench.regimes: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
