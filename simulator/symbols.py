"""The underlyings: indices, stocks and a currency pair, under the ids and names that IBKR gives them.

Ids marked with a star are this gateway's own: the real ones are not documented.
"""

from dataclasses import dataclass

SPX_CON_ID = 416904
VIX_CON_ID = 13455763


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """One index, stock or currency pair.

    Attributes:
        exchanges: those a client may name, its default first and its primary last.
        options: trading classes of its options.
        derivatives: the kinds of contracts on it, as symbol searches tell them.
    """

    con_id: int
    symbol: str
    sec_type: str
    exchanges: tuple[str, ...]
    name: str
    local_symbol: str = ""
    options: tuple[str, ...] = ()
    derivatives: tuple[str, ...] = ()


_CBOE = ("CBOE",)
TABLE = {
    row.symbol: row
    for row in (
        Underlying(
            con_id=SPX_CON_ID,
            symbol="SPX",
            sec_type="IND",
            exchanges=_CBOE,
            name="S&P 500 Stock Index",
            options=("SPX", "SPXW"),
            derivatives=("OPT", "BAG"),
        ),
        Underlying(
            con_id=VIX_CON_ID,
            symbol="VIX",
            sec_type="IND",
            exchanges=_CBOE,
            name="CBOE Volatility Index",
            options=("VIX", "VIXW"),
            derivatives=("FUT", "OPT", "BAG"),
        ),
        Underlying(
            con_id=900000004,
            symbol="XSP",
            sec_type="IND",
            exchanges=_CBOE,
            name="Mini SPX Index",
            options=("XSP",),
            derivatives=("OPT", "BAG"),
        ),
        Underlying(
            con_id=300591602,
            symbol="VIX3M",
            sec_type="IND",
            exchanges=_CBOE,
            name="CBOE 3-Month Volatility Index",
        ),
        Underlying(
            con_id=329498498,
            symbol="VIX9D",
            sec_type="IND",
            exchanges=_CBOE,
            name="CBOE 9-Day Volatility Index",
        ),
        # *
        Underlying(
            con_id=900000001,
            symbol="VIXMO",
            sec_type="IND",
            exchanges=_CBOE,
            name="CBOE Monthly Volatility Index",
        ),
        # *
        Underlying(
            con_id=900000002,
            symbol="AD-NYSE",
            sec_type="IND",
            exchanges=("NYSE",),
            name="NYSE Advance Decline Index",
        ),
        Underlying(
            con_id=756733,
            symbol="SPY",
            sec_type="STK",
            exchanges=("SMART", "ARCA"),
            name="SPDR S&P 500 ETF TRUST",
        ),
        # *
        Underlying(
            con_id=900000003,
            symbol="VXX",
            sec_type="STK",
            exchanges=("SMART", "BATS", "ARCA"),
            name="IPATH SERIES B S&P 500 VIX",
        ),
        Underlying(
            con_id=12087792,
            symbol="EUR",
            sec_type="CASH",
            exchanges=("IDEALPRO",),
            name="European Monetary Union Euro",
            local_symbol="EUR.USD",
        ),
    )
}
OPTION_CLASSES = {row.symbol: row.options for row in TABLE.values() if row.options}
# The underlying of each option class.
UNDERLYING_OF = {name: row.symbol for row in TABLE.values() for name in row.options}
