"""From ``data_contracts/indicators/*.yaml`` to the :class:`~de06_pipeline.registry.model.Registry`.

Reads what the files say and sees that they fit together. What a formula means is checked against
the contracts by :func:`de06_pipeline.indicators.check.check_registry`, which needs sqlglot and so
is kept out of the import of definitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from de06_pipeline.contracts.reader import Reader
from de06_pipeline.errors import ContractError, UsageError
from de06_pipeline.periods import Month
from de06_pipeline.registry.entry import EntryContext, indicator_of, levels_of
from de06_pipeline.registry.forms import form_of
from de06_pipeline.registry.model import (
    LEVELS,
    CellSet,
    Dimension,
    Identity,
    Indicator,
    ListedValue,
    Registry,
    Rows,
    SnapshotLookup,
    SourceRegistry,
)

_FILE = frozenset(
    {
        "source",
        "rows",
        "lookups",
        "cells",
        "defaults",
        "indicators",
        "identities",
        "forms",
        "composed_of",
        "of_deliveries",
        "headline",
    }
)
_ROWS = frozenset({"dataset", "snapshot", "conditions", "opening", "closing", "dimensions"})
_DIMENSION = frozenset(
    {"label", "sql", "levels", "other", "listed", "renamed", "groups", "lookup", "as_codes"}
)
_LOOKUP = frozenset({"dataset", "key", "dimension", "value", "else"})
_CELLS = frozenset({"rows", "where", "dimensions", "day", "value", "key"})

_loaded: dict[tuple[tuple[str, int, int], ...], Registry] = {}


def load_registry(folder: Path | str) -> Registry:
    """Load every ``*.yaml`` of a folder, one source a file.

    Files are read again only when one of them has changed.

    Raises:
        ContractError: an entry is wrong; with file, line, entry and remedy.
    """
    paths = sorted(Path(folder).glob("*.yaml"))
    if not paths:
        raise ContractError(
            f"{folder}: holds no indicator registry (*.yaml); name the folder data_contracts/indicators."
        )
    state = tuple(
        (str(path.resolve()), path.stat().st_mtime_ns, path.stat().st_size) for path in paths
    )
    if state not in _loaded:
        _loaded[state] = _registry(paths)
    return _loaded[state]


def _registry(paths: list[Path]) -> Registry:
    sources: dict[str, SourceRegistry] = {}
    codes: dict[str, str] = {}
    for path in paths:
        source = _source(Reader.of_file(path))
        if source.source in sources:
            raise ContractError(
                f"{path}: the source '{source.source}' already has {sources[source.source].path}; keep one file."
            )
        for indicator in source.indicators.values():
            if indicator.code in codes:
                raise indicator.entry.error(
                    f"the code '{indicator.code}' is taken by {codes[indicator.code]}; choose another.",
                    "code",
                )
            codes[indicator.code] = path.name
        sources[source.source] = source
    for source in sources.values():
        if strange := set(source.composed_of) - set(sources):
            raise ContractError(
                f"{source.path}: 'composed_of' names '{min(strange)}'; sources are {', '.join(sources)}."
            )
    content = hashlib.sha256(b"\x1f".join(path.read_bytes() for path in paths)).hexdigest()
    return Registry(MappingProxyType(sources), content[:16])


def _headline(file: Reader, indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    codes = file.texts("headline")
    if strange := [code for code in codes if code not in indicators]:
        raise file.error(f"'headline' names '{strange[0]}', which is no indicator.", "headline")
    return codes


def _source(file: Reader) -> SourceRegistry:
    file.only(_FILE)
    rows = {name: _rows(name, entry) for name, entry in _named(file, "rows")}
    lookups = {name: _lookup(name, entry) for name, entry in _named(file, "lookups")}
    cells = {name: _cells(name, entry, rows) for name, entry in _named(file, "cells")}
    for name, entry in _named(file, "cells"):
        for dimension in cells[name].dimensions:
            if dimension.lookup and dimension.lookup not in lookups:
                raise entry.error(
                    f"dimension '{dimension.name}' names the unknown lookup '{dimension.lookup}'.",
                    "dimensions",
                )
    indicators: dict[str, Indicator] = {}
    source = file.need("source", str)
    of_deliveries = file.get("of_deliveries", bool, False)
    for entry in file.each("indicators"):
        indicator = indicator_of(
            _with_defaults(file, entry), EntryContext(source, cells, indicators, of_deliveries)
        )
        if indicator.code in indicators:
            raise entry.error(
                f"the code '{indicator.code}' is taken by an entry above; choose another.", "code"
            )
        indicators[indicator.code] = indicator
    forms = tuple(form_of(entry, indicators) for entry in file.each("forms"))
    return SourceRegistry(
        source=source,
        path=file.path,
        rows=MappingProxyType(rows),
        lookups=MappingProxyType(lookups),
        cells=MappingProxyType(cells),
        indicators=MappingProxyType(indicators),
        identities=(
            *(_identity(entry, indicators) for entry in file.each("identities")),
            *(identity for form in forms for identity in form.identities),
        ),
        forms=forms,
        composed_of=file.texts("composed_of"),
        of_deliveries=of_deliveries,
        headline=_headline(file, indicators),
    )


def _named(file: Reader, section: str) -> list[tuple[str, Reader]]:
    part = file.inner(section)
    return [(str(name), part.inner(name)) for name in part.values]


def _with_defaults(file: Reader, entry: Reader) -> Reader:
    return Reader(entry.path, {**file.inner("defaults").values, **entry.values}, entry.place)


def _rows(name: str, entry: Reader) -> Rows:
    entry.only(_ROWS)
    conditions = entry.inner("conditions")
    dimensions = {key: _dimension(key, value) for key, value in _named(entry, "dimensions")}
    ends = {key: entry.get(key, str, "") for key in ("opening", "closing")}
    for key, condition in ends.items():
        if condition not in conditions.values and any(ends.values()):
            raise entry.error(
                f"'{key}' must be one of the conditions above it, and stand beside its counterpart.",
                key,
            )
    return Rows(
        name=name,
        dataset=entry.need("dataset", str),
        conditions=MappingProxyType({key: conditions.need(key, str) for key in conditions.values}),
        dimensions=MappingProxyType(dimensions),
        entry=entry,
        snapshot=entry.get("snapshot", bool, False),
        **ends,
    )


def _dimension(name: str, entry: Reader) -> Dimension:
    entry.only(_DIMENSION)
    levels = levels_of(entry) or LEVELS
    lookup = entry.get("lookup", str, "")
    return Dimension(
        name=name,
        label=entry.get("label", str, name),
        sql="" if lookup else entry.get("sql", str, name),
        levels=levels,
        other=entry.get("other", str, ""),
        listed=entry.get("listed", str, ""),
        renamed=entry.get("renamed", str, ""),
        groups=entry.get("groups", str, ""),
        lookup=lookup,
        as_codes=entry.get("as_codes", bool, False),
    )


def _lookup(name: str, entry: Reader) -> SnapshotLookup:
    entry.only(_LOOKUP)
    listed = entry.inner("else") if entry.has("else") else None
    if listed is not None:
        listed.only(frozenset({"table", "from", "value"}))
    return SnapshotLookup(
        name=name,
        dataset=entry.need("dataset", str),
        key=entry.need("key", str),
        dimension=entry.need("dimension", str),
        value=entry.need("value", str),
        entry=entry,
        otherwise=ListedValue(
            listed.need("table", str), listed.need("value", str), _month_of(listed, "from")
        )
        if listed is not None
        else None,
    )


def _month_of(entry: Reader, key: str) -> Month:
    try:
        return Month.parse(entry.need(key, str))
    except UsageError as error:
        raise entry.error(str(error), key) from None


def _cells(name: str, entry: Reader, rows: Mapping[str, Rows]) -> CellSet:
    entry.only(_CELLS)
    of = entry.need("rows", str)
    if of not in rows:
        raise entry.error(f"there are no rows '{of}'; known are {', '.join(rows)}.", "rows")
    dimensions = []
    for dimension in entry.texts("dimensions"):
        if dimension not in rows[of].dimensions:
            raise entry.error(
                f"the rows '{of}' have no dimension '{dimension}'; known are {', '.join(rows[of].dimensions)}.",
                "dimensions",
            )
        dimensions.append(rows[of].dimensions[dimension])
    texts = {key: entry.get(key, str, "") for key in ("where", "day", "value", "key")}
    return CellSet(name=name, rows=rows[of], entry=entry, dimensions=tuple(dimensions), **texts)


def _identity(entry: Reader, indicators: Mapping[str, Indicator]) -> Identity:
    entry.only(frozenset({"left", "right"}))
    for side in ("left", "right"):
        for code in entry.texts(side):
            if code not in indicators:
                raise entry.error(f"there is no indicator '{code}'.", side)
    return Identity(entry.texts("left"), entry.texts("right"))
