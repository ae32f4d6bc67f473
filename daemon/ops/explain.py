"""`hedged explain`: why the daemon did, or did not do, something, from its audit files alone."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DAY_FORMATS, DEFAULT_SETTINGS, SettingsFile, UsageError

_WAYS = "--last, --at TIME, --order REF, --layer ID or --story"


def explain(
    last: Annotated[bool, typer.Option("--last", help="The latest decision.")] = False,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="What was in force then; New York time unless it has an offset."),
    ] = None,
    order: Annotated[str | None, typer.Option(metavar="REF", help="The whole life of an order.")] = None,
    layer: Annotated[str | None, typer.Option(metavar="ID", help="The whole life of a hedge layer.")] = None,
    story: Annotated[bool, typer.Option("--story", help="Everything that was decided, a line each.")] = False,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY_FORMATS, help="The day a story begins on."),
    ] = None,
    settings: SettingsFile = DEFAULT_SETTINGS,
    audit: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Audit files; else the settings say.")
    ] = None,
) -> None:
    """Print, in words, each rule that decisions passed through: inputs, thresholds, verdict."""
    if [last, story, at is not None, order is not None, layer is not None].count(True) != 1:
        raise UsageError(f"say what to explain, one of {_WAYS}")
    if first is not None and not story:
        raise UsageError("--from is the day that a story begins on: give it with --story")
    told = _told(at, order, layer, story=story, first=first.date() if first else None)
    folder = audit
    if folder is None:
        from daemon.settings import load

        folder = load(settings).audit_path
    raise typer.Exit(told(folder))


def _told(
    at: str | None, order: str | None, layer: str | None, *, story: bool, first: date | None
) -> Callable[[Path], int]:
    """Return what explains the audit files of a folder."""
    if at is not None:
        from daemon.explain.moment import explain_at

        when = _moment(at)
        return lambda folder: explain_at(folder, when)
    if order is not None:
        from daemon.explain.order import explain_order

        return lambda folder: explain_order(folder, order)
    if layer is not None:
        from daemon.explain.layer import explain_layer

        return lambda folder: explain_layer(folder, layer)
    if story:
        from daemon.explain.story import explain_story

        return lambda folder: explain_story(folder, first)
    from daemon.explain.last import explain_last

    return explain_last


def _moment(text: str) -> datetime:
    """Return an aware time."""
    from daemon.hours import NEW_YORK

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {text!r} is no time: give e.g. 2026-03-02T15:59") from None
    if len(text) <= len(date.min.isoformat()):
        raise UsageError(f"--at {text!r} is a day: give the time too, e.g. {text}T16:05")
    return found if found.tzinfo else found.replace(tzinfo=NEW_YORK)
