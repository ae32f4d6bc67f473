"""deploy/compose.yaml against rules that no engine is needed for."""

import re
from pathlib import Path
from typing import Any

import pytest

from daemon.settings.environment import unknown
from daemon.settings.model import Settings

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: deploy/compose.yaml is not checked")

Compose = dict[str, Any]


@pytest.fixture
def compose(root: Path) -> Compose:
    """The parsed file."""
    parsed: Compose = yaml.safe_load((root / "deploy" / "compose.yaml").read_text())
    return parsed


def test_ports_are_open_on_loopback_only(compose: Compose) -> None:
    """A gateway that others can reach is an account that others can trade."""
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:4002:4004"]
    assert not [service for service in compose["services"].values() if "network_mode" in service]


def test_every_service_is_watched_reaped_and_restarted(compose: Compose) -> None:
    """A health check, an init for orphans, a restart policy, no way to more rights."""
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name
        assert service["init"] is True, name
        assert service["restart"] in {"on-failure", "unless-stopped"}, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name


def test_ours_and_the_journal_cannot_write_their_root(compose: Compose) -> None:
    """Read-only root, a small /tmp, no capabilities; only the named volumes keep anything."""
    for name in ("hedged", "redis"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
        writable = [mount for mount in service["volumes"] if not mount.endswith(":ro")]
        assert [mount.split(":")[0] in compose["volumes"] for mount in writable] == [True]


def test_only_the_gateway_has_a_way_out(compose: Compose) -> None:
    """The daemon and its journal talk on a network without a route."""
    assert compose["networks"]["inside"] == {"internal": True}
    outside = [name for name, service in compose["services"].items() if "outside" in service["networks"]]
    assert outside == ["ib-gateway"]


def test_secrets_are_files(compose: Compose, root: Path) -> None:
    """No secret in an environment or an argument; the files cannot get into the checkout."""
    for name, service in compose["services"].items():
        assert set(service["secrets"]) <= set(compose["secrets"]), name
        for key, value in service["environment"].items() if "environment" in service else ():
            assert not re.search(r"PASSWORD$|REDIS__URL$", key), (key, value)
    assert (root / "deploy" / "secrets" / ".gitignore").read_text().splitlines()[0] == "*"


def test_the_daemons_variables_are_settings(compose: Compose) -> None:
    """A variable that sets nothing would stop the start."""
    environment = compose["services"]["hedged"]["environment"]
    assert unknown(Settings, environment) == []
    assert environment["HEDGED_IB__PORT"] == compose["services"]["ib-gateway"]["ports"][0].split(":")[-1]


def test_the_gateway_is_set_for_a_paper_account(compose: Compose) -> None:
    """Paper login, orders allowed, an IANA time zone, a restart each night."""
    environment = compose["services"]["ib-gateway"]["environment"]
    assert environment["TRADING_MODE"] == "paper"
    assert environment["READ_ONLY_API"] == "no"
    assert environment["TIME_ZONE"] == environment["TZ"] == "America/New_York"
    assert re.fullmatch(r"[01][0-9]:[0-5][0-9] [AP]M", environment["AUTO_RESTART_TIME"])


def test_images_name_no_registry(compose: Compose) -> None:
    """Which registry an image comes from is the reader's choice."""
    for service in compose["services"].values():
        image = re.sub(r"\$\{[A-Z_]+:-(.*)\}", r"\1", service["image"])
        assert "." not in image.split("/")[0].split(":")[0], image
