"""What the daemon tells the world: audit records, logs, metrics, health and notices."""
