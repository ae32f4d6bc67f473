"""`hedged demo`: the daemon against the simulator, a few sessions, as fast as they go."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DAY_FORMATS, UsageError


def demo(
    history: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Play recorded days from this folder.")
    ] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAY_FORMATS, help="First recorded day.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAY_FORMATS, help="Last recorded day.")
    ] = None,
    regime: Annotated[
        str | None, typer.Option(metavar="NAME", help="Play a generated market instead.")
    ] = None,
    sessions: Annotated[int | None, typer.Option(min=1, max=1000, help="How many sessions to play.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same play.")] = 1,
    step_s: Annotated[int, typer.Option(min=1, max=3600, help="Seconds from one look to the next.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    settings: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Settings; else the defaults.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep state and audit files here.")] = None,
) -> None:
    """Play the daemon against its own paper gateway; no account needed."""
    if history is not None and regime is not None:
        raise UsageError("--history and --regime exclude each other: give one of them")
    if history is None and (first is not None or last is not None):
        raise UsageError("--from and --to choose days of --history DIR, which is not given")
    if first is not None and last is not None and first > last:
        raise UsageError(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}: exchange them")

    from daemon.demo import run_demo

    code = run_demo(
        history=history,
        first=first.date() if first else None,
        last=last.date() if last else None,
        regime=regime,
        sessions=sessions,
        seed=seed,
        step_s=step_s,
        as_json=as_json,
        settings_file=settings,
        keep=keep,
    )
    raise typer.Exit(code)
