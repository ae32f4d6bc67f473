"""What every section of the settings shares: strictness, and the order that some of its values must keep."""

from collections.abc import Mapping
from itertools import pairwise
from operator import le, lt
from typing import ClassVar, Self

from msgspec import NODEFAULT, Struct
from msgspec.structs import force_setattr

from daemon.settings import faults, keys
from daemon.settings.faults import Fault, Refused, contradiction
from daemon.settings.values import convert


class Section(Struct, frozen=True, kw_only=True):
    """One table of settings.toml: frozen, no unknown keys, no silent conversion (`true` is not 1).

    `order` lists chains of keys whose values must not fall from left to right, `order_strict` those that
    must rise. However a section is made, its values have been checked, the defaults too.
    """

    order: ClassVar[tuple[tuple[str, ...], ...]] = ()
    order_strict: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __post_init__(self) -> None:
        """Checks every value, and once each is allowed, what they are to one another.

        Raises:
            Refused: with all the faults.
        """
        given = {key: getattr(self, field.attribute) for key, field in keys.fields(type(self)).items()}
        values, found = _checked(type(self), given)
        for attribute, value in values.items():
            force_setattr(self, attribute, value)
        found = found or [*self._falls(), *self.contradictions()]
        if found:
            raise Refused(found)

    @classmethod
    def of(cls, table: Mapping[str, object]) -> Self:
        """Returns the section that a table of the file describes.

        Raises:
            Refused: with all the faults; unknown keys come last.
        """
        known = keys.fields(cls)
        given = {key: table.get(key, field.default) for key, field in known.items()}
        unknown = [faults.unknown(key, known) for key in table if key not in known]
        if unknown or NODEFAULT in given.values():
            raise Refused([*_checked(cls, given)[1], *unknown])
        return cls(**{known[key].attribute: value for key, value in given.items()})

    def contradictions(self) -> list[Fault]:
        """Returns the faults between values that an order cannot express."""
        return []

    def _falls(self) -> list[Fault]:
        """Returns the faults of values that do not keep their order."""
        found = list[Fault]()
        for chains, keeps, must in ((self.order, le, "at most"), (self.order_strict, lt, "below")):
            for low, high in (pair for chain in chains for pair in pairwise(chain)):
                left, right = getattr(self, low), getattr(self, high)
                if not keeps(left, right):
                    found.append(contradiction(low, f"{left}", f"must be {must} {high} = {right}"))
        return found


def _checked(model: type[Section], given: Mapping[str, object]) -> tuple[dict[str, object], list[Fault]]:
    """Returns the values of a section by attribute, and what is wrong with the others."""
    values, found = dict[str, object](), list[Fault]()
    for key, field in keys.fields(model).items():
        if keys.is_table(field.type) and not isinstance(given[key], field.type | dict):
            found.append(faults.no_table(key))
            continue
        try:
            values[field.attribute] = convert(given[key], field.type)
        except Refused as error:
            found += [fault.under(key) for fault in error.faults]
    return values, found
