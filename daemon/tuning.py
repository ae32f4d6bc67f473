"""Telling the interpreter what kind of program this is."""

import gc

_YOUNG = 50_000
_OLDER = 20


def steady_collector() -> None:
    """Collect garbage rarely, and never look again at what start-up left for good.

    The daemon makes almost no cycles: its state is frozen data, freed by reference counts. With the default
    threshold of 700 objects a collection falls into every other decision, between a tick and its order.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
