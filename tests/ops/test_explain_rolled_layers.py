"""`hedged explain --layer` tells a rolled layer with its whole chain, and a cut with its sold leg."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from daemon.telemetry.records import GENESIS
from strategies.core.instruments import InstrumentKey
from strategies.core.records import Decision, LayerRecord, Verdict

Run = Callable[..., Any]

AT = datetime(2026, 1, 6, 15, 0, tzinfo=UTC)


def layer(name: str, state: str, quantity: int, **fields: Any) -> LayerRecord:  # noqa: ANN401 - of the record
    """Return a layer's record."""
    wanted: dict[str, Any] = {
        "engine": "second",
        "instrument": InstrumentKey("OPT.VIX.20260317.20.C"),
        "debit_usd": Decimal(0),
        "realised_usd": Decimal(0),
    }
    return LayerRecord(
        time=AT, layer_id=name, condor_id="C0001", state=state, quantity=quantity, **(wanted | fields)
    )


def decided(subject: str) -> Decision:
    """Return a decision to plan."""
    return Decision(
        time=AT, subject=subject, outcome="planned", rules=(Verdict(rule="some_rule", verdict="fire"),)
    )


@pytest.fixture
def explain(hedged: Run, tmp_path: Path) -> Callable[[str], list[str]]:
    """Explains a layer of a made-up trail: L0001 rolled, a failed roll, then L0003; and a delta cut."""
    records = (
        decided("second_engine:C0001"),
        layer("L0001", "open", 4),
        decided("time_shift:L0001"),
        layer("L0002", "closed", 0, rolled_from="L0001"),
        layer("L0001", "closed", 0),
        layer("L0003", "open", 4, rolled_from="L0001"),
        decided("delta_cut:C0001"),
        layer("L0004", "open", 2, engine="delta_cut", short=InstrumentKey("OPT.SPXW.20260213.3900.C")),
    )
    lines = GENESIS.extend([msgspec.json.encode(record) for record in records])[1]
    folder = tmp_path / "trail"
    folder.mkdir()
    (folder / "audit-2026-01-06.jsonl").write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in lines))

    def run(name: str) -> list[str]:
        done = hedged("explain", "--audit", str(folder), "--layer", name)
        assert (done.returncode, done.stderr) == (0, "")
        found: list[str] = done.stdout.splitlines()
        return found

    return run


@pytest.mark.parametrize("name", ["L0001", "L0003"])
def test_either_end_of_a_roll_tells_the_whole_chain(explain: Callable[[str], list[str]], name: str) -> None:
    """The engine's own decision, then the time-shift's; a roll that never filled is no part of it."""
    told = explain(name)
    assert told[0] == "rolled: L0001 -> L0003"
    text = "\n".join(told)
    parts = [
        "layer L0001 of condor C0001, second engine",
        "second_engine:C0001: planned",
        "layer L0003 of condor C0001, second engine",
        "time_shift:L0001: planned",
        "the whole chain: +0.00 USD",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert "layer L0002" not in text


def test_a_delta_cut_is_told_with_its_sold_leg_and_its_own_decision(
    explain: Callable[[str], list[str]],
) -> None:
    """Its rule is no engine, and what is sold stands beside what is bought."""
    text = "\n".join(explain("L0004"))
    assert (
        "layer L0004 of condor C0001, delta cut: OPT.VIX.20260317.20.C less OPT.SPXW.20260213.3900.C" in text
    )
    assert "delta_cut:C0001: planned" in text
    assert "2 held less OPT.SPXW.20260213.3900.C" in text
