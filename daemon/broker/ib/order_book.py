"""Which orders are ours, and by which ids the broker knows them.

The reference is the identity. The order id belongs to one connection's numbering and may be issued again by a
restarted gateway; the permanent id is the broker's own and survives, but comes late.
"""


class OrderBook:
    """References with the order ids of this connection and the permanent ids of all connections."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._transmitted: set[str] = set()
        self._order_ids: dict[str, int] = {}
        self._refs_by_perm_id: dict[int, str] = {}

    def was_transmitted(self, order_ref: str) -> bool:
        """Return whether this process handed the order to a socket."""
        return order_ref in self._transmitted

    def transmitted(self, order_ref: str, order_id: int) -> None:
        """Note an order that is being handed to the socket."""
        self._transmitted.add(order_ref)
        self._order_ids[order_ref] = order_id

    def seen(self, order_ref: str, order_id: int, perm_id: int) -> str:
        """Note ids from a report and return the reference it belongs to, empty for a foreign order.

        `order_id` is 0 where the report's is not one of our connection (another client, a completed order).
        """
        ours = self.ref_of(order_ref, perm_id)
        if ours and perm_id:
            self._refs_by_perm_id[perm_id] = ours
        if ours and order_id > 0:
            self._order_ids[ours] = order_id
        return ours

    def ref_of(self, order_ref: str, perm_id: int) -> str:
        """Return the reference if it is ours, or the one known for `perm_id`; else empty."""
        if order_ref.startswith(self._prefix):
            return order_ref
        return "" if order_ref else self._refs_by_perm_id.get(perm_id, "")

    def order_id(self, order_ref: str) -> int | None:
        """Return the id by which the present connection can cancel the order."""
        return self._order_ids.get(order_ref)

    def connection_lost(self) -> None:
        """Forget order ids: the next connection lists the open orders anew."""
        self._order_ids.clear()
