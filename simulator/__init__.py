"""A paper IB Gateway on your own machine: the real wire protocol, an exchange, market paths, faults."""
