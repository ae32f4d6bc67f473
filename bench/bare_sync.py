"""`python -m bench.bare_sync PORT CLIENT_ID`: connect with the library's own synchronisation, say so, end.

The measure for a restart of the daemon: `IB.connect` as it comes, that is the login, then positions, open and
completed orders, account updates and executions, all awaited; with nothing but the library imported.
"""

import sys

from ib_insync import IB


def main() -> None:
    """Connect as the library's first example does."""
    ib = IB()  # type: ignore[no-untyped-call]
    ib.connect("127.0.0.1", int(sys.argv[1]), clientId=int(sys.argv[2]))
    sys.stdout.write("synchronised\n")
    sys.stdout.flush()
    ib.disconnect()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
