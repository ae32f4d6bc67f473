"""Modelled option values: Black-76 by QuantLib on two smile surfaces, SPX and VIX."""
