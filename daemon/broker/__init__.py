"""The only door to IBKR: the port, its inbox, its tables, and the adapter in `ib/`."""
