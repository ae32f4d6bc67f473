"""What is wrong with settings is said at once, in one line each, and nothing is guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from daemon.errors import ConfigError, ExitCode
from daemon.settings import Settings, load
from daemon.settings.connections import Ib

Write = Callable[[str], Path]
Faults = Callable[[str], list[str]]


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    """A settings file that is named must be there: its absence is not the defaults."""
    with pytest.raises(ConfigError, match=r"nowhere\.toml does not exist") as caught:
        load(tmp_path / "nowhere.toml")
    assert caught.value.exit_code is ExitCode.CONFIG


def test_syntax_error_names_file_and_line(write: Write) -> None:
    """Text that is no TOML is refused with the place where it stops being TOML."""
    path = write('state_dir = "x"\n[ib\nport = 1\n')
    with pytest.raises(ConfigError, match=rf"{path} is no valid TOML: .*line 2"):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A file in another encoding is one clear error, not a traceback."""
    path = tmp_path / "settings.toml"
    path.write_bytes(b'state_dir = "\xff"\n')
    with pytest.raises(ConfigError, match="cannot be read"):
        load(path)


def test_all_faults_come_at_once(faults: Faults) -> None:
    """A file is corrected in one go: each fault has its line with key, value and what is allowed."""
    assert faults(
        """
        mode = "live"
        [ib]
        port = 70000
        host = 5
        [peel]
        scope = "layer"
        [condors]
        delta_short = 0.5
        """
    ) == [
        'mode = \'live\': must be "auto" or "advise"',
        "ib.host = 5: must be text, not empty",
        "ib.port = 70000: must be a whole number from 1 to 65535",
        'peel.scope = \'layer\': must be "book" or "condor"',
        "condors.delta_short = 0.5: must be a number, above 0 and below 0.5",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[ib]\nport = true", "ib.port = true: must be a whole number from 1 to 65535"),
        ('[ib]\nport = "4002"', "ib.port = '4002': must be a whole number from 1 to 65535"),
        ("[peel]\nhold_while_expanding = 1", "peel.hold_while_expanding = 1: must be true or false"),
        ("[rsi]\noversold = nan", "rsi.oversold = nan: must be a number from 0 to 100"),
        ("[orders]\ncross_share = inf", "orders.cross_share = inf: must be a number from 0 to 1"),
        ('state_dir = ""', "state_dir = '': must be text, not empty"),
        ("[log]\njson = 0", "log.json = 0: must be true or false"),
    ],
)
def test_nothing_is_converted_in_silence(faults: Faults, text: str, line: str) -> None:
    """A value of the wrong kind is refused, also where Python would take it for the right one."""
    (found,) = faults(text)
    assert found.startswith(line)


def test_unknown_key_is_refused_with_the_likely_one(faults: Faults) -> None:
    """A misspelt key would leave a limit at its default: it is refused in every table and at the top."""
    assert faults('[caps]\nlayer_open_max = 1\n[nosuch]\na = 1\n[ib]\n"" = 1') == [
        "ib.: unknown key; remove or correct it",
        "caps.layer_open_max: unknown key (did you mean layers_open_max?); remove or correct it",
        "nosuch: unknown key; remove or correct it",
    ]


def test_key_that_the_settings_library_would_take_is_unknown(faults: Faults) -> None:
    """The library's own constructor options cannot be reached through the file."""
    assert faults('_env_file = ".env"') == ["_env_file: unknown key; remove or correct it"]


def test_value_in_place_of_a_table_is_refused(faults: Faults) -> None:
    """A section is a table; what stands in its place is not shown, it may be an address with a password."""
    (line,) = faults('redis = "redis://:hunter2@h"')
    assert line == "redis: a table [redis] is needed, not a single value (not shown)"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[ib]\nreconnect_delay_min_s = 90",
            "ib.reconnect_delay_min_s = 90.0: must be at most reconnect_delay_max_s = 60.0",
        ),
        ("[rsi]\noversold = 40", "rsi.oversold = 40.0: must be below neutral_low = 40.0"),
        ("[rsi]\noverbought = 55", "rsi.neutral_high = 60.0: must be below overbought = 55.0"),
        (
            "[first_engine]\ndte_min = 31",
            "first_engine.dte_min = 31: must be at most dte_target = 30",
        ),
        ("[condors]\nexit_dte = 30", "condors.exit_dte = 30: must be below dte_min = 30"),
        (
            "[caps]\norders_per_minute_max = 61",
            "caps.orders_per_minute_max = 61: must be at most orders_per_day_max = 60",
        ),
        (
            '[ib]\naccount = "U1234567"',
            "ib.account = 'U1234567': must begin with DU or DF: only paper accounts trade",
        ),
    ],
)
def test_values_that_contradict_each_other_are_refused(faults: Faults, text: str, line: str) -> None:
    """Each value may be allowed and the two together not: both are named."""
    assert faults(text) == [line]


@pytest.mark.parametrize("prefix", ["U", "", "D", "du", "DU1"])
def test_paper_prefixes_cannot_let_a_live_account_through(faults: Faults, prefix: str) -> None:
    """No setting makes a live account look like a paper one: none begins with D and a letter."""
    (line,) = faults(f'[ib]\npaper_prefixes = ["DU", "{prefix}"]')
    assert line.startswith("ib.paper_prefixes.1 = ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[ib]\npaper_prefixes = ["U"]', "ib.paper_prefixes.0 = 'U': must be text matching ^D[A-Z]$"),
        ('[ib]\npaper_prefixes = ["DU\\n"]', "ib.paper_prefixes.0 = 'DU\\n': must be text matching ^D[A-Z]$"),
        (
            '[confirmation]\napplies_to = ["first", 2]',
            'confirmation.applies_to.1 = 2: must be "first", "slope", "second" or "breach"',
        ),
        ("[schedule]\nsession_overrides = [1]", "schedule.session_overrides.0 = 1: must be a table"),
        (
            "[schedule]\nsession_overrides = [{ closed = true }]",
            "schedule.session_overrides.0.day: is missing and must be a day such as 2027-01-02",
        ),
        (
            "[schedule]\nsession_overrides = [{ day = 2027-01-04, open = 9 }]",
            "schedule.session_overrides.0.open = 9: must be a time such as 13:00",
        ),
    ],
)
def test_an_item_of_a_list_is_named_by_its_place(faults: Faults, text: str, line: str) -> None:
    """The reader learns which item is off, from 0, and what each must be."""
    assert faults(text) == [line]


def test_a_section_that_the_code_makes_is_checked_too() -> None:
    """Not only what comes from a file: a section in force has been checked, however it was made."""
    with pytest.raises(ValueError, match=r"port = 0: must be a whole number from 1 to 65535"):
        Ib(port=0)
    with pytest.raises(ValueError, match=r"reconnect_delay_min_s = 90.0: must be at most"):
        replace(Ib(), reconnect_delay_min_s=90)
    assert type(Ib(connect_timeout_s=7).connect_timeout_s) is float


def test_paper_prefixes_cannot_be_empty(faults: Faults) -> None:
    """Without a prefix nothing could be told from a live account."""
    (line,) = faults("[ib]\npaper_prefixes = []")
    assert line.startswith("ib.paper_prefixes = []: must be a list of text")
    assert line.endswith(", not empty")


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("{ day = 2027-01-04 }", "must have open, close or both"),
        (
            '{ day = 2027-01-04, closed = true, close = "13:00" }',
            "must have open, close or both",
        ),
        (
            '{ day = 2027-01-04, open = "13:00", close = "09:30" }',
            "open = 13:00:00 must be before close = 09:30",
        ),
        ('{ day = 2027-01-04, close = "13:00Z" }', "must carry no zone"),
        ('{ day = "2027-13-04", closed = true }', "schedule.session_overrides.0.day = '2027-13-04'"),
        ("{ day = 2027-01-04, close = 13 }", "schedule.session_overrides.0.close = 13"),
        ("{ day = 2027-01-04, shut = true }", "schedule.session_overrides.0.shut: unknown key"),
    ],
)
def test_session_override_that_says_nothing_is_refused(faults: Faults, override: str, part: str) -> None:
    """A day that overrules the calendar says clearly when, or that there is no session."""
    (line,) = faults(f"[schedule]\nsession_overrides = [{override}]")
    assert part in line


def test_session_override_of_one_day_twice_is_refused(faults: Faults) -> None:
    """Two overrides of one day would depend on their order."""
    day = "{ day = 2027-01-04, closed = true }"
    (line,) = faults(f"[schedule]\nsession_overrides = [{day}, {day}]")
    assert line == "schedule.session_overrides = 2027-01-04: must be given once"


def test_session_overrides_are_read(write: Write) -> None:
    """TOML's own dates and times and quoted ones mean the same."""
    settings = load(
        write(
            "[schedule]\nsession_overrides = ["
            '{ day = 2027-01-04, close = "13:00" }, '
            '{ day = "2027-01-05", open = 10:00:00, close = 12:30:00 }, '
            "{ day = 2027-01-06, closed = true }]"
        )
    )
    half, late, shut = settings.schedule.session_overrides
    assert (str(half.day), half.open, str(half.close)) == ("2027-01-04", None, "13:00:00")
    assert (str(late.day), str(late.open), str(late.close)) == ("2027-01-05", "10:00:00", "12:30:00")
    assert shut.closed


def test_settings_cannot_be_changed_once_read() -> None:
    """A rule that held at start holds until the end."""
    settings = Settings()
    with pytest.raises(AttributeError, match="immutable"):
        settings.caps.layers_open_max = 99
    with pytest.raises(AttributeError, match="immutable"):
        settings.mode = "auto"
