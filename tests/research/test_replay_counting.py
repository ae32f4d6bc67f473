"""What counts as looked at, fired and refused."""

from datetime import UTC, date, datetime

from research.tally import Tally
from strategies.core.events import Job, Timer
from strategies.core.mode import Cause, Mode
from strategies.core.records import AnyRecord, Decision, ModeChanged, Verdict

NOON = datetime(2018, 2, 5, 17, tzinfo=UTC)


def tell(tally: Tally, *records: AnyRecord, at: datetime = NOON) -> None:
    """Have a tally observe records."""
    tally.observe(Timer(time=at, job=Job.HEARTBEAT, intended=at), records)


def decision(*verdicts: Verdict, subject: str = "first_engine:C0001", outcome: str = "hold") -> Decision:
    """Return a decision."""
    return Decision(time=NOON, subject=subject, outcome=outcome, rules=verdicts)


def test_a_rule_counts_once_a_session_and_subject() -> None:
    """Rule: looking again in the same session is no second look; another subject is."""
    tally = Tally()
    verdict = Verdict(rule="contango", verdict="refuse", reason="backwardation")
    tell(tally, decision(verdict), decision(verdict), decision(verdict, subject="first_engine:C0002"))
    count = tally.totals()["contango"]
    assert (count.looked_at, count.fired, count.refused) == (2, 0, 2)
    assert count.reasons == {"backwardation": 2}


def test_a_gate_that_passes_has_fired_and_one_that_holds_has_not() -> None:
    """Rule: pass and fire count as fired, refuse and unavailable as refused, hold as neither."""
    tally = Tally()
    verdicts = [
        Verdict(rule=kind, verdict=kind) for kind in ("pass", "fire", "hold", "refuse", "unavailable")
    ]
    tell(tally, decision(*verdicts))
    found = {name: (c.fired, c.refused) for name, c in tally.totals().items()}
    assert found["pass"] == found["fire"] == (1, 0)
    assert found["refuse"] == found["unavailable"] == (0, 1)
    assert found["hold"] == (0, 0)


def test_a_modifier_that_leaves_the_size_alone_has_not_fired() -> None:
    """Rule: a modifier fires where its condition holds."""
    tally = Tally()
    idle = Verdict(rule="flow", verdict="pass", inputs={"factor": 1.0})
    tell(tally, decision(idle))
    assert tally.totals()["flow"].fired == 0
    tell(tally, decision(Verdict(rule="flow", verdict="fire", inputs={"factor": 1.3})))
    assert tally.totals()["flow"].fired == 1


def test_decisions_count_beside_their_rules() -> None:
    """Rule: an engine fires where it plans or orders, and is refused for the reasons of its rules."""
    tally = Tally()
    no = Verdict(rule="armed", verdict="refuse", reason="not armed")
    tell(tally, decision(no, outcome="refused"), decision(subject="peel", outcome="planned"))
    totals = tally.totals()
    assert (totals["first_engine"].refused, totals["first_engine"].why) == (1, "not armed")
    assert totals["peel"].fired == 1


def test_the_first_day_and_each_year_are_kept() -> None:
    """Rule: the first day on which a rule fired is told, and counts are per year."""
    tally = Tally()
    yes = Verdict(rule="contango", verdict="pass")
    tell(tally, decision(yes))
    tell(tally, decision(yes), at=datetime(2019, 1, 2, 17, tzinfo=UTC))
    assert tally.first_fired["contango"] == date(2018, 2, 5)
    assert {year: count.fired for year, count in tally.years["contango"].items()} == {2018: 1, 2019: 1}


def test_an_automatic_halt_counts_and_a_persons_word_does_not() -> None:
    """Rule: halts are rules too; who lets trading go on is none."""
    tally = Tally()
    for cause in (Cause.LOSS_LIMIT, Cause.OPERATOR):
        changed = ModeChanged(
            time=NOON, mode=Mode.HALTED, before=Mode.ACTIVE, cause=cause, who="x", reason="y"
        )
        tell(tally, changed)
    assert list(tally.totals()) == ["halt_loss_limit"]


def test_reasons_that_differ_by_a_day_or_a_remark_are_one() -> None:
    """Rule: why is told by what is common."""
    tally = Tally()
    for number, day in enumerate(("2018-01-31", "2018-03-21")):
        reason = f"fomc of {day} has no value; noted"
        verdict = Verdict(rule="decay", verdict="refuse", reason=reason)
        tell(tally, decision(verdict, subject=f"layer_open:C000{number}"))
    assert tally.totals()["decay"].reasons == {"fomc of (day) has no value": 2}
