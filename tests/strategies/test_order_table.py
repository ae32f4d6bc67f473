"""The table of an order's life: total, and without a way back to the wire."""

import pytest

from strategies.core.holdings import ENDED, OrderStage
from strategies.core.orders import LIFE, Report, report_of

SENDABLE = {OrderStage.INTENDED, OrderStage.TRANSMITTED}


def test_every_stage_has_its_row() -> None:
    """No stage is forgotten, and a row names only stages and reports that exist."""
    assert set(LIFE) == set(OrderStage)
    assert all(
        isinstance(r, Report) and isinstance(s, OrderStage) for row in LIFE.values() for r, s in row.items()
    )


def test_nothing_leads_back_to_before_the_transmission() -> None:
    """No report makes an order sendable again: an intent is transmitted at most once."""
    targets = {(stage, after) for stage, row in LIFE.items() for after in row.values() if after in SENDABLE}
    assert targets == {
        (OrderStage.PROPOSED, OrderStage.INTENDED),  # a proposal was never sent
        (OrderStage.INTENDED, OrderStage.TRANSMITTED),
    }


def test_filled_is_final() -> None:
    """A fill is a fact: no later report takes it back."""
    assert LIFE[OrderStage.FILLED] == {}


def test_unknown_is_left_only_by_what_the_broker_proves() -> None:
    """Unknown ends by a fact or by proven absence; a transmission or a timer does not end it."""
    assert set(LIFE[OrderStage.UNKNOWN]) == {
        Report.WORKING,
        Report.CANCELLED,
        Report.REJECTED,
        Report.FILLED,
        Report.ABSENT,
    }


def test_a_doubt_never_ends_an_order() -> None:
    """Doubt leads to unknown or nowhere."""
    after = {row[Report.DOUBT] for row in LIFE.values() if Report.DOUBT in row}
    assert after == {OrderStage.UNKNOWN}
    assert all(Report.DOUBT not in LIFE[stage] for stage in ENDED)


@pytest.mark.parametrize(
    ("status", "confirmed", "reason", "report"),
    [
        ("Submitted", True, "", Report.WORKING),
        ("PreSubmitted", True, "", Report.WORKING),
        ("PendingCancel", True, "", Report.CANCEL_ASKED),
        ("Cancelled", True, "202 Order cancelled", Report.CANCELLED),
        ("ApiCancelled", True, "", Report.CANCELLED),
        ("Cancelled", False, "10349 TIF was set to DAY", Report.DOUBT),
        ("Filled", True, "", Report.FILLED),
        ("Inactive", True, "", Report.DOUBT),
        ("Inactive", True, "201 Order rejected", Report.REJECTED),
        ("Cancelled", False, "201 Order rejected", Report.REJECTED),
        ("Inactive", True, "20148 something else", Report.DOUBT),
        ("Filled", True, "201 Order rejected", Report.FILLED),
        ("", True, "", Report.DOUBT),
    ],
)
def test_a_status_proves_no_more_than_it_says(
    status: str,
    confirmed: bool,  # noqa: FBT001 - the case
    reason: str,
    report: Report,
) -> None:
    """A cancel inferred from a code and an unknown word are doubts; only 201 is a rejection."""
    assert report_of(status, confirmed=confirmed, reason=reason) is report
