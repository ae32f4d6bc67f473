"""`python -m research`: replay the method over real days, and say what every rule did.

`hedged replay` starts it; see docs/strategy.md.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec

from research import report
from research.counts import FIRST, LAST, Counts
from research.generated import generated, names
from research.macro import MacroError, read_folder
from research.page import STRATEGY_PAGE, PageError, rewrite
from research.replay import CASH_USD, Replay, Wanted, open_market
from research.results import Results
from research.tally import Tally
from simulator.market import MarketDataError
from strategies.core.events import AnyEvent
from strategies.core.records import AnyRecord
from strategies.core.rules import Rules
from strategies.core.story import Story

_PROGRAM = "hedged replay"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: give YYYY-MM-DD") from None


def _cash(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount: give dollars above 0, e.g. 2000000")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="The same decisions over real days, without the wire; option values are modelled.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--history", type=Path, metavar="DIR", help="folder of daily files")
    source.add_argument("--regime", choices=names(), help="generated days and made-up macro facts instead")
    parser.add_argument("--sessions", type=int, default=120, help="of a regime, default 120")
    parser.add_argument("--from", dest="first", type=_day, default=FIRST, metavar="DATE", help="first day")
    parser.add_argument("--to", dest="last", type=_day, default=LAST, metavar="DATE", help="last day")
    parser.add_argument("--seed", type=int, default=1, help="of the minutes between the daily facts")
    parser.add_argument("--cash", type=_cash, default=CASH_USD, metavar="USD", help="at the start")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules as JSON; else the defaults")
    parser.add_argument("--macro", type=Path, metavar="DIR", help="folder of macro facts, SERIES.csv")
    parser.add_argument("--first-fired", action="store_true", help="each rule's first day, nothing else")
    parser.add_argument("--story", type=Path, metavar="FILE", help="write what was decided, a line each")
    parser.add_argument("--json", action="store_true", help="last line: the rules' counts as one object")
    parser.add_argument(
        "--write-docs", action="store_true", help=f"rewrite the tables of {STRATEGY_PAGE.name}"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code: 0 done, 1 data or page wrong, 2 used wrongly."""
    asked = _parser().parse_args(arguments)
    if asked.last < asked.first:
        return _complain(f"--from {asked.first} is after --to {asked.last}: exchange them", 2)
    full = asked.regime is None and (asked.first, asked.last) == (FIRST, LAST)
    if asked.write_docs and not full:
        return _complain(f"--write-docs: the page shows {FIRST} to {LAST}; leave --from and --to out", 2)
    found = _Found()
    try:
        _replay(asked, found)
        if asked.story is not None:
            asked.story.write_text("".join(f"{line}\n" for line in found.told))
        _print(asked, found, compare=full)
    except (MarketDataError, MacroError, PageError) as error:
        return _complain(str(error), 1)
    except msgspec.MsgspecError as error:
        return _complain(f"--rules {asked.rules}: {error}", 2)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}", 1)
    return 0


class _Found:
    """What a replay leaves."""

    def __init__(self) -> None:
        self.tally, self.results, self.counts = Tally(), Results(), Counts()
        self.told: list[str] = []
        self._story = Story()

    def tell(self, _event: AnyEvent, records: Sequence[AnyRecord]) -> None:
        """Keep the story."""
        self.told.extend(self._story.lines(records))


def _replay(asked: argparse.Namespace, found: _Found) -> None:
    wanted = Wanted(
        history=asked.history,
        first=asked.first,
        last=asked.last,
        rules=_rules(asked.rules),
        seed=asked.seed,
        cash_usd=asked.cash,
        macro=[] if asked.macro is None else read_folder(asked.macro),
    )
    if asked.regime is None:
        market = open_market(wanted)
    else:
        market, facts = generated(asked.regime, asked.sessions, asked.seed)
        wanted = wanted if wanted.macro else replace(wanted, macro=facts)
    observers = (found.tally.observe, found.counts.observe, found.tell)
    Replay(market, wanted, observers=observers, days=(found.results.end_of_day,)).run()


def _print(asked: argparse.Namespace, found: _Found, *, compare: bool) -> None:
    if asked.first_fired:
        sys.stdout.write(report.first_fired(found.tally))
    else:
        sys.stdout.write(report.as_text(found.tally, found.results, found.counts, compare=compare))
    if asked.write_docs:
        rewrite(STRATEGY_PAGE, "replay rules", report.rules_page(found.tally))
        rewrite(STRATEGY_PAGE, "replay counts", report.comparison_page(found.counts))
        rewrite(STRATEGY_PAGE, "replay results", report.results_page(found.results))
    if asked.json:
        sys.stdout.write(msgspec.json.encode(report.as_json(found.tally)).decode() + "\n")


def _rules(path: Path | None) -> Rules:
    return Rules() if path is None else msgspec.json.decode(path.read_bytes(), type=Rules)


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"{_PROGRAM}: error: {message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
