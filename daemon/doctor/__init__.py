"""`hedged doctor`: what can be known before the daemon is started; nothing is changed or ordered."""
