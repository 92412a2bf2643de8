"""Finding units by what a text says, among the units of one level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.names import AreaText, NameReading, bare_key, syllable_keys

Aliases = Mapping[tuple[Level, str], tuple[str, ...]]


class AreaIndex:
    """Units of one level (all in force together, or all versions), by code and by name without
    prefix.
    """

    def __init__(self, areas: Iterable[Area], aliases: Aliases) -> None:
        self.areas = tuple(areas)
        self._aliases = aliases

    @cached_property
    def _by_code(self) -> dict[str, tuple[Area, ...]]:
        by_code: dict[str, list[Area]] = defaultdict(list)
        for area in self.areas:
            by_code[area.code].append(area)
        return {code: tuple(listed) for code, listed in by_code.items()}

    @cached_property
    def _by_key(self) -> dict[str, tuple[Area, ...]]:
        """By name; made when first asked for, since most indexes only say which units there are."""
        by_key: dict[str, list[Area]] = defaultdict(list)
        for area in self.areas:
            by_key[bare_key(area.full_name, area.kind)].append(area)
            for name in self._aliases.get((area.level, area.code), ()):
                by_key["".join(syllable_keys(name))].append(area)
        return {key: tuple(listed) for key, listed in by_key.items()}

    def with_code(self, code: str) -> tuple[Area, ...]:
        return self._by_code.get(code, ())

    def find(
        self, text: AreaText, within: Callable[[Area], bool], *, any_kind: bool = False
    ) -> tuple[Area, ...]:
        """The units among those ``within`` that the text may mean; several where it is ambiguous.

        The most literal reading that fits wins. With a code and a name, the unit must fit both.

        Args:
            any_kind: a wrong or outdated kind (``H.`` for a town) does not matter, unless the name
                is a number.
        """
        if text.code and not text.names:
            return tuple(filter(within, self.with_code(text.code)))
        for reading in text.names:
            fitting = tuple(
                area
                for area in self._by_key.get(reading.key, ())
                if _kind_fits(area, reading, any_kind)
                and text.code in ("", area.code)
                and within(area)
            )
            if fitting:
                return fitting
        return ()


def _kind_fits(area: Area, reading: NameReading, any_kind: bool) -> bool:
    if reading.kind == area.kind:
        return True
    # "Quận 1" never fits a bare "1", nor "Phường 1".
    return not reading.key.isdigit() and (any_kind or not reading.kind)
