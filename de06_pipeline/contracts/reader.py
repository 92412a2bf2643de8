"""Typed access to a mapping from a contract file; a mistake becomes an error with file, line and
remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, cast

from de06_pipeline.contracts.yaml_file import YamlKey, line_of, read_yaml
from de06_pipeline.errors import ContractError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Reader:
    """A mapping, and where in which file it stands.

    Values are asked for by name and type. ``custom`` gives ODCS's list of ``{property, value}`` as
    a reader of its own.
    """

    def __init__(self, path: Path, values: dict[str, Any], place: tuple[YamlKey, ...] = ()) -> None:
        self.path = path
        self.values = values
        self.place = place

    @classmethod
    def of_file(cls, path: Path) -> Reader:
        return cls(path, read_yaml(path))

    def error(self, text: str, *keys: YamlKey) -> ContractError:
        """An error at this mapping, or at the value under ``keys`` in it."""
        return ContractError(f"{self.path}:{line_of(self.path, (*self.place, *keys))}: {text}")

    def only(self, known: frozenset[str]) -> None:
        """See that the mapping has no key besides ``known``.

        Raises:
            ContractError: it has; most often a misspelling, which would otherwise change nothing
                and be noticed by no one.
        """
        # A new entry is put at the end of a file, where the list may be another one.
        at = (
            f", in an entry of '{self.place[-2]}'"
            if self.place and isinstance(self.place[-1], int)
            else ""
        )
        for name in self.values:
            if name not in known:
                raise self.error(
                    f"'{name}' is not known here{at}; known are {', '.join(sorted(known))}.", name
                )

    def has(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, kind: type[T], default: T) -> T:
        """The value of ``name``, or ``default`` where it is not given.

        Raises:
            ContractError: it is not of ``kind``.
        """
        value = self.values.get(name)
        if value is None:
            return default
        if kind is float and type(value) is int:
            return cast(T, float(value))
        # A YAML truth value is a Python int too; ``tolerance: true`` must not pass as 1.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(f"'{name}' must be {_WORDS.get(kind, kind.__name__)}.", name)
        return value

    def need(self, name: str, kind: type[T]) -> T:
        """The value of ``name``.

        Raises:
            ContractError: it is missing, empty or not of ``kind``.
        """
        if self.values.get(name) in (None, ""):
            raise self.error(f"'{name}' is missing; add it.", name)
        return self.get(name, kind, kind())

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.get(name, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"'{name}' must be a list of texts; put quotes around each.", name)
        return tuple(values)

    def choice(self, name: str, kind: type[E], default: str = "") -> E:
        """The member of an enumeration that ``name`` says.

        Raises:
            ContractError: it is none of them, or is missing and there is no default.
        """
        text = self.get(name, str, default) if default else self.need(name, str)
        return self._member(name, text, kind)

    def choices(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """The same of a list."""
        return tuple(self._member(name, text, kind) for text in self.texts(name))

    def _member(self, name: str, text: str, kind: type[E]) -> E:
        try:
            return kind(text)
        except ValueError:
            known = ", ".join(kind)
            raise self.error(f"'{name}' must be one of {known}, not '{text}'.", name) from None

    def inner(self, name: str) -> Reader:
        """The mapping under ``name``; empty where it is not given."""
        return Reader(self.path, self.get(name, dict, {}), (*self.place, name))

    def each(self, name: str) -> Iterator[Reader]:
        """The mappings of the list under ``name``."""
        for position, value in enumerate(self.get(name, list, [])):
            if not isinstance(value, dict):
                raise self.error(f"'{name}' must be a list of mappings.", name, position)
            yield Reader(self.path, value, (*self.place, name, position))

    def custom(self, known: frozenset[str]) -> Reader:
        """The custom properties of this mapping by name.

        Raises:
            ContractError: a property is not among ``known``, or is given twice.
        """
        values: dict[str, Any] = {}
        positions: dict[str, int] = {}
        for position, entry in enumerate(self.each("customProperties")):
            name = entry.need("property", str)
            if name not in known:
                raise entry.error(
                    f"the custom property '{name}' is not known here; known are {', '.join(sorted(known))}."
                )
            if name in values:
                raise entry.error(f"the custom property '{name}' is given twice; keep one.")
            values[name] = entry.values.get("value")
            positions[name] = position
        return _CustomReader(self.path, values, (*self.place, "customProperties"), positions)


class _CustomReader(Reader):
    """Custom properties by name; in the file they are a list, so a mistake is placed by position."""

    def __init__(
        self,
        path: Path,
        values: dict[str, Any],
        place: tuple[YamlKey, ...],
        positions: dict[str, int],
    ) -> None:
        super().__init__(path, values, place)
        self.positions = positions

    def error(self, text: str, *keys: YamlKey) -> ContractError:
        return super().error(
            text, *(self.positions[str(key)] for key in keys if key in self.positions)
        )


_WORDS: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
}
