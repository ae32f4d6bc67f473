"""The whole of the settings as one frozen value."""

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from daemon.settings import (
    connections,
    credentials,
    economics,
    environment,
    keys,
    layers,
    limits,
    macro_facts,
    method,
    session,
)

MASK = "***"

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Settings(BaseModel):
    """Every knob of the daemon: defaults here, settings.toml over them, then credentials, then variables.

    Constructing it reads the environment; `daemon.settings.load` also reads a file and words the faults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)

    state_dir: str = Field(
        default="state",
        min_length=1,
        description="Folder of everything the daemon keeps, relative to where it is started.",
    )
    mode: Literal["auto", "advise"] = Field(
        default="auto", description='"auto" sends its orders; "advise" proposes each one to an operator.'
    )

    ib: connections.Ib = connections.Ib()
    redis: connections.Redis = connections.Redis()
    clock: connections.Clock = connections.Clock()
    loop: connections.Loop = connections.Loop()
    schedule: session.Schedule = session.Schedule()
    windows: session.Windows = session.Windows()
    stale: session.Stale = session.Stale()
    macro: macro_facts.Macro = macro_facts.Macro()
    fred: macro_facts.Fred = macro_facts.Fred()
    audit: connections.Audit = connections.Audit()
    log: connections.Log = connections.Log()
    rsi: method.Rsi = method.Rsi()
    macd: method.Macd = method.Macd()
    divergence: method.Divergence = method.Divergence()
    breadth: method.Breadth = method.Breadth()
    realised: method.Realised = method.Realised()
    episode: method.Episode = method.Episode()
    term_structure: method.TermStructure = method.TermStructure()
    expansion: method.Expansion = method.Expansion()
    bars: method.Bars = method.Bars()
    first_engine: method.FirstEngine = method.FirstEngine()
    slope: layers.Slope = layers.Slope()
    second: layers.Second = layers.Second()
    breach: layers.Breach = layers.Breach()
    confirmation: layers.Confirmation = layers.Confirmation()
    roll: layers.Roll = layers.Roll()
    advise: layers.Advise = layers.Advise()
    peel: method.Peel = method.Peel()
    condors: method.Condors = method.Condors()
    pricing: method.Pricing = method.Pricing()
    gates: limits.Gates = limits.Gates()
    wacc: economics.Wacc = economics.Wacc()
    decay: economics.Decay = economics.Decay()
    steward: economics.Steward = economics.Steward()
    theta_press: economics.ThetaPress = economics.ThetaPress()
    flow: economics.Flow = economics.Flow()
    beta_tilt: economics.BetaTilt = economics.BetaTilt()
    reit: economics.Reit = economics.Reit()
    caps: limits.Caps = limits.Caps()
    orders: limits.Orders = limits.Orders()
    reconcile: session.Reconcile = session.Reconcile()
    halts: limits.Halts = limits.Halts()

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as a file has them; the models check
        """Checks what is given (a file's content), with the credentials and the environment over it.

        Raises:
            ConfigError: a credential is there and cannot be read.
            ValidationError: a value is not allowed.
        """
        found = _over(given, credentials.overrides(type(self), os.environ))
        super().__init__(**_over(found, environment.overrides(type(self), os.environ)))

    @property
    def state_path(self) -> Path:
        """The folder of everything the daemon keeps."""
        return Path(self.state_dir).expanduser()

    @property
    def audit_path(self) -> Path:
        """The folder of the audit files."""
        return Path(self.audit.dir).expanduser() if self.audit.dir else self.state_path / "audit"

    @property
    def macro_path(self) -> Path | None:
        """The folder of macro facts, None where none is named."""
        return Path(self.macro.folder).expanduser() if self.macro.folder else None

    def secrets(self) -> tuple[str, ...]:
        """Returns every text that must not appear in a log: the FRED key, a Redis address with a password."""
        key = self.fred.api_key.get_secret_value()
        keys_kept = (key,) if key else ()
        url = self.redis.url.get_secret_value()
        password = urlsplit(url).password if url else None
        return (*keys_kept, url, password, unquote(password)) if password else keys_kept

    def describe(self) -> dict[str, Json]:
        """Returns dotted key to JSON value, in the file's order; a secret that is set is `***`."""
        content = self.model_dump(mode="json", by_alias=True)
        flat: dict[str, Json] = {}
        for path, field in keys.leaves(type(self)):
            value: Any = content
            for part in path:
                value = value[part]
            flat[".".join(path)] = (MASK if value else "") if keys.is_secret(field) else value
        return flat


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Returns both as one, table by table; where both have a value, the one above stands."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
