"""The whole of the settings as one frozen value."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Meta

from daemon.settings import connections, economics, keys, layers, limits, macro_facts, method, session
from daemon.settings.base import Section

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Settings(Section, frozen=True, kw_only=True):
    """Every knob of the daemon with its default; `daemon.settings.load` reads what is put over them."""

    state_dir: Annotated[
        str, Meta(min_length=1), "Folder of everything the daemon keeps, relative to where it is started."
    ] = "state"
    mode: Annotated[
        Literal["auto", "advise"], '"auto" sends its orders; "advise" proposes each one to an operator.'
    ] = "auto"

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
        content = msgspec.json.decode(msgspec.json.encode(self, enc_hook=str))  # only a secret needs the hook
        flat: dict[str, Json] = {}
        for path, _ in keys.leaves(type(self)):
            value: Any = content
            for part in path:
                value = value[part]
            flat[".".join(path)] = value
        return flat
