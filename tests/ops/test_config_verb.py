"""`hedged config` says whether the settings hold, which are in force, and where each comes from."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.errors import ExitCode
from daemon.settings.origin import lines_of

Run = Callable[..., Any]


def test_right_settings_are_ok(hedged: Run, tmp_path: Path) -> None:
    """One line, exit 0."""
    (tmp_path / "settings.toml").write_text("[ib]\nport = 4001\n")
    done = hedged("config", "check")
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.OK, "settings.toml: ok\n", "")


def test_every_fault_is_a_line_and_the_end_is_four(hedged: Run, tmp_path: Path) -> None:
    """All at once, none guessed."""
    (tmp_path / "mine.toml").write_text('[ib]\nport = 0\n[caps]\nlayers_open_max = "x"\n')
    done = hedged("config", "check", "--settings", "mine.toml")
    assert (done.returncode, done.stdout) == (ExitCode.CONFIG, "")
    assert [line.split(" = ")[0] for line in done.stderr.splitlines()] == [
        "hedged: error: mine.toml: ib.port",
        "hedged: error: mine.toml: caps.layers_open_max",
    ]


def test_shown_settings_are_those_in_force_without_secrets(hedged: Run, tmp_path: Path) -> None:
    """Values read as TOML; a password appears in no form."""
    (tmp_path / "settings.toml").write_text("[ib]\nport = 4001\n[caps]\nlayers_open_max = 3\n")
    variables = {"HEDGED_REDIS__URL": "redis://:hunter2@host/0", "HEDGED_CAPS__LAYERS_OPEN_MAX": "5"}
    done = hedged("config", "show", **variables)
    assert done.returncode == ExitCode.OK
    assert "hunter2" not in done.stdout + done.stderr
    shown = tomllib.loads(done.stdout)
    assert shown["ib"]["port"] == 4001
    assert shown["caps"]["layers_open_max"] == 5
    assert shown["redis"]["url"] == "***"
    assert shown["ib"]["paper_prefixes"] == ["DU", "DF"]


def test_origin_is_default_line_or_variable(hedged: Run, tmp_path: Path) -> None:
    """Who asks why a value is as it is gets the place to change it."""
    (tmp_path / "settings.toml").write_text(
        'state_dir = "here"\n\n# a comment\n[ib]\nhost = "h"\nport = 4001\n[schedule]\n'
        'session_overrides = [\n  { day = 2027-01-02, close = "13:00" },\n]\nact_after_open_s = 60\n'
    )
    done = hedged(
        "config", "show", "--origin", HEDGED_IB__PORT="7777", HEDGED_REDIS__URL="redis://:hunter2@h"
    )
    origin = dict(line.split(" = ", 1) for line in done.stdout.splitlines())
    assert origin["state_dir"] == '"here"  # settings.toml:1'
    assert origin["ib.host"] == '"h"  # settings.toml:5'
    assert origin["ib.port"] == "7777  # HEDGED_IB__PORT"
    assert origin["ib.client_id"] == "1  # default"
    assert origin["redis.url"] == '"***"  # HEDGED_REDIS__URL'
    assert origin["schedule.session_overrides"].endswith("# settings.toml:8")
    assert origin["schedule.act_after_open_s"] == "60  # settings.toml:11"


def test_lines_are_found_in_any_form_of_toml() -> None:
    """Dotted keys, inline tables, lists of tables, and text that only looks like a key."""
    text = (
        'a.b = 1\nc = """\nd = 2\n"""\nd = { e = 3,\n f = 4 }\n[g]\n"h" = 5\n[[i.j]]\nk = 6\n[[i.j]]\nk = 7\n'
    )
    text = text.replace(",\n f", ", f")
    assert lines_of(text) == {"a.b": 1, "c": 2, "d.e": 5, "d.f": 5, "g.h": 7, "i.j": 8}
