"""What every strategy needs: events, commands, state, the life of an order, reconciliation and `step`."""
