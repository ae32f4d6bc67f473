"""Condors among an account's positions: which four legs form one, and what is left alone."""

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.core.adoption import condors_in
from strategies.core.instruments import InstrumentKey, Kind, Right, instrument_key

DAY = date(2018, 3, 7)


def key(strike: float, right: str, trading_class: str = "SPXW", day: date = DAY) -> InstrumentKey:
    """Return an option's key."""
    return instrument_key(
        kind=Kind.OPTION,
        symbol="SPX",
        trading_class=trading_class,
        last_trade=day,
        strike=strike,
        right=Right(right),
    )


def legs(k1: float, k2: float, k3: float, k4: float, count: int) -> Counter[InstrumentKey]:
    """Return the positions of so many condors."""
    return Counter({key(k1, "P"): count, key(k2, "P"): -count, key(k3, "C"): -count, key(k4, "C"): count})


def added(*parts: Counter[InstrumentKey]) -> dict[InstrumentKey, int]:
    """Return the sum of positions, nothing that nets to zero."""
    total: Counter[InstrumentKey] = Counter()
    for part in parts:
        total.update(part)
    return {k: n for k, n in total.items() if n}


def test_four_legs_are_a_condor() -> None:
    """Long put, short put, short call, long call of one expiry, equal counts."""
    (found,) = condors_in(legs(2650, 2700, 2900, 2950, 10))
    assert (found.strikes, found.contracts) == ((2650, 2700, 2900, 2950), 10)


def test_two_condors_of_one_expiry_are_told_apart() -> None:
    """Several per expiry, of different widths and counts."""
    both = added(legs(2650, 2700, 2900, 2950, 10), legs(2600, 2625, 2960, 3000, 4))
    found = {c.strikes: c.contracts for c in condors_in(both)}
    assert found == {(2650, 2700, 2900, 2950): 10, (2600, 2625, 2960, 3000): 4}


def test_a_condor_filled_in_part_counts_what_is_whole() -> None:
    """Ten put spreads and six call spreads are six condors; four put spreads are left alone."""
    held = {**legs(2650, 2700, 2900, 2950, 6), key(2650, "P"): 10, key(2700, "P"): -10}
    (found,) = condors_in(held)
    assert found.contracts == 6


def test_expiries_and_classes_do_not_mix() -> None:
    """A put spread of one expiry and a call spread of another are no condor."""
    held = {
        key(2650, "P"): 1,
        key(2700, "P"): -1,
        key(2900, "C", day=date(2018, 3, 9)): -1,
        key(2950, "C", day=date(2018, 3, 9)): 1,
    }
    assert condors_in(held) == []


def test_debit_spreads_and_naked_legs_are_no_condor() -> None:
    """What is long inside and short outside is somebody's other idea."""
    assert condors_in({key(2650, "P"): -1, key(2700, "P"): 1, key(2900, "C"): -1, key(2950, "C"): 1}) == []
    assert condors_in({key(2700, "P"): -1, key(2900, "C"): -1}) == []


def test_what_is_no_option_is_passed_over() -> None:
    """Stocks, futures and contracts of unknown kinds have no strike."""
    held = {InstrumentKey("STK.VXX"): 5, InstrumentKey("FUT.VX.20180214"): 1, InstrumentKey("BOND.X.7"): 2}
    assert condors_in(held) == []


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, -1]), st.booleans(), st.integers(1, 9))))
def test_found_condors_never_hold_more_than_the_account(rows: list[tuple[int, int, bool, int]]) -> None:
    """Whatever is held, the found condors' legs fit into it, and each is a proper one."""
    held: Counter[InstrumentKey] = Counter()
    for step, sign, put, count in rows:
        held[key(2500 + 25 * step, "P" if put else "C")] += sign * count
    positions = {k: n for k, n in held.items() if n}
    used: Counter[InstrumentKey] = Counter()
    for condor in condors_in(positions):
        k1, k2, k3, k4 = condor.strikes
        assert k1 < k2 < k3 < k4
        assert condor.contracts > 0
        used.update(legs(k1, k2, k3, k4, condor.contracts))
    for leg, count in used.items():
        assert count * positions[leg] > 0
        assert abs(count) <= abs(positions[leg])
