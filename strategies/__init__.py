"""The pure core: no await, no I/O, no clock, no randomness, no logging in here or below."""
