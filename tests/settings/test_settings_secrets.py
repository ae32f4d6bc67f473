"""A secret given to the settings comes out only where the code asks for it by name."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from daemon.errors import ConfigError
from daemon.settings import Settings, load

SECRET = "hunter2-%2Fx"
BAIT = "hunter2"


def shown(settings: Settings) -> str:
    """The settings as JSON; an encoder that knows nothing of secrets refuses them."""
    with pytest.raises(TypeError, match="Secret is unsupported"):
        msgspec.json.encode(settings)
    return msgspec.json.encode(settings, enc_hook=str).decode()


def test_secret_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither printing nor describing shows it."""
    monkeypatch.setenv("HEDGED_REDIS__URL", f"redis://user:{SECRET}@db:6379/0")
    settings = load(None)
    assert (
        BAIT
        not in f"{settings!r} {settings} {settings.describe()} {msgspec.json.encode(settings, enc_hook=str)}"
    )
    assert settings.describe()["redis.url"] == "***"


def test_secrets_lists_what_a_log_must_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address, the password in it, and the password as a client will decode it."""
    monkeypatch.setenv("HEDGED_REDIS__URL", f"redis://user:{SECRET}@db:6379/0")
    assert load(None).secrets() == (f"redis://user:{SECRET}@db:6379/0", SECRET, "hunter2-/x")


def test_address_without_password_is_no_secret_to_mask() -> None:
    """Nothing is masked that is empty: replacing it would break every line."""
    assert load(None).secrets() == ()
    assert load(None).describe()["redis.url"] == ""


def test_a_web_key_is_masked_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the right form is kept out of every text; another is refused without being shown."""
    monkeypatch.setenv("HEDGED_FRED__API_KEY", key := "hunter2" + "x" * 25)
    settings = load(None)
    assert settings.secrets() == (key,)
    assert (
        BAIT
        not in f"{settings!r} {settings} {settings.describe()} {msgspec.json.encode(settings, enc_hook=str)}"
    )
    monkeypatch.setenv("HEDGED_FRED__API_KEY", BAIT)
    with pytest.raises(ConfigError, match=r"\(fred.api_key\) = \(not shown\): must be 32 small") as caught:
        load(None)
    assert BAIT not in caught.value.message


@pytest.mark.parametrize(
    "url", ["http://example.org/fred", "http://127.0.0.1.example.org", "ftp://x", "https://", ""]
)
def test_a_web_key_travels_encrypted(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """An address in the clear is refused, but on this machine."""
    monkeypatch.setenv("HEDGED_FRED__URL", url)
    with pytest.raises(ConfigError, match=r"\(fred.url\) = .* must begin with https://"):
        load(None)
    monkeypatch.setenv("HEDGED_FRED__URL", "http://127.0.0.1:8000/fred")
    assert load(None).fred.url == "http://127.0.0.1:8000/fred"


@pytest.mark.parametrize(
    "url",
    [
        f"http://:{SECRET}@h",
        f"redis://:{SECRET}@",
        f":{SECRET}",
        f"redis://u:{SECRET}@h:port",
        f"unix://{SECRET}",
    ],
)
def test_faulty_address_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The message says what form is allowed, never what was given."""
    monkeypatch.setenv("HEDGED_REDIS__URL", url)
    with pytest.raises(
        ConfigError, match=r"HEDGED_REDIS__URL \(redis.url\) = \(not shown\): must be redis://"
    ) as caught:
        load(None)
    assert BAIT not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        f'[redis]\nurl = ["redis://:{SECRET}@h"]',
        f'[redis]\nurll = "redis://:{SECRET}@h"',
        f'redis = "redis://:{SECRET}@h"',
        f'[ib]\npassword = "{SECRET}"',
    ],
)
def test_secret_in_the_wrong_place_is_not_shown(write: Callable[[str], Path], text: str) -> None:
    """A fault quotes no value of a secret, of an unknown key or in place of a table."""
    with pytest.raises(ConfigError) as caught:
        load(write(text))
    assert BAIT not in caught.value.message
