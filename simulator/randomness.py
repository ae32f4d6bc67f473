"""Seeded draws that depend on nothing but their names, so the order of questions cannot change an answer."""

from hashlib import sha256


def uniform(seed: int, *names: object) -> float:
    """Return the number in [0, 1) that belongs to a seed and a tuple of names."""
    digest = sha256("|".join(map(str, (seed, *names))).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
