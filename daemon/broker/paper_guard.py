"""The account must be a paper account. There is no override."""

from collections.abc import Sequence

from daemon.errors import ConfigError, LiveAccount


def guarded_account(accounts: Sequence[str], prefixes: Sequence[str], wanted: str) -> str:
    """Return the account to trade, once every managed account is known to be a paper account.

    Args:
        accounts: what the gateway says it manages.
        prefixes: how the names of paper accounts begin (`ib.paper_prefixes`).
        wanted: `ib.account`; empty takes the sole account.

    Raises:
        LiveAccount: an account does not begin with any of the prefixes.
        ConfigError: `wanted` is not managed here, or is empty where there are several.
    """
    for account in accounts:
        if not account.startswith(tuple(prefixes)):
            raise LiveAccount(
                f"ib: the gateway manages account {account}, which is no paper account (names begin with "
                f"{', '.join(prefixes)}); log the gateway in to paper trading"
            )
    if wanted and wanted not in accounts:
        raise ConfigError(
            f"ib.account: {wanted} is not managed by this gateway (it manages {', '.join(accounts)}); "
            "name one of them, or leave it empty for the sole account"
        )
    if not wanted and len(accounts) != 1:
        raise ConfigError(
            f"ib.account: empty, but the gateway manages {len(accounts)} accounts "
            f"({', '.join(accounts)}); name the one to trade"
        )
    return wanted or accounts[0]
