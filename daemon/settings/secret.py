"""A text that nothing shows: neither its repr nor a log line, a record or a fault."""

MASK = "***"


class Secret:
    """Comes out only where the code asks for it by name; no encoder takes it for text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """Returns the text itself."""
        return self._text

    def __str__(self) -> str:
        """A mask; nothing where there is nothing to hide."""
        return MASK if self._text else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)
