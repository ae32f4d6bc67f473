"""The environment wins over the file, key by key, and a variable that sets nothing is a fault."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.errors import ConfigError
from daemon.settings import Settings, load

Write = Callable[[str], Path]


def test_variable_wins_over_the_file_for_its_key_only(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """One key is overridden; its neighbours in the same table keep the file's value."""
    monkeypatch.setenv("HEDGED_IB__PORT", "4711")
    settings = load(write('[ib]\nport = 4000\nhost = "10.0.0.1"\n'))
    assert (settings.ib.port, settings.ib.host) == (4711, "10.0.0.1")


def test_every_kind_of_value_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text is taken as it is, anything else is read as TOML."""
    for name, value in {
        "HEDGED_STATE_DIR": "/var/lib/hedged",
        "HEDGED_IB__ACCOUNT": "DU1234567",
        "HEDGED_IB__PAPER_PREFIXES": '["DU"]',
        "HEDGED_IB__MARKET_DATA_TYPE": "3",
        "HEDGED_REDIS__URL": "redis://:pw@db:6379/0",
        "HEDGED_LOG__JSON": "false",
        "HEDGED_LOG__LEVEL": "debug",
        "HEDGED_LOOP__QUOTE_INTERVAL_S": "0.25",
        "HEDGED_SCHEDULE__SESSION_OVERRIDES": '[{ day = 2027-01-04, close = "13:00" }]',
    }.items():
        monkeypatch.setenv(name, value)
    settings = load(None)
    assert settings.audit_path == Path("/var/lib/hedged/audit")
    assert settings.ib.account == "DU1234567"
    assert settings.ib.paper_prefixes == ("DU",)
    assert settings.ib.market_data_type == 3
    assert settings.redis.url.get_secret_value() == "redis://:pw@db:6379/0"
    assert settings.log.json_lines is False
    assert settings.log.level == "debug"
    assert settings.loop.quote_interval_s == 0.25
    assert str(settings.schedule.session_overrides[0].close) == "13:00:00"


def test_text_that_looks_like_a_number_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key's type decides how a variable is read, not its look."""
    monkeypatch.setenv("HEDGED_STATE_DIR", "2027")
    assert load(None).state_dir == "2027"


@pytest.mark.parametrize("value", ["", "abc", "99999999999", "1\nhost = 2", "True", "0.5"])
def test_faulty_variable_is_named_with_its_key(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """The reader learns which variable to correct, and what the key takes."""
    monkeypatch.setenv("HEDGED_IB__PORT", value)
    with pytest.raises(ConfigError) as caught:
        load(None)
    (line,) = caught.value.message.splitlines()
    assert line.startswith("HEDGED_IB__PORT (ib.port) = ")
    assert line.endswith("must be a whole number from 1 to 65535")


@pytest.mark.parametrize(("name", "shown"), [("STATE_DIR", r"'\udcff'"), ("REDIS__URL", "(not shown)")])
def test_bytes_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    """What no file and no record could hold is found at once, not when it is first written."""
    monkeypatch.setitem(os.environb, f"HEDGED_{name}".encode(), b"\xff")
    with pytest.raises(ConfigError) as caught:
        load(None)
    assert f" = {shown}: must be text" in caught.value.message


def test_unknown_variables_are_faults_beside_the_others(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable would be without effect in silence; all faults of both sources come at once."""
    for name in ("HEDGED_CAPS__LAYER_OPEN_MAX", "HEDGED_IB", "HEDGED_ib__port", "HEDGED_IB__PORT__X"):
        monkeypatch.setenv(name, "1")
    path = write("[ib]\nport = 0\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    lines = caught.value.message.splitlines()
    assert [line.split(":")[0] for line in lines[:4]] == [
        "HEDGED_CAPS__LAYER_OPEN_MAX",
        "HEDGED_IB",
        "HEDGED_IB__PORT__X",
        "HEDGED_ib__port",
    ]
    assert "did you mean HEDGED_CAPS__LAYERS_OPEN_MAX?" in lines[0]
    assert lines[4] == f"{path}: ib.port = 0: must be a whole number from 1 to 65535"


def test_data_and_settings_variables_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two variables that name the data folder and the settings file are not faults."""
    monkeypatch.setenv("HEDGED_DATA", "/data")
    monkeypatch.setenv("HEDGED_SETTINGS", "/etc/hedged.toml")
    assert load(None) == Settings()


def test_stray_dotenv_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the named file and the environment count: what lies about in the folder does not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("HEDGED_IB__PORT=1\n")
    assert load(None).ib.port == 4002
