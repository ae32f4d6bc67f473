"""The condors that give the hedge a book: when one is entered, when it is left; strategy section 7."""

from datetime import date

from msgspec import structs

from strategies.alvh.bar import FinalBar
from strategies.alvh.equity import closing_cost_usd
from strategies.alvh.plans import add_plan, plans_for
from strategies.core.commands import Purpose
from strategies.core.holdings import Condor, CondorState, Plan
from strategies.core.market import Unavailable, quote_of
from strategies.core.records import Verdict
from strategies.core.turn import Turn

LEG_RATIOS = (1, -1, -1, 1)


def first_of_week(turn: Turn, day: date) -> bool:
    """Whether `day` is the first session of its ISO week, as far as the calendar reaches back."""
    week = day.isocalendar()[:2]
    return not any(s.day < day and s.day.isocalendar()[:2] == week for s in turn.state.sessions)


def decide_entry(turn: Turn) -> None:
    """On the first session of a week, plan one new condor while fewer than allowed are open."""
    rules, session = turn.rules.condors, turn.session
    if session is None or not rules.manage or turn.state.counters.entry_planned == session.day:
        return
    alive = [c for c in turn.state.condors.values() if c.state is not CondorState.CLOSED]
    weekly = first_of_week(turn, session.day)
    room = len(alive) < rules.max_open
    verdicts = [
        Verdict(
            rule="first_session_of_week",
            verdict="pass" if weekly else "hold",
            reason="" if weekly else "not the first session of a week",
            inputs={"session": session.day.isoformat()},
        ),
        Verdict(
            rule="condors_open",
            verdict="pass" if room else "refuse",
            reason="" if room else "as many condors as allowed are open",
            inputs={"condors_open": len(alive)},
            thresholds={"max_open": rules.max_open},
        ),
    ]
    if not (weekly and room):
        turn.decide("condor_entry", "hold" if not weekly else "refused", verdicts)
        return
    turn.decide("condor_entry", "planned", verdicts)
    turn.set(counters=structs.replace(turn.state.counters, entry_planned=session.day))
    add_plan(
        turn,
        Plan(
            plan_id="",
            purpose=Purpose.CONDOR_OPEN,
            subject="",
            session=session.day,
            not_before=turn.now,
            trigger=f"first session of the week of {session.day}",
        ),
    )


def decide_exits(turn: Turn, bar: FinalBar) -> frozenset[str]:
    """Plan the exit of every condor that is due; return the ids of those that are leaving."""
    leaving: set[str] = set()
    for condor in list(turn.state.condors.values()):
        if condor.state not in {CondorState.OPEN, CondorState.CLOSING}:
            continue
        if any(plan.purpose is Purpose.CONDOR_CLOSE for plan in plans_for(turn, condor.condor_id)):
            leaving.add(condor.condor_id)
            continue
        verdicts = [_tenor_verdict(turn, condor, bar.day), _profit_verdict(turn, condor)]
        due = next((v for v in verdicts if v.verdict == "fire"), None)
        following = turn.next_session()
        subject = f"condor_exit:{condor.condor_id}"
        if due is None or following is None or not turn.rules.condors.manage:
            turn.decide(subject, "hold", verdicts)
            if condor.state is CondorState.CLOSING:  # its exit lapsed, and the reason for it is gone
                turn.put_condor(structs.replace(condor, state=CondorState.OPEN))
            continue
        leaving.add(condor.condor_id)
        turn.decide(subject, "planned", verdicts)
        add_plan(
            turn,
            Plan(
                plan_id="",
                purpose=Purpose.CONDOR_CLOSE,
                subject=condor.condor_id,
                session=following.day,
                not_before=turn.act_time(following),
                trigger=due.reason,
            ),
        )
        turn.put_condor(structs.replace(condor, state=CondorState.CLOSING))
    return frozenset(leaving)


def _tenor_verdict(turn: Turn, condor: Condor, day: date) -> Verdict:
    limit = turn.rules.condors.exit_dte
    days = (condor.expiry - day).days
    return Verdict(
        rule="exit_tenor",
        verdict="fire" if days <= limit else "hold",
        reason="tenor reached" if days <= limit else "tenor not reached",
        inputs={"days_to_expiry": days},
        thresholds={"exit_dte": limit},
    )


def _profit_verdict(turn: Turn, condor: Condor) -> Verdict:
    share = turn.rules.condors.profit_share
    unquoted = next(
        (q.reason for leg in condor.legs if isinstance(q := quote_of(turn, leg), Unavailable)), ""
    )
    cost = closing_cost_usd(turn, condor)
    if unquoted or isinstance(cost, Unavailable):
        return Verdict(rule="exit_profit", verdict="unavailable", reason=f"a leg has {unquoted or 'no mark'}")
    credit = float(condor.credit_usd)
    taken = cost <= (1.0 - share) * credit
    return Verdict(
        rule="exit_profit",
        verdict="fire" if taken else "hold",
        reason="profit share reached" if taken else "profit share not reached",
        inputs={"closing_cost_usd": cost, "credit_usd": credit},
        thresholds={"profit_share": share},
    )


def rearm(turn: Turn, bar: FinalBar) -> None:
    """Arm every condor's trigger again after a close inside the neutral zone."""
    rules = turn.rules.rsi
    if bar.rsi is None or not rules.neutral_low <= bar.rsi <= rules.neutral_high:
        return
    for condor in list(turn.state.condors.values()):
        if not condor.armed and condor.state is not CondorState.CLOSED:
            turn.put_condor(structs.replace(condor, armed=True))
