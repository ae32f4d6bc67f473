"""`hedged demo`: the daemon and the paper gateway together, through a few weeks, as fast as they go."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace
from rich.console import Console

from daemon import app
from daemon.demo_view import DemoView, summary_table
from daemon.errors import BrokerUnavailable, ConfigError, ExitCode
from daemon.macro.from_history import available, write_from_history
from daemon.settings import Settings, load
from daemon.settings.secret import Secret
from daemon.store.parent_death import die_with_parent
from daemon.tally import Tally
from daemon.telemetry import oplog

_STOP_WITHIN_S = 10


def run_demo(  # noqa: PLR0913 - the verb's options, by name
    *,
    history: Path | None,
    first: date | None,
    last: date | None,
    regime: str | None,
    sessions: int | None,
    seed: int,
    step_s: int = 60,
    as_json: bool,
    settings_file: Path | None,
    keep: Path | None,
) -> ExitCode:
    """Play, show what happens, and sum it up; return 0 if at least one session was played.

    Raises:
        HedgedError: whatever ends the daemon; see `daemon.errors`.
    """
    base = load(settings_file)
    folder = keep or _fresh_folder(base.state_path / "demo")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        "history": history,
        "from": first,
        "to": last,
        "regime": regime,
        "sessions": sessions,
        "seed": seed,
        "step-s": step_s,
        "step-client": base.ib.client_id,
        "ledger": folder / "gateway-ledger.jsonl",  # the gateway's own word, to hold the audit files against
    }
    macro = _fresh_macro(folder, history, base)
    if history is None and macro is not None:
        wanted["macro"] = macro
    console = Console(stderr=as_json)
    with (
        (folder / "operational.log").open("w") as log,
        _gateway(wanted, folder / "gateway.log") as port,
        DemoView(console, quiet=as_json) as view,
    ):
        oplog.configure(base.log.level, json=True, secrets=base.secrets(), stream=log)
        settings = _in_play(base, folder, port, macro)
        app.run(settings, view.observe)
    if as_json:
        sys.stdout.write(msgspec.json.encode(figures(view.tally, str(settings.audit_path))).decode() + "\n")
    else:
        console.print(summary_table(view.tally, str(settings.audit_path)))
    return ExitCode.OK if view.tally.sessions else ExitCode.ERROR


def _fresh_folder(parent: Path) -> Path:
    """Return the next numbered folder: each demo keeps its own state and audit files."""
    number = 1
    while (folder := parent / f"{number:04d}").exists():
        number += 1
    return folder.resolve()


def _fresh_macro(folder: Path, history: Path | None, base: Settings) -> Path | None:
    """Return where this demo's macro facts will lie, None where the settings name a folder or there are none.

    Of real days they are made here, of generated ones the gateway makes them up.
    """
    if base.macro.folder:
        return None
    macro = folder / "macro"
    if macro.exists():
        shutil.rmtree(macro)  # of an earlier play in the same folder
    if history is not None:
        if not available(history):
            return None
        write_from_history(history, macro)
    return macro


def _in_play(base: Settings, folder: Path, port: int, macro: Path | None) -> Settings:
    """Return the settings with the demo's own gateway, clock and folders."""
    return replace(
        base,
        state_dir=str(folder),
        ib=replace(base.ib, host="127.0.0.1", port=port, account=""),
        redis=replace(base.redis, url=Secret("")),
        clock=replace(base.clock, source="gateway"),
        macro=base.macro if macro is None else replace(base.macro, folder=str(macro)),
        fred=replace(base.fred, api_key=Secret("")),
        audit=replace(base.audit, dir=""),
    )


@contextlib.contextmanager
def _gateway(wanted: Mapping[str, object], log: Path) -> Iterator[int]:
    """Start the paper gateway in stepped play on a free loopback port; yield the port, stop it after."""
    options = [f"--{name}={value}" for name, value in wanted.items() if value is not None]
    command = [sys.executable, "-m", "simulator", "--port=0", "--clock=stepped", *options]
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - there is one thread here
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                code = process.wait(_STOP_WITHIN_S)
                raise _refused(code, log)
            yield int(msgspec.json.decode(line)["listening"].rpartition(":")[2])
        finally:
            process.terminate()
            try:
                process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _refused(code: int, log: Path) -> ConfigError | BrokerUnavailable:
    """Word why the gateway did not start: its last line says so."""
    lines = log.read_text().splitlines()
    said = lines[-1] if lines else "it said nothing"
    if code == ExitCode.USAGE:
        return ConfigError(f"the paper gateway refuses its options: {said}")
    return BrokerUnavailable(f"the paper gateway ended with code {code}: {said}; see {log}")


def figures(tally: Tally, audit_path: str) -> dict[str, object]:
    """Return the summary as one JSON object; money in USD as text."""
    return {
        "sessions": tally.sessions,
        "condors_opened": len(tally.condors_opened),
        "condors_closed": len(tally.condors_closed),
        "layers_added": len(tally.layers_added),
        "layers_peeled": len(tally.peeled),
        "layers": [
            {
                "layer_id": layer.layer_id,
                "instrument": layer.instrument,
                "trigger": layer.trigger,
                "sold": tally.peeled.get(layer.layer_id, 0),
                "left": layer.quantity,
                "realised_usd": layer.realised_usd,
            }
            for layer in tally.layers_added
        ],
        "refused": dict(sorted(tally.refused.items())),
        "orders_transmitted": tally.orders_transmitted,
        "fills": tally.fills,
        "unhedged_result_usd": tally.unhedged_usd,
        "hedge_result_usd": tally.hedge_usd,
        "hedged_result_usd": tally.hedged_usd,
        "audit_path": audit_path,
    }
