"""A secret may come as a file of the service manager: between settings.toml and the environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.errors import ConfigError
from daemon.settings import load

Write = Callable[[str], Path]


@pytest.fixture
def credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a unit's LoadCredential=redis_url:... makes."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder / "redis_url"


def test_credential_wins_over_the_file_and_the_environment_over_it(
    write: Write, credential: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who starts the daemon has the last word; neighbours in the same table keep the file's value."""
    path = write('[redis]\nurl = "redis://file"\nprefix = "mine:"\n')
    assert load(path).redis.url.get_secret_value() == "redis://file"
    credential.write_text("redis://:pw@credential:6379/0\n")
    settings = load(path)
    assert settings.redis.url.get_secret_value() == "redis://:pw@credential:6379/0"
    assert settings.redis.prefix == "mine:"
    assert "pw" in settings.secrets()
    monkeypatch.setenv("HEDGED_REDIS__URL", "redis://variable")
    assert load(path).redis.url.get_secret_value() == "redis://variable"


def test_an_empty_credential_means_the_embedded_server(write: Write, credential: Path) -> None:
    """An empty file is an answer, not a missing one."""
    credential.write_text("\n")
    assert load(write('[redis]\nurl = "redis://file"\n')).redis.url.get_secret_value() == ""


def test_only_secrets_are_taken_from_credentials(credential: Path) -> None:
    """Another file of the same folder sets nothing."""
    (credential.parent / "ib_port").write_text("1")
    assert load(None).ib.port == 4002


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            b"http://:hunter2@h",
            "= (not shown): must be redis://HOST, rediss://HOST, unix:///PATH or empty",
        ),
        (b"redis://:hunter2\xff@h", "cannot be read: it is no UTF-8 text"),
    ],
)
def test_a_faulty_credential_is_named_and_not_shown(
    write: Write, credential: Path, content: bytes, line: str
) -> None:
    """The reader learns which credential to correct; its content appears nowhere."""
    credential.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(write(""))
    (said,) = caught.value.message.splitlines()
    assert said.startswith("credential redis_url (redis.url) ")
    assert said.endswith(line)
    assert "hunter2" not in said


def test_a_credential_that_is_a_folder_is_told(credential: Path) -> None:
    """What cannot be read is a fault, not a default."""
    credential.mkdir()
    with pytest.raises(ConfigError, match=r"credential redis_url \(redis\.url\) .* Is a directory"):
        load(None)
