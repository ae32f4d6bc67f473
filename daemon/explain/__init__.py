"""`hedged explain`: what was decided, and why, in words; from the audit files alone."""
