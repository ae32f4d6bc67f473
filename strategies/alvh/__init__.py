"""The Adaptive Layered VIX Hedge, one file per idea."""
