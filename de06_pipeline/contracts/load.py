"""From the ODCS files of ``data_contracts/sources`` to
:class:`~de06_pipeline.contracts.model.Contract`.

Definitions are built from contracts at every start, so this reads the YAML itself: importing the
package of the standard alone costs 0.4 s. That the files are valid ODCS, and everything a single
value cannot show, is the business of :mod:`de06_pipeline.contracts.lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from de06_pipeline.contracts.model import (
    AbsentColumn,
    Classification,
    Contract,
    EnumValue,
    Field,
    FieldType,
    ListedToo,
    Lookup,
    Message,
    Rule,
    Severity,
)
from de06_pipeline.contracts.reader import Reader
from de06_pipeline.contracts.versions import joined
from de06_pipeline.errors import ContractError, UsageError
from de06_pipeline.near_names import nearest
from de06_pipeline.periods import Month

CONTRACT_PROPERTIES = frozenset(
    {
        "titleVi",
        "titleEn",
        "source",
        "tolerance",
        "nilReturn",
        "snapshot",
        "areaDate",
        "supersedeBy",
        "nationalBeside",
    }
    | {"openAtEnd", "validFrom", "openAtStart", "unchanging"}
)
FIELD_PROPERTIES = frozenset(
    {
        "absentColumn",
        "columnRequired",
        "default",
        "derived",
        "emptyTokens",
        "endOfDay",
        "lookup",
        "padTo",
        "scaledUnits",
        "stored",
        "stripSuffix",
        "unit",
        "unitWords",
        "upper",
    }
)
ENUM_PROPERTIES = frozenset({"aliases"})
RULE_PROPERTIES = frozenset({"messageVi", "fields", "isKey"})

SUFFIX = ".odcs.yaml"
RULE_ENGINE = "greatExpectations"
_SEVERITIES = {"error": Severity.CRITICAL, "warning": Severity.WARNING}

_loaded: dict[tuple[Path, int, int], Contract] = {}


def load_contracts(folder: Path | str) -> Mapping[str, Contract]:
    """Load every ``*.odcs.yaml`` of a folder, by dataset, in the order of their names.

    Of each dataset the newest version, which knows the earlier ones (:meth:`Contract.in_force`). A
    file is read again only when its time or size has changed.

    Raises:
        ContractError: the folder holds no contract, a file is wrong (with line and remedy), or two
        hold for the same dataset and month.
    """
    paths = sorted(Path(folder).glob(f"*{SUFFIX}"))
    if not paths:
        raise ContractError(
            f"{folder}: holds no contract (*{SUFFIX}); name the folder data_contracts/sources."
        )
    versions: dict[str, list[Contract]] = {}
    for path in paths:
        contract = load_contract(path)
        versions.setdefault(contract.dataset, []).append(contract)
    return MappingProxyType({dataset: joined(versions[dataset]) for dataset in sorted(versions)})


def contract_of(contracts: Mapping[str, Contract], dataset: str) -> Contract:
    """A dataset's contract: the newest version, which knows the earlier ones.

    Raises:
        UsageError: there is no such dataset; names those there are.
    """
    if dataset not in contracts:
        known, near = ", ".join(sorted(contracts)), nearest(dataset, contracts)
        raise UsageError(
            f"'{dataset}' is not a dataset; there are {known}."
            + (f" Do you mean {near}?" if near else ""),
            vi=f"“{dataset}” không phải bộ dữ liệu; có {known}."
            + (f" Có phải {near}?" if near else ""),
        )
    return contracts[dataset]


def load_contract(path: Path) -> Contract:
    """Load one version of a contract, on its own; see :func:`load_contracts`."""
    try:
        state = path.stat()
    except OSError as error:
        raise ContractError(f"{path}: cannot be read ({error.strerror}).") from None
    version = (path.resolve(), state.st_mtime_ns, state.st_size)
    if version not in _loaded:
        _loaded[version] = _contract(Reader.of_file(path))
    return _loaded[version]


def _contract(file: Reader) -> Contract:
    custom = file.custom(CONTRACT_PROPERTIES)
    tables = list(file.each("schema"))
    if len(tables) != 1:
        raise file.error(
            "'schema' must hold exactly one table; write a contract for each dataset.", "schema"
        )
    table = tables[0]
    dataset = file.need("name", str)
    if table.need("name", str) != dataset:
        raise table.error(f"the table must have the name of the contract, '{dataset}'.", "name")
    properties = list(table.each("properties"))
    return Contract(
        dataset=dataset,
        version=file.need("version", str),
        source=custom.need("source", str),
        title=Message(custom.need("titleVi", str), custom.need("titleEn", str)),
        description=file.inner("description").need("purpose", str),
        owner=file.inner("team").need("name", str),
        due_day=_due_day(file),
        tolerance=custom.need("tolerance", float),
        nil_return=custom.need("nilReturn", bool),
        snapshot=custom.need("snapshot", bool),
        fields=_fields(table, properties),
        rules=_rules(table, properties),
        area_date=custom.get("areaDate", str, ""),
        supersede_by=custom.get("supersedeBy", str, ""),
        national_beside=custom.get("nationalBeside", str, ""),
        open_at_end=custom.get("openAtEnd", str, ""),
        open_at_start=custom.get("openAtStart", str, ""),
        unchanging=custom.texts("unchanging"),
        path=str(file.path),
        valid_from=_valid_from(custom),
    )


def _valid_from(custom: Reader) -> Month | None:
    if not custom.has("validFrom"):
        return None
    try:
        return Month.parse(custom.need("validFrom", str))
    except UsageError as error:
        raise custom.error(str(error), "validFrom") from None


def _due_day(file: Reader) -> int:
    for agreement in file.each("slaProperties"):
        if agreement.get("property", str, "") == "dueDay":
            return agreement.need("value", int)
    raise file.error(
        "'slaProperties' has no 'dueDay'; add {property: dueDay, value: <day of the following month>, unit: d}.",
        "slaProperties",
    )


def _fields(table: Reader, properties: list[Reader]) -> tuple[Field, ...]:
    fields = tuple(_field(entry) for entry in properties)
    names = [field.name for field in fields]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise table.error(
                f"the field '{name}' is described twice; keep one.", "properties", position
            )
    return fields


def _field(entry: Reader) -> Field:
    custom = entry.custom(FIELD_PROPERTIES)
    classification = entry.choice("classification", Classification)
    derived = custom.get("derived", bool, False)
    return Field(
        name=entry.need("name", str),
        type=entry.choice("physicalType", FieldType),
        description=entry.need("description", str),
        header_vi=entry.get("businessName", str, ""),
        aliases=tuple(alias.need("synonym", str) for alias in entry.each("synonyms")),
        example=next(iter(entry.texts("examples")), ""),
        column_required=custom.get("columnRequired", bool, entry.get("required", bool, False)),
        absent=_absent(custom),
        key=entry.get("primaryKey", bool, False),
        classification=classification,
        enum=tuple(_enum_value(value) for value in entry.each("enum")),
        pattern=entry.inner("logicalTypeOptions").get("pattern", str, ""),
        strip_suffix=custom.get("stripSuffix", str, ""),
        upper=custom.get("upper", bool, False),
        pad_to=custom.get("padTo", int, 0),
        default=custom.get("default", str, ""),
        empty_tokens=custom.texts("emptyTokens"),
        transform=entry.get("transformLogic", str, ""),
        derived=derived,
        lookup=_lookup(custom),
        end_of_day=custom.get("endOfDay", bool, False),
        unit=custom.get("unit", str, ""),
        unit_words=custom.texts("unitWords"),
        scaled_units=custom.texts("scaledUnits"),
        stored=custom.get("stored", bool, classification is not Classification.PII),
    )


def _enum_value(entry: Reader) -> EnumValue:
    value = entry.values.get("value")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise entry.error(
            "an enumeration's 'value' must be a whole number or a text; put quotes around it.",
            "value",
        )
    return EnumValue(
        value, entry.need("label", str), entry.custom(ENUM_PROPERTIES).texts("aliases")
    )


def _absent(custom: Reader) -> AbsentColumn:
    if not custom.has("absentColumn"):
        return AbsentColumn()
    said = custom.get("absentColumn", dict, {})
    if said == {"means": "unknown"}:
        return AbsentColumn()
    if said.get("means") == "value" and set(said) == {"means", "vi", "en"}:
        return AbsentColumn(True, Message(str(said["vi"]), str(said["en"])))
    raise custom.error(
        "'absentColumn' must be {means: unknown}, or {means: value, vi: …, en: …} with what follows from it.",
        "absentColumn",
    )


def _lookup(custom: Reader) -> Lookup | None:
    if not custom.has("lookup"):
        return None
    where = dict(custom.get("lookup", dict, {}))
    also = where.pop("also", None)
    if set(where) != {"dataset", "field", "column"}:
        raise custom.error(
            "'lookup' needs exactly dataset, field and column, and may have also.", "lookup"
        )
    if also is None:
        return Lookup(**where)
    if not isinstance(also, dict) or set(also) != {"dataset", "field", "table"}:
        raise custom.error(
            "'also' of a lookup needs exactly dataset, field and table, a file of the reference folder.",
            "lookup",
        )
    return Lookup(**where, also=ListedToo(**also))


def _rules(table: Reader, properties: list[Reader]) -> tuple[Rule, ...]:
    """Rules of each field in the order of the fields, then those over several fields."""
    of_fields = [
        _rule(entry, (owner.need("name", str),))
        for owner in properties
        for entry in owner.each("quality")
    ]
    return (*of_fields, *(_rule(entry, ()) for entry in table.each("quality")))


def _rule(entry: Reader, own_field: tuple[str, ...]) -> Rule:
    custom = entry.custom(RULE_PROPERTIES)
    rule_id = entry.need("name", str)
    if entry.get("type", str, "") != "custom" or entry.get("engine", str, "") != RULE_ENGINE:
        raise entry.error(
            f"the rule '{rule_id}' must have type: custom and engine: {RULE_ENGINE}.", "type"
        )
    severity = entry.need("severity", str)
    if severity not in _SEVERITIES:
        raise entry.error(
            f"'severity' must be error (the row is quarantined) or warning, not '{severity}'.",
            "severity",
        )
    implementation = entry.inner("implementation")
    fields = custom.texts("fields") or own_field
    if not fields:
        raise entry.error(
            f"the rule '{rule_id}' needs the custom property 'fields': the delivered fields to look at."
        )
    return Rule(
        id=rule_id,
        expectation=implementation.need("type", str),
        kwargs=dict(implementation.get("kwargs", dict, {})),
        severity=_SEVERITIES[severity],
        fields=fields,
        message=Message(custom.need("messageVi", str), entry.need("description", str)),
        row_condition=implementation.get("rowCondition", str, ""),
        is_key=custom.get("isKey", bool, False),
    )
