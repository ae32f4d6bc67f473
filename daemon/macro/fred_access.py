"""How FRED is asked; apart from the client, whose HTTP library only those load who ask."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FredAccess:
    """How FRED is asked.

    Args:
        url: address of the API, without a slash at its end.
        api_key: the user's key.
        timeout_s: for each request.
        requests_per_minute: at most.
        attempts_max: how often one request is tried.
        retry_delay_s: pause after the first failure; doubles. An answer that names a pause is obeyed.
    """

    url: str
    api_key: str
    timeout_s: float
    requests_per_minute: int
    attempts_max: int
    retry_delay_s: float
