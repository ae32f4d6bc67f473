"""Market paths: real days from a data folder, or generated ones."""

from simulator.market.model import Bar, Market, MarketDataError, OptionValue, Session

__all__ = ["Bar", "Market", "MarketDataError", "OptionValue", "Session"]
