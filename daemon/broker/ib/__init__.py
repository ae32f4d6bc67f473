"""The adapter: the only package that imports ib_insync, unmodified, one `IB` object a connection."""
