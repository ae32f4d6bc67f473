"""What the ticks of many options at once say is what one option after the other would say."""

from datetime import date, timedelta

import numpy as np
import pytest

from simulator import tick_frames
from simulator.hours import Hours
from simulator.instruments import Instrument, option
from simulator.market.sources import generate
from simulator.number_words import Rounding, squeezed, wholes
from simulator.option_ticks import OptionTicks, shown_by
from simulator.quotes import Board
from simulator.shown import NOTHING, Present, Shown, advance
from simulator.tick_numbers import LIVE
from simulator.world import World

DAY = date(2026, 1, 5)
SEED = 5
REQUEST = 1234
OWN = b"%d" % REQUEST


@pytest.fixture
def world() -> World:
    """A generated market before its first session."""
    return World(generate("shock", DAY, 2, SEED), Hours(DAY, DAY + timedelta(days=2)), SEED)


def _watched(world: World, hours: Hours) -> list[Instrument]:
    """Options near and far, some of them worthless."""
    return [
        option(name, expiry, hours.day_before(expiry), strike, right)
        for name in ("SPXW", "VIX")
        for expiry in world.expiries(name, DAY)[2:8:3]
        for strike in world.strikes(name, expiry)[::9]
        for right in ("C", "P")
    ]


def test_the_step_between_tables_is_the_step_of_each_option(world: World) -> None:
    """Frames and what is shown agree byte for byte over instants near and far, a close and a standstill."""
    hours = Hours(DAY, DAY + timedelta(days=2))
    board, steps, opened = Board(world, hours, SEED), OptionTicks(), world.sessions[0].open
    items = _watched(world, hours)
    shown = dict.fromkeys((item.con_id for item in items), NOTHING)
    compared = 0
    board.watch(items)
    for minutes in (0, 1, 2, 30, 31, 31, 389, 390, 391, 404):
        now = opened + timedelta(minutes=minutes)
        world.move_to(now)
        board.refresh(now)
        steps.begin(board.prepare())
        for item in items:
            before: Shown = shown[item.con_id]
            after, ticks = advance(before, Present(board.quote(item), None, {}), item, frozenset(), LIVE)
            shown[item.con_id] = after
            if steps.before is not None and steps.now is not None:
                compared += len(ticks)
                made = steps.frames().templates(len(OWN))[item.con_id].replace(tick_frames.ID, OWN)
                assert made == tick_frames.frames(ticks, REQUEST)
                assert shown_by(steps.now, item.con_id, before) == after
    assert len(items) > 100
    assert compared > 2000


def test_numbers_too_large_for_the_tables_leave_no_step(world: World) -> None:
    """Beyond the numbers that are written together every option is looked at by itself again."""
    hours = Hours(DAY, DAY + timedelta(days=2))
    board, steps, opened = Board(world, hours, SEED), OptionTicks(), world.sessions[0].open
    board.watch(_watched(world, hours))
    tables = []
    for minutes in (1, 2):
        now = opened + timedelta(minutes=minutes)
        world.move_to(now)
        board.refresh(now)
        tables.append(board.prepare())
    first, second = tables
    assert first is not None
    assert second is not None
    steps.begin(first)
    steps.begin(second)
    assert steps.before is first
    steps.begin(first)
    second.values.numbers[-1] = 30_000.0
    steps.begin(second)
    assert steps.before is None
    assert steps.now is second


@pytest.mark.parametrize("places", [4, 6, 8])
def test_decimals_are_those_of_percent_f(places: int) -> None:
    """Every sign and size comes out as formatting each number alone writes it, ties and zeros too."""
    draws = np.random.default_rng(SEED)
    unit = 10.0**-places
    edges = [
        0.0,
        -0.0,
        9.9999996,
        -1e-9,
        0.5 * unit,
        1.5 * unit,
        2.5 * unit,
        3999.9999999,
        4000.0,
        -12345.789,
    ]
    row = np.concatenate(
        [
            draws.normal(0.0, 1.0, 2000),
            draws.normal(0.0, unit, 2000),
            draws.uniform(-19999, 19999, 2000),
            edges,
        ]
    )
    rounding = Rounding((places, places))
    texts = rounding.texts(rounding.parts(np.array((row, -row)).T))
    wanted = [f"{number:.{places}f}\0" for pair in zip(row, -row, strict=True) for number in pair]
    assert squeezed(texts.words).decode("ascii") == "".join(wanted)
    assert texts.sizes.ravel().tolist() == [len(text) for text in wanted]


def test_cents_and_wholes_are_those_of_str() -> None:
    """Prices of two places come out as their floats are written, 1.0 and 0.25, and integers as they are."""
    column = (np.arange(1_999_999) / 100)[:, np.newaxis]
    prices = Rounding((6,)).parts(column).cents()
    wanted = [f"{price}\0" for price in column[:, 0].tolist()]
    assert squeezed(prices.words).decode("ascii") == "".join(wanted)
    assert prices.sizes[:, 0].tolist() == [len(text) for text in wanted]
    assert squeezed(wholes(np.arange(20_000)).words).decode("ascii") == "".join(map(str, range(20_000)))
