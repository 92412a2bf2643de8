"""From the texts of one row to units: the rule of ``docs/architecture.md``, level by level.

A unit is looked up in the reporting month. Not in force then: in the row's own month, and carried
forward to the unit that took in all of it; where the conversion is not exact the level is left
empty. A commune of the reporting month that is not of the former province or district which the row
names is not the one meant, where they had one of that name.

A text that means no unit under its parent is ``unknown`` or ``contradicts``, with two leniencies: a
district column is never needed from 2025-07 (the level is abolished), so a district that ever
existed there is only dropped; and a commune is never needed before, so it is only dropped there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from de06_pipeline.areas import suggestions
from de06_pipeline.areas.model import Area, AreaState, Level, Resolution
from de06_pipeline.areas.names import AreaText, read_area_text
from de06_pipeline.areas.suggestions import Suggestion
from de06_pipeline.periods import Month

if TYPE_CHECKING:
    from de06_pipeline.areas.book import AreaBook


@dataclass(frozen=True, slots=True)
class _ResolvedLevel:
    """What became of one level.

    Attributes:
        own: the unit found in the row's own month, where that lookup was needed.
    """

    state: AreaState
    area: Area | None = None
    own: Area | None = None
    suggestion: Suggestion = suggestions.NONE


_EMPTY = _ResolvedLevel(AreaState.EMPTY)
RESOLVED = frozenset({AreaState.OK, AreaState.EMPTY, AreaState.OUTSIDE})
"""States of the reporting month that a row's own month does not change."""


class Resolver:
    """Resolves rows of one reporting month.

    What it has worked out once it remembers, as long as it lives.
    """

    def __init__(self, book: AreaBook, month: Month) -> None:
        self.book = book
        self.month = month
        self.has_districts = bool(book.in_force(Level.DISTRICT, month))
        self._texts: dict[tuple[str, Level], AreaText] = {}
        self._rows: dict[tuple[str | None, str | None, str | None, int], Resolution] = {}
        self._provinces_now: dict[int, Area | None] = {}

    def resolve(
        self,
        province: str | None,
        district: str | None,
        commune: str | None,
        own_month: Month | None,
    ) -> Resolution:
        """See :meth:`AreaBook.resolve`."""
        earlier = own_month if own_month is not None and own_month < self.month else None
        key = (
            province,
            district,
            commune,
            -1 if earlier is None else self.book.boundary_version(earlier),
        )
        resolution = self._rows.get(key)
        if resolution is None:
            resolution = self._rows[key] = self._resolve(province, district, commune, earlier)
        return resolution

    def own_month_matters(self, texts: Sequence[str | None], resolution: Resolution) -> bool:
        """Whether these texts (province, district, commune) could mean something else in a row's
        own month: a unit of some other time.

        ``found`` is what they mean without it.

        Errs on the side of yes. Most texts that mean nothing are slips of the pen and have never
        been a unit's.
        """
        province, district, commune = texts
        if resolution.province_state not in RESOLVED:
            return self._ever(province, Level.PROVINCE)
        if resolution.district_state not in RESOLVED and self._ever(district, Level.DISTRICT):
            return True
        # Once districts are gone, a commune that no list holds may still be an older one.
        return resolution.commune_state not in RESOLVED and (
            not self.has_districts or self._ever(commune, Level.COMMUNE)
        )

    def _ever(self, text: str | None, level: Level) -> bool:
        read = self._read(text, level)
        return read is not None and bool(self.book.ever(level).find(read, _anywhere, any_kind=True))

    def _resolve(
        self, province: str | None, district: str | None, commune: str | None, earlier: Month | None
    ) -> Resolution:
        row = _RowLookups(self, earlier)
        in_province = row.province(self._read(province, Level.PROVINCE))
        in_district = row.district(self._read(district, Level.DISTRICT), in_province)
        in_commune = row.commune(self._read(commune, Level.COMMUNE), in_province, in_district)
        suggestion = next(
            (
                level.suggestion
                for level in (in_province, in_district, in_commune)
                if level.suggestion
            ),
            suggestions.NONE,
        )
        return Resolution(
            province_id=in_province.area.area_id if in_province.area else None,
            district_id=in_district.area.area_id if in_district.area else None,
            commune_id=in_commune.area.area_id if in_commune.area else None,
            province_state=in_province.state,
            district_state=in_district.state,
            commune_state=in_commune.state,
            suggestion_vi=suggestion.vi,
            suggestion_en=suggestion.en,
        )

    def _read(self, text: str | None, level: Level) -> AreaText | None:
        if not text or text.isspace():
            return None
        read = self._texts.get((text, level))
        if read is None:
            read = self._texts[text, level] = read_area_text(text, level)
        return read

    def province_now(self, area: Area) -> Area | None:
        """The province of the reporting month that holds (all of) the province of a district or
        commune.
        """
        if area.parent_id is None:
            return None
        if area.parent_id not in self._provinces_now:
            self._provinces_now[area.parent_id] = self.book.province_of(area.area_id, self.month)
        return self._provinces_now[area.parent_id]


def _anywhere(_: Area) -> bool:
    return True


class _RowLookups:
    """The lookups of one row; ``earlier`` is its own month if that lies before the reporting month."""

    def __init__(self, resolver: Resolver, earlier: Month | None) -> None:
        self.resolver = resolver
        self.book = resolver.book
        self.month = resolver.month
        self.earlier = earlier
        self.has_districts = resolver.has_districts

    # Provinces

    def province(self, text: AreaText | None) -> _ResolvedLevel:
        if text is None:
            return _EMPTY
        current = self.book.index(Level.PROVINCE, self.month)
        if units := current.find(text, _anywhere, any_kind=True):
            return _ResolvedLevel(AreaState.OK, units[0])
        if self.earlier is not None:
            for own in self.book.index(Level.PROVINCE, self.earlier).find(
                text, _anywhere, any_kind=True
            ):
                if successor := self.book.successor_in(own.area_id, self.month):
                    return _ResolvedLevel(
                        AreaState.CARRIED, successor, own, suggestions.carried(own, successor)
                    )
        suggestion = self._former(Level.PROVINCE, text, _anywhere) or suggestions.closest(
            text, current.areas
        )
        return _ResolvedLevel(AreaState.UNKNOWN, suggestion=suggestion)

    # Districts

    def district(self, text: AreaText | None, province: _ResolvedLevel) -> _ResolvedLevel:
        if text is None:
            return _EMPTY
        if province.area is None:
            return self._under_no_parent(province)
        if not self.has_districts:
            return self._abolished_district(text, province.area, province.own)
        inside = _in_province(province.area)
        current = self.book.index(Level.DISTRICT, self.month)
        units = current.find(text, inside)
        if len(units) == 1:
            return _ResolvedLevel(AreaState.OK, units[0])
        own = self._own(Level.DISTRICT, text, province.area, province.own)
        if not units and len(own) == 1:
            return self._carry(own[0])
        units = units or current.find(text, inside, any_kind=True)
        if len(units) == 1:
            return _ResolvedLevel(AreaState.OK, units[0])
        if units:
            return _ResolvedLevel(AreaState.UNKNOWN, suggestion=suggestions.ambiguous(units))
        return self._nowhere_under(text, Level.DISTRICT, province.area)

    def _abolished_district(
        self, text: AreaText, province: Area, former: Area | None
    ) -> _ResolvedLevel:
        if own := self._own(Level.DISTRICT, text, province, former):
            return _ResolvedLevel(
                AreaState.DROPPED,
                own=own[0] if len(own) == 1 else None,
                suggestion=suggestions.no_districts(),
            )
        if self.book.ever(Level.DISTRICT).find(text, self._came_into(province), any_kind=True):
            return _ResolvedLevel(AreaState.DROPPED, suggestion=suggestions.no_districts())
        return self._nowhere_under(text, Level.DISTRICT, province)

    # Communes

    def commune(
        self, text: AreaText | None, province: _ResolvedLevel, district: _ResolvedLevel
    ) -> _ResolvedLevel:
        if text is None:
            return _EMPTY
        if province.area is None:
            return self._under_no_parent(province)
        if self.has_districts:
            return self._commune_before_reform(text, province.area, district)
        return self._commune(text, province.area, province.own, district)

    def _commune(
        self, text: AreaText, province: Area, former: Area | None, district: _ResolvedLevel
    ) -> _ResolvedLevel:
        current = self.book.index(Level.COMMUNE, self.month)
        units = current.find(text, _in_province(province))
        own = self._own(Level.COMMUNE, text, province, former)
        if district.own is not None:
            own = tuple(area for area in own if self._lay_in(area, district.own))
        if len(units) == 1 and (not own or self._is_of(units[0], own, former, district.own)):
            return _ResolvedLevel(AreaState.OK, units[0])
        if len(units) > 1:
            return _ResolvedLevel(AreaState.UNKNOWN, suggestion=suggestions.ambiguous(units))
        if len(own) == 1:
            return self._carry(own[0])
        if own:
            return _ResolvedLevel(AreaState.DROPPED, suggestion=suggestions.ambiguous(own))
        if self._own_month_before_reform() and not (text.code and current.with_code(text.code)):
            # The records hold the communes of 2025-06-30 only: an older one may well have existed.
            return _ResolvedLevel(AreaState.DROPPED, suggestion=suggestions.untraceable())
        return self._nowhere_under(text, Level.COMMUNE, province)

    def _is_of(
        self, commune: Area, own: Sequence[Area], former: Area | None, district: Area | None
    ) -> bool:
        """Whether a commune in force is of the former province and district that a row names: it has
        the code of a commune there, or took one in.

        More than a hundred communes went to another, while one elsewhere got their name: Tân Lập of
        Mộc Hóa is Mộc Hóa now, and Tân Lập is at the other end of the province.

        Args:
            own: the communes there that have the name.
        """
        if former is None and district is None:
            return True
        assert self.earlier is not None
        within = (
            area
            for area in self.book.in_force(Level.COMMUNE, self.earlier)
            if (former is None or area.province_code == former.code)
            and (district is None or self._lay_in(area, district))
        )
        # Those of the name come first: nearly always one of them is the one, and no other is asked.
        return any(
            area.code == commune.code or self.book.successor_in(area.area_id, self.month) is commune
            for area in chain(own, within)
        )

    def _own_month_before_reform(self) -> bool:
        return self.earlier is not None and bool(self.book.in_force(Level.DISTRICT, self.earlier))

    def _commune_before_reform(
        self, text: AreaText, province: Area, district: _ResolvedLevel
    ) -> _ResolvedLevel:
        if district.area is None and district.state is not AreaState.EMPTY:
            return _ResolvedLevel(AreaState.DROPPED)

        def within(commune: Area) -> bool:
            return commune.province_code == province.code and (
                district.area is None or self._lay_in(commune, district.area)
            )

        units = self.book.index(Level.COMMUNE, self.month).find(text, within)
        return (
            _ResolvedLevel(AreaState.OK, units[0])
            if len(units) == 1
            else _ResolvedLevel(AreaState.DROPPED)
        )

    def _lay_in(self, commune: Area, district: Area) -> bool:
        """Whether a commune of the list of 2025-06-30 lay in a district then, or in what became of
        it.
        """
        listed = self.book.parent_of(commune.area_id)
        if listed is None or commune.valid_to is None:
            return False
        return (
            listed.code == district.code
            or self.book.successor_in(district.area_id, Month.of(commune.valid_to)) == listed
        )

    # Any level

    def _own(
        self, level: Level, text: AreaText, province: Area, former: Area | None
    ) -> tuple[Area, ...]:
        """The units of the row's own month under the province it had then: ``former``, or any that
        went into ``province``.
        """
        if self.earlier is None:
            return ()
        within = _in_province(former) if former else self._came_into(province)
        return self.book.index(level, self.earlier).find(text, within)

    def _came_into(self, province: Area) -> Callable[[Area], bool]:
        """Units of any time whose province is this one in the reporting month, or went into it."""
        return lambda area: self.resolver.province_now(area) is province

    def _carry(self, own: Area) -> _ResolvedLevel:
        successor = self.book.successor_in(own.area_id, self.month)
        if successor is None:
            return _ResolvedLevel(AreaState.DROPPED, own=own, suggestion=suggestions.not_exact(own))
        return _ResolvedLevel(
            AreaState.CARRIED, successor, own, suggestions.carried(own, successor)
        )

    def _under_no_parent(self, province: _ResolvedLevel) -> _ResolvedLevel:
        """Without a province a name means nothing; where the province is the fault, it alone is
        blamed.
        """
        if province.state is AreaState.EMPTY:
            return _ResolvedLevel(AreaState.UNKNOWN, suggestion=suggestions.province_missing())
        return _ResolvedLevel(AreaState.DROPPED)

    def _nowhere_under(self, text: AreaText, level: Level, province: Area) -> _ResolvedLevel:
        """The text means no unit under its province: does it mean one elsewhere?"""
        months = [self.month] if self.earlier is None else [self.month, self.earlier]
        for month in months:
            if elsewhere := self.book.index(level, month).find(text, _anywhere):
                return _ResolvedLevel(
                    AreaState.CONTRADICTS, suggestion=self._elsewhere(elsewhere, province)
                )
        suggestion = self._former(level, text, self._came_into(province))
        if not suggestion and level is Level.DISTRICT:
            suggestion = suggestions.closest(
                text, self.book.children(province.area_id, level, self.month)
            )
        return _ResolvedLevel(
            AreaState.UNKNOWN, suggestion=suggestion or suggestions.not_in(province)
        )

    def _elsewhere(self, units: tuple[Area, ...], province: Area) -> Suggestion:
        if len(units) > 1:
            return suggestions.not_in(province)
        province_of = self.book.province_of(units[0].area_id, self.month)
        return suggestions.elsewhere(units[0], province_of or self.book.country)

    def _former(self, level: Level, text: AreaText, within: Callable[[Area], bool]) -> Suggestion:
        """If the text names a unit of another time: what it is in this month."""
        former = self.book.ever(level).find(text, within, any_kind=level is not Level.COMMUNE)
        if not former:
            return suggestions.NONE
        successor = self.book.successor_in(former[-1].area_id, self.month)
        return (
            suggestions.carried(former[-1], successor)
            if successor
            else suggestions.not_in_force(former[-1])
        )


def _in_province(province: Area) -> Callable[[Area], bool]:
    return lambda area: area.province_code == province.code
