"""February 2018 as it was: what the daemon saw, decided and booked, held against the data and the gateway."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import talib

Json = dict[str, Any]
Audit = Callable[..., list[Json]]
Demo = Any  # the fixture's class lives in conftest

pytestmark = pytest.mark.history

FIRST, LAST, SESSIONS = "2018-01-22", "2018-02-16", 20
OVERSOLD, OVERBOUGHT, FLAT_POINTS = 30.0, 70.0, 0.05
CASH_USD = Decimal(1_000_000)
LAYER_GATES = [
    "ready",
    "size",
    "break_even",
    "decay_budget",
    "steward_stress",
    "steward_irr",
    "layers_open",
    "order_pace",
]
GATES = {
    "condor_open": ["ready", "condor_size", "credit", "order_pace", "never_raise_size"],
    "layer_open.first": LAYER_GATES,
    "layer_open.second": LAYER_GATES,
    "layer_open.breach": LAYER_GATES,
    "peel": ["ready", "worth_selling", "liquidity_ratio", "order_pace"],
}


@pytest.fixture(scope="module")
def audit(february: Demo, processes: Any) -> Audit:  # noqa: ANN401 - a module found at run time
    """Records of the play's audit files by kind."""
    records = list(processes.audit_records(february.folder / "audit"))
    return lambda *kinds: [record for record in records if record["kind"] in kinds]


@pytest.fixture(scope="module")
def ledger(february: Demo) -> list[Json]:
    """The gateway's own record of the play."""
    lines = (february.folder / "gateway-ledger.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def bars(audit: Audit) -> dict[str, Json]:
    """The final bars by session."""
    return {bar["session"]: bar for bar in audit("bar_closed")}


def rows(file: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a data file."""
    with file.open() as lines:
        yield from csv.DictReader(lines)


def test_every_close_and_rsi_is_the_markets(bars: dict[str, Json], data_folder: Path) -> None:
    """Each session closes once, at the recorded close; RSI equals TA-Lib's on the same closes to 1e-9."""
    days = [row for row in rows(data_folder / "spx_daily.csv") if "2014-01-01" <= row["date"] <= LAST]
    closes = np.array([float(row["close"]) for row in days])
    expected = talib.RSI(closes, timeperiod=14)
    played = {row["date"]: at for at, row in enumerate(days) if row["date"] >= FIRST}
    assert list(bars) == list(played)
    assert len(bars) == SESSIONS
    for day, at in played.items():
        assert bars[day]["close"] == closes[at]
        assert bars[day]["rsi"] == pytest.approx(expected[at], abs=1e-9)
        assert bars[day]["source"] == "live"


def test_every_curve_is_the_settlements(bars: dict[str, Json], data_folder: Path) -> None:
    """M1, M2 and slope are the settlements, and M1 is never a contract that expires that day; VIX closes."""
    curve = {row["date"]: row for row in rows(data_folder / "vx_term_structure_daily.csv")}
    vix = {row["date"]: float(row["close"]) for row in rows(data_folder / "vix_daily.csv")}
    for day, bar in bars.items():
        m1, m2 = float(curve[day]["M1"]), float(curve[day]["M2"])
        assert (bar["m1"], bar["m2"], bar["vix"]) == (m1, m2, vix[day])
        assert bar["slope"] == pytest.approx(m2 - m1, abs=1e-9)
        expiry = curve[day]["m1_expiry"]
        assert bar["m1_contract"] == f"FUT.VX.{expiry.replace('-', '')}"
        assert expiry > day
    assert (bars["2018-02-05"]["m1"], bars["2018-02-05"]["m2"]) == (33.225, 27.975)


def test_each_layer_is_bought_on_its_own_rules_signal(bars: dict[str, Json], audit: Audit) -> None:
    """First engine: a band in contango. Second: expansion. Breach: a short strike passed in backwardation."""
    engine = {layer["layer_id"]: layer["engine"] for layer in audit("layer")}
    orders = [order for order in audit("order_intended") if order["purpose"] == "layer_open"]
    strikes = {condor["condor_id"]: condor["strikes"] for condor in audit("condor")}
    condors = {layer["layer_id"]: layer["condor_id"] for layer in audit("layer")}
    for order in orders:
        bar = bars[max(day for day in bars if day < order["time"][:10])]
        match engine[order["subject"]]:
            case "first":
                assert bar["rsi"] > OVERBOUGHT or bar["rsi"] < OVERSOLD
                assert bar["slope"] > FLAT_POINTS
            case "second":
                assert bar["expanding"]
            case "breach":
                assert bar["close"] < strikes[condors[order["subject"]]][1]
                assert bar["slope"] < -FLAT_POINTS
            case other:
                pytest.fail(f"no {other} layer belongs into this February")
    assert {engine[order["subject"]] for order in orders} == {"first", "second", "breach"}
    bought = {fill["order_ref"] for fill in audit("fill")}
    assert {order["order_ref"] for order in orders} <= bought


def test_the_worked_example_happens(audit: Audit) -> None:
    """March calls of strike 16 on 01-23, May calls of strike 20 on 01-30, breach calls on 02-06.

    0.25 x 50,000 / (F x 100): ten calls at the close's F of 12.475, nine at the morning's 12.725.
    """
    bought = {
        (fill["time"][:10], fill["instrument"]): fill["quantity"]
        for fill in audit("fill")
        if fill["side"] == "BOT" and fill["instrument"].startswith("OPT.VIX")
    }
    assert bought["2018-01-23", "OPT.VIX.20180320.16.C"] in {9, 10}
    assert ("2018-01-30", "OPT.VIX.20180515.20.C") in bought
    assert any(day == "2018-02-06" for day, _ in bought)


@pytest.mark.parametrize("day", ["2018-02-05", "2018-02-08"])
def test_backwardation_refuses_what_rsi_asks_for(bars: dict[str, Json], audit: Audit, day: str) -> None:
    """Oversold in backwardation: every condor's first engine is refused, and the curve is the reason."""
    assert bars[day]["rsi"] < OVERSOLD
    decisions = [
        decision
        for decision in audit("decision")
        if decision["subject"].startswith("first_engine:") and decision["time"].startswith(day)
    ]
    assert decisions
    for decision in decisions:
        curve = next(rule for rule in decision["rules"] if rule["rule"] == "contango")
        assert (decision["outcome"], curve["verdict"]) == ("refused", "refuse")
        assert curve["reason"] == "the curve is in backwardation"
        assert curve["inputs"]["slope"] == bars[day]["slope"]


def test_layers_are_held_while_volatility_expands_then_peeled(bars: dict[str, Json], audit: Audit) -> None:
    """RSI passes through 40 to 60 on 02-02 and 02-12 while VIX expands: held; peeled once calm returns."""
    expanding = [day for day, bar in bars.items() if bar["expanding"]]
    assert set(expanding) >= {"2018-02-02", "2018-02-05", "2018-02-06", "2018-02-08", "2018-02-12"}
    holds = {
        decision["time"][:10]: decision
        for decision in audit("decision")
        if decision["subject"] == "peel" and decision["outcome"] == "hold"
    }
    for day in ("2018-02-02", "2018-02-12"):
        said = {rule["rule"]: (rule["verdict"], rule.get("reason")) for rule in holds[day]["rules"]}
        assert said["rsi_neutral"] == ("fire", "inside the neutral zone")
        assert said["not_expanding"] == ("hold", "volatility is expanding")
    peels = [order for order in audit("order_intended") if order["purpose"] == "layer_peel"]
    assert min(order["time"][:10] for order in peels) in {"2018-02-14", "2018-02-15"}


def test_every_order_shows_all_its_gates(audit: Audit) -> None:
    """A decision that orders carries the verdict of every gate of its kind, with what it compared."""
    ordering = [
        decision
        for decision in audit("decision")
        if any(command["command"] == "place_order" for command in decision.get("commands", []))
    ]
    assert len(ordering) == len(audit("order_intended"))
    for decision in ordering:
        kind = decision["subject"].partition(":")[0]
        assert [rule["rule"] for rule in decision["rules"]] == GATES[kind]
        assert {rule["verdict"] for rule in decision["rules"]} == {"pass"}
        assert all(rule.get("inputs") for rule in decision["rules"])


def test_the_gateway_saw_each_order_once_and_every_fill_is_booked_once(
    audit: Audit, ledger: list[Json]
) -> None:
    """The gateway's record: one transmission per intent, terms as intended; each execution booked once."""
    placed = [record for record in ledger if record["kind"] == "place"]
    intended = audit("order_intended")
    assert [record["order_ref"] for record in placed] == [order["order_ref"] for order in intended]
    for record, order in zip(placed, intended, strict=True):
        assert (record["quantity"], Decimal(str(record["limit_price"]))) == (
            order["quantity"],
            Decimal(order["limit"]),
        )
    executed = [r for r in ledger if r["kind"] == "execution" and r["contract"] != "BAG"]
    told = Counter((r["exec_id"], r["side"], r["shares"], Decimal(str(r["price"]))) for r in executed)
    booked = Counter((f["exec_id"], f["side"], f["quantity"], Decimal(f["price"])) for f in audit("fill"))
    assert told == booked
    assert set(told.values()) == {1}


def test_the_figures_are_the_audit_files_and_the_accounts(
    february: Demo, audit: Audit, ledger: list[Json]
) -> None:
    """The summary counts what the files hold, and the gateway's account is worth cash plus the result."""
    figures = february.figures
    fills = audit("fill")
    peel_orders = {o["order_ref"] for o in audit("order_intended") if o["purpose"] == "layer_peel"}
    peeled = {fill["subject"] for fill in fills if fill["order_ref"] in peel_orders}
    opened = {o["subject"] for o in audit("order_intended") if o["purpose"] == "layer_open"}
    assert figures["sessions"] == SESSIONS
    assert (figures["layers_added"], figures["layers_peeled"]) == (len(opened), len(peeled))
    assert figures["orders_transmitted"] == len(audit("order_transmitted"))
    assert figures["orders_transmitted"] == sum(r["kind"] == "place" for r in ledger)
    assert figures["fills"] == len(fills)
    assert figures["audit_path"] == str(february.folder / "audit")
    last = audit("summary")[-1]
    hedged = Decimal(figures["hedged_result_usd"])
    assert hedged == Decimal(last["condor_result_usd"]) + Decimal(last["hedge_result_usd"])
    assert Decimal(last["net_liquidation_usd"]) == CASH_USD + hedged


def test_the_hedges_result_is_what_the_gateway_executed(
    february: Demo, audit: Audit, ledger: list[Json]
) -> None:
    """What the layers' executions brought, less commissions, plus the last mid of what is left."""
    vix = [r for r in ledger if r["kind"] == "execution" and r["contract"].startswith("VIX ")]
    paid = sum(
        Decimal(str(r["price"])) * Decimal(100 * r["shares"]) * (1 if r["side"] == "BOT" else -1)
        + Decimal(r["commission"])
        for r in vix
    )
    quotes = {q["instrument"]: q for event in audit("quotes") for q in event["quotes"] if q.get("bid")}
    worth = Decimal(0)
    for layer in february.figures["layers"]:
        quote = quotes[layer["instrument"]]
        worth += Decimal(str(quote["bid"] + quote["ask"])) / 2 * 100 * layer["left"]
    assert Decimal(february.figures["hedge_result_usd"]) == worth - paid


def test_verification_holds(february: Demo, hedged: Callable[..., Any]) -> None:
    """Every hash, every number and every decision of the play holds when it is made again."""
    done = hedged("audit", "verify", str(february.folder / "audit"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "every decision agrees" in done.stdout
