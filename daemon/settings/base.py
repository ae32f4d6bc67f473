"""What every section of the settings shares: strictness, and the order that some of its values must keep."""

from itertools import pairwise
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

CROSS_FIELD = "cross_field"
"""The pydantic error type of a fault between two values; its context carries `faults`."""


def _from_list(value: object) -> object:
    """TOML has lists only, frozen settings hold tuples; anything else is left for the type to refuse."""
    return tuple(value) if isinstance(value, list) else value


FromList = BeforeValidator(_from_list)
Texts = Annotated[tuple[str, ...], FromList]


class Contradiction(NamedTuple):
    """A fault between values that are each allowed: the key to name, its value as shown, what it must be."""

    key: str
    value: str
    must: str


class Section(BaseModel):
    """One table of settings.toml: frozen, no unknown keys, no silent conversion (`true` is not 1).

    `order` lists chains of keys whose values must not fall from left to right, `order_strict` those that
    must rise.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )

    order: ClassVar[tuple[tuple[str, ...], ...]] = ()
    order_strict: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @model_validator(mode="after")
    def _keeps_order(self) -> Self:
        """Refuses values that contradict each other; all of them at once."""
        faults = [
            Contradiction(low, f"{self._value(low)}", f"must be at most {high} = {self._value(high)}")
            for low, high in self._pairs(self.order)
            if self._value(low) > self._value(high)
        ]
        faults += [
            Contradiction(low, f"{self._value(low)}", f"must be below {high} = {self._value(high)}")
            for low, high in self._pairs(self.order_strict)
            if self._value(low) >= self._value(high)
        ]
        faults += self.contradictions()
        if faults:
            raise PydanticCustomError(CROSS_FIELD, "values contradict each other", {"faults": faults})
        return self

    def contradictions(self) -> list[Contradiction]:
        """Returns the faults between values that an order cannot express."""
        return []

    @staticmethod
    def _pairs(chains: tuple[tuple[str, ...], ...]) -> list[tuple[str, str]]:
        return [pair for chain in chains for pair in pairwise(chain)]

    def _value(self, key: str) -> Any:  # noqa: ANN401 - any ordered type; the field's own type has been checked
        return getattr(self, key)
