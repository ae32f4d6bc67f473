"""`hedged doctor` finds what would keep the daemon from its work, and says what to do about it."""

import json
from pathlib import Path
from typing import Any

from daemon.errors import ExitCode

NAMES = [
    "settings",
    "state_dir folder",
    "audit.dir folder",
    "disk space",
    "redis",
    "macro facts",
    "gateway login",
    "paper account",
    "clock",
    "SPX quotes",
    "VIX quotes",
    "VX future quotes",
    "VIX option quotes",
    "SPX option quotes",
    "live data",
    "session calendar",
]


def _examined(world: Any, **variables: str) -> tuple[int, dict[str, dict[str, str]]]:  # noqa: ANN401 - see conftest
    done = world.hedged("doctor", "--json", **world.variables(**variables))
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["ok"] is (done.returncode == ExitCode.OK)
    return done.returncode, {check["name"]: check for check in found["checks"]}


def test_good_gateway_passes_every_check_and_gets_no_order(world: Any) -> None:  # noqa: ANN401 - see conftest
    """In an open session everything ticks; nothing is ordered, nothing is left behind."""
    world.gateway("--start=2026-01-05T10:00", "--sessions=3")
    used = {"HEDGED_SECOND__INSTRUMENT": "VXX", "HEDGED_BREACH__USE_XSP": "true"}
    done = world.hedged("doctor", **world.variables(**used))
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    lines = done.stdout.splitlines()
    place = NAMES.index("live data")
    further = ["AD-NYSE quotes", "VXX quotes", "XSP option quotes"]
    assert [line[6:].partition(":")[0] for line in lines] == [*NAMES[:place], *further, *NAMES[place:]]
    assert {line[:4].strip() for line in lines} == {"ok", "skip"}
    assert [line for line in lines if line.startswith("skip")] == [
        "skip  macro facts: neither macro.folder nor fred.api_key is set: what needs them is refused",
        "skip  clock: in play the gateway's clock is the clock",
    ]
    assert world.ledger("place") == []
    assert not (world.folder / "state").exists()


def test_gateway_on_the_systems_time_agrees_with_the_clock(world: Any) -> None:  # noqa: ANN401 - see conftest
    """At any hour nothing fails: outside sessions silence is no fault."""
    world.gateway(clock="real")
    code, checks = _examined(world, HEDGED_CLOCK__SOURCE="system")
    assert [check for check in checks.values() if check["outcome"] == "fail"] == []
    assert code == ExitCode.OK
    assert checks["clock"]["outcome"] == "ok"
    assert checks["session calendar"]["outcome"] == "ok"


def test_clock_that_is_off_fails(world: Any) -> None:  # noqa: ANN401 - see conftest
    """A schedule is only as good as the clock."""
    world.gateway("--start=2026-01-05T10:00", "--sessions=3")
    code, checks = _examined(world, HEDGED_CLOCK__SOURCE="system")
    assert code == ExitCode.ERROR
    assert checks["clock"]["outcome"] == "fail"
    assert "NTP" in checks["clock"]["advice"]


def test_nothing_listening_fails_the_login_only(world: Any) -> None:  # noqa: ANN401 - see conftest
    """What depends on the gateway is skipped, not failed again."""
    code, checks = _examined(world)
    assert code == ExitCode.ERROR
    assert list(checks) == NAMES
    assert [name for name, check in checks.items() if check["outcome"] == "fail"] == ["gateway login"]
    assert "refused the connection" in checks["gateway login"]["found"]
    assert all(checks[name]["outcome"] == "skip" for name in NAMES[NAMES.index("paper account") :])


def test_live_account_fails_and_is_asked_nothing(world: Any) -> None:  # noqa: ANN401 - see conftest
    """Beyond the login nothing is requested of an account that must not be traded."""
    world.gateway("--account=U1234567", "--start=2026-01-05T10:00")
    code, checks = _examined(world)
    assert code == ExitCode.ERROR
    assert checks["gateway login"]["outcome"] == "ok"
    assert checks["paper account"]["outcome"] == "fail"
    assert "U1234567, which is no paper account" in checks["paper account"]["found"]
    assert checks["SPX quotes"]["outcome"] == "skip"


def test_redis_that_could_forget_fails(world: Any, forgetful_redis: str) -> None:  # noqa: ANN401 - see conftest
    """The setting and its remedy are named."""
    code, checks = _examined(world, HEDGED_REDIS__URL=forgetful_redis)
    assert code == ExitCode.ERROR
    assert checks["redis"]["outcome"] == "fail"
    assert "appendfsync is 'everysec', set it to 'always'" in checks["redis"]["found"]


def test_folders_must_be_ours_alone(world: Any, tmp_path: Path) -> None:  # noqa: ANN401 - see conftest
    """One that cannot be written and one that others can read; each names its setting."""
    (tmp_path / "file").write_text("")
    (tmp_path / "open").mkdir(mode=0o755)
    code, checks = _examined(
        world, HEDGED_STATE_DIR=str(tmp_path / "file" / "state"), HEDGED_AUDIT__DIR=str(tmp_path / "open")
    )
    assert code == ExitCode.ERROR
    assert checks["state_dir folder"]["outcome"] == "fail"
    assert "cannot be written" in checks["state_dir folder"]["found"]
    assert checks["audit.dir folder"]["outcome"] == "fail"
    assert checks["audit.dir folder"]["advice"] == f"chmod 700 {tmp_path / 'open'}"


def test_running_daemon_keeps_its_server_and_its_client_id(live: Any) -> None:  # noqa: ANN401 - see conftest
    """The doctor may be called at any time: it takes nothing from the daemon."""
    world, _, daemon = live
    code, checks = _examined(world, HEDGED_CLOCK__SOURCE="system")
    assert code == ExitCode.OK
    assert checks["redis"]["found"] == "the daemon runs and holds its embedded server"
    assert "client id 1001" in checks["gateway login"]["found"]
    assert daemon.running


def test_faulty_settings_are_told_whole_and_end_the_examination(world: Any) -> None:  # noqa: ANN401 - see conftest
    """Nothing is examined with settings that do not hold."""
    code, checks = _examined(world, HEDGED_IB__PORT="0", HEDGED_IB__CLIENT_ID="-1")
    assert code == ExitCode.ERROR
    assert list(checks) == ["settings"]
    assert "HEDGED_IB__PORT" in checks["settings"]["found"]
    assert "HEDGED_IB__CLIENT_ID" in checks["settings"]["found"]
