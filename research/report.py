"""A replay's figures as text, as markdown and as JSON."""

from collections.abc import Sequence
from decimal import Decimal

from research.counts import Counts, Line
from research.results import Results, YearResult
from research.tally import Count, Tally

MODELLED = "Option values are modelled; results are the model's, at the far side of modelled quotes."


def as_text(tally: Tally, results: Results, counts: Counts, *, compare: bool) -> str:
    """Return everything for a terminal.

    Args:
        tally: of the rules.
        results: of the book.
        counts: of signals and layers.
        compare: whether the replayed range is the one whose counts were published.
    """
    lines = [*_rules(tally), "", *_layers(counts), "", *_results(results)]
    if compare:
        lines += ["", "Against the method's own trial of the same range", *_grid(_comparison(counts.lines()))]
    return "\n".join([*lines, "", MODELLED]) + "\n"


def first_fired(tally: Tally) -> str:
    """Return each rule with the day on which it first fired."""
    names = sorted(tally.years)
    rows = [("rule", "first fired"), *((n, str(tally.first_fired.get(n, "never"))) for n in names)]
    return "\n".join(_grid(rows)) + "\n"


def as_json(tally: Tally) -> dict[str, object]:
    """Return the rules' totals for `--json`."""
    return {
        "rules": {
            name: {"looked_at": count.looked_at, "fired": count.fired, "refused": count.refused}
            for name, count in tally.totals().items()
        }
    }


def rules_page(tally: Tally) -> list[str]:
    """Return the table of rules for the documentation (markdown), one line a rule."""
    rows = [("rule", "looked at", "fired", "refused", "mostly because", "first fired")]
    for name, count in tally.totals().items():
        fired = str(tally.first_fired.get(name, "never"))
        rows.append((f"`{name}`", *_numbers(count), count.why, fired))
    return _markdown(rows)


def results_page(results: Results) -> list[str]:
    """Return the table of results for the documentation (markdown), one line a year."""
    return _markdown(_result_rows(results))


def comparison_page(counts: Counts) -> list[str]:
    """Return the comparison with the published counts for the documentation (markdown)."""
    return _markdown(_comparison(counts.lines()))


def _rules(tally: Tally) -> list[str]:
    rows = [("rule", "year", "looked at", "fired", "refused", "why refused")]
    for name, total in tally.totals().items():
        rows.append((name, "all", *_numbers(total), _reasons(total)))
        years = tally.years[name]
        rows += [("", str(year), *_numbers(years[year]), _reasons(years[year])) for year in sorted(years)]
    return _grid(rows)


def _numbers(count: Count) -> tuple[str, str, str]:
    return str(count.looked_at), str(count.fired), str(count.refused)


def _reasons(count: Count) -> str:
    ranked = sorted(count.reasons.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{number} x {reason}" for reason, number in ranked)


def _layers(counts: Counts) -> list[str]:
    rows = [("engine", "layers", "on sessions")]
    rows += [(engine, str(n), str(days)) for engine, (n, days) in counts.layers().items()]
    return _grid(rows)


def _results(results: Results) -> list[str]:
    return _grid(_result_rows(results))


def _result_rows(results: Results) -> list[tuple[str, ...]]:
    head = (
        "year",
        "condors",
        "hedge",
        "both",
        "premium paid",
        "commissions",
        "worst fall unhedged",
        "hedged",
    )
    years = [(str(year), *_money(result)) for year, result in results.years().items()]
    return [head, *years, ("all", *_money(results.total()))]


def _money(result: YearResult) -> tuple[str, ...]:
    both = result.condors_usd + result.hedge_usd
    amounts = (result.condors_usd, result.hedge_usd, both, result.premium_usd, result.commission_usd)
    falls = (result.drawdown_condors_usd, result.drawdown_both_usd)
    return tuple(_usd(amount) for amount in (*amounts, *falls))


def _usd(amount: Decimal) -> str:
    return f"{amount:,.0f}"


def _comparison(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    return [("count", "method's trial", "this replay"), *((x.what, x.expected, x.found) for x in lines)]


def _grid(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _markdown(rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(cell or " " for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return lines
