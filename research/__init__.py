"""Trying the method on the past, without the wire: replay, tables, plots. Option values are modelled."""
