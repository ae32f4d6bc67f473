"""`hedged simulate`: a paper IB Gateway on this machine, by becoming `python -m simulator`."""

import os
import sys
from typing import Annotated

import typer


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port to listen on; 0 takes a free one.")],
    history: Annotated[
        str | None, typer.Option(metavar="DIR", help="Play recorded days from this folder.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First recorded day.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last recorded day.")] = None,
    regime: Annotated[
        str | None, typer.Option(metavar="NAME", help="Play a generated market instead.")
    ] = None,
    sessions: Annotated[int | None, typer.Option(min=1, help="How many sessions to play.")] = None,
    session: Annotated[
        str | None, typer.Option(metavar="OPEN-CLOSE", help="New York hours of the first generated day.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same market and same fills.")] = None,
    clock: Annotated[str | None, typer.Option(metavar="real|scaled:X|stepped", help="Whose pace.")] = None,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Market time at the start.")] = None,
    host: Annotated[str | None, typer.Option(metavar="H", help="Address to listen on.")] = None,
    account: Annotated[str | None, typer.Option(metavar="A", help="The paper account's name.")] = None,
    cash: Annotated[float | None, typer.Option(help="Its cash at the start, USD.")] = None,
    step_client: Annotated[
        int | None, typer.Option(metavar="ID", help="Client id that steps the clock.")
    ] = None,
    step_s: Annotated[float | None, typer.Option(metavar="S", help="Market seconds a step.")] = None,
    ledger: Annotated[str | None, typer.Option(metavar="FILE", help="Record what the gateway did.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[@N]", help="Misbehave; repeatable. See docs/simulator.md."),
    ] = None,
) -> None:
    """Listen as a paper IB Gateway with its own market. What the options allow is the simulator's to say."""
    given = {
        "--port": port,
        "--history": history,
        "--from": first,
        "--to": last,
        "--regime": regime,
        "--sessions": sessions,
        "--session": session,
        "--seed": seed,
        "--clock": clock,
        "--start": start,
        "--host": host,
        "--account": account,
        "--cash": cash,
        "--step-client": step_client,
        "--step-s": step_s,
        "--ledger": ledger,
    }
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    options += [f"--fault={name}" for name in fault or ()]
    # The process becomes the simulator: its exit code and the signals sent to it need no forwarding.
    os.execv(sys.executable, [sys.executable, "-m", "simulator", *options])  # noqa: S606 - no shell is wanted
