"""The service unit: understood by systemd, hardened, and in step with the daemon's own numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from daemon.errors import ExitCode
from daemon.settings.model import Settings

Unit = dict[str, list[str]]
EXPOSURE_MAX = "15"  # of 100; the daemon needs the network, which counts most of what is left


def test_systemd_finds_nothing_to_say(
    systemd_analyze: str, installed: Callable[[str], str], root: Path, tmp_path: Path
) -> None:
    """Every key is one that systemd knows, in its section, with a value that it takes."""
    copy = tmp_path / "hedged.service"
    copy.write_text(installed((root / "deploy" / "hedged.service").read_text()))
    done = subprocess.run(
        [systemd_analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "hedged.service" in line]) == (
        0,
        [],
    )


def test_the_daemon_is_locked_in(systemd_analyze: str, root: Path) -> None:
    """What systemd itself counts as exposure stays small."""
    unit = str(root / "deploy" / "hedged.service")
    options = ["security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager"]
    done = subprocess.run([systemd_analyze, *options, unit], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_exit_codes_that_need_a_person_are_not_retried(unit: Unit) -> None:
    """The unit and the table of exit codes say the same."""
    codes = {int(code) for code in unit["RestartPreventExitStatus"][0].split()}
    assert codes == {ExitCode.CONFIG, ExitCode.HALTED, ExitCode.RECONCILE}
    assert unit["Restart"] == ["on-failure"]


def test_its_patience_fits_the_daemons(unit: Unit) -> None:
    """Neither the start nor a waiting store nor two heartbeats can run into systemd's limits."""
    settings = Settings()
    wait_s = settings.ib.startup_timeout_s
    assert int(unit["TimeoutStartSec"][0]) > 2 * wait_s
    assert int(unit["TimeoutStopSec"][0]) > wait_s
    assert int(unit["WatchdogSec"][0]) > wait_s + 2 * settings.loop.heartbeat_s


def test_no_secret_stands_in_the_unit(unit: Unit) -> None:
    """The Redis address comes as a credential, not by the environment, which any process can ask for."""
    assert unit["LoadCredential"] == ["redis_url:/etc/hedged/redis_url"]
    assert not [line for line in unit["Environment"] if re.search(r"REDIS|PASS|TOKEN", line)]
