"""What a contract says, as plain immutable values.

The YAML files in ``data_contracts/sources`` are the only place where a dataset's fields and rules
are written. Everything else (expectation suites, asset checks, quarantine reasons, the data
dictionary) is made from the values of this module. No data access here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from de06_pipeline.periods import Month


class FieldType(StrEnum):
    """How a delivered text becomes a value."""

    TEXT = "text"
    """Free text, kept as cleaned on reading. VARCHAR."""
    CODE = "code"
    """An identifier: spaces taken out, upper case where ``upper``; an optional ``pattern`` gives
    its shape. VARCHAR.
    """
    ENUM = "enum"
    """One of ``Field.enum``.

    SMALLINT where every value is an integer, else VARCHAR (``EnumValue.value``).
    """
    INTEGER = "integer"
    """BIGINT."""
    DECIMAL = "decimal"
    """DECIMAL(18, 4)."""
    STATED = "stated"
    """A number as reports state it: ``hơn 1,4 triệu hồ sơ``, ``≈ 70,7 %``.

    DECIMAL(18, 4), with ``<name>_bound`` (``>``, ``<``, ``≈``) and ``<name>_unit`` beside it; the
    words are those of :mod:`de06_pipeline.contracts.stated`."""
    YES_NO = "yes_no"
    """BOOLEAN."""
    DATE = "date"
    """DATE."""
    TIMESTAMP = "timestamp"
    """TIMESTAMP, local time of Vietnam without a zone."""
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    """Areas: a code or a name. Stored as ``<name>_id`` INTEGER (``dim_area.area_id``)."""


AREA_TYPES = (FieldType.PROVINCE, FieldType.DISTRICT, FieldType.COMMUNE)


class Classification(StrEnum):
    """Who may see a field. ``PII`` never leaves the landing zone and the step's temporary database."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    PII = "pii"


class Severity(StrEnum):
    CRITICAL = "critical"
    """The row is quarantined."""
    WARNING = "warning"
    """The row stays and is counted."""


@dataclass(frozen=True, slots=True)
class Message:
    """Text for people, Vietnamese first."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enumeration.

    Attributes:
        value: what is stored and used in formulas: a code (integer or text), or the label itself.
        label: what people read, and what a breakdown shows.
        aliases: other texts that mean the same (any letter case; ``code - text`` always works).
    """

    value: int | str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedToo:
    """A list that adds to what a lookup knows: accepted rows of a dataset, and a reference table
    with a column of the same name.

    It need not be complete, so alone it answers nothing.
    """

    dataset: str
    field: str
    table: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A derived flag: is the value of ``column`` present in ``field`` of another dataset's accepted
    rows, or else in the list ``also``?
    """

    dataset: str
    field: str
    column: str
    also: ListedToo | None = None

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """``(dataset, field)`` of the accepted rows it looks into, the one that must be there
        first.
        """
        also = ((self.also.dataset, self.also.field),) if self.also else ()
        return ((self.dataset, self.field), *also)


@dataclass(frozen=True, slots=True)
class AbsentColumn:
    """What it means that a file has no column for an optional field; not the same as empty cells.

    Attributes:
        is_value: the law or the system says which value holds; otherwise it is not known, and
            figures that need the field are not reported.
        follows: what follows from the value, for people; empty where it is not known.
    """

    is_value: bool = False
    follows: Message = Message("", "")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a dataset, delivered or derived.

    Attributes:
        name: canonical name; always accepted as a header too.
        header_vi: the Vietnamese header; empty for derived fields.
        aliases: further accepted headers.
        example: what a cell may hold, invented; the examples of a dataset make one row that no rule
            objects to in June 2024.
        column_required: a file without this column is refused.
        absent: what a file without this column means, where the column is optional.
        key: part of the record's key, in the order of the contract.
        default: SQL literal taken where the cell is empty (the state stays ``empty``).
        empty_tokens: cell texts that mean "empty", besides the empty text.
        transform: SQL expression over the dataset's parsed columns, ``month_start``, ``month_end``
            (exclusive) and ``month_last_day``; evaluated after parsing, in contract order. For a
            delivered field it replaces the value.
        derived: not delivered; made by ``transform`` or ``lookup`` only.
        end_of_day: a date alone, or at midnight, means the end of that day (23:59:59).
        stored: kept in the accepted rows. PII fields are never stored.
    """

    name: str
    type: FieldType
    description: str
    header_vi: str = ""
    aliases: tuple[str, ...] = ()
    example: str = ""
    column_required: bool = False
    absent: AbsentColumn = AbsentColumn()
    key: bool = False
    classification: Classification = Classification.PUBLIC
    enum: tuple[EnumValue, ...] = ()
    pattern: str = ""
    strip_suffix: str = ""
    """For codes: a regular expression cut off the end; what was cut is kept in ``<name>_suffix``
    when stored.
    """
    upper: bool = False
    pad_to: int = 0
    """For codes: an all-digit text of ``pad_to - 1`` digits lost its leading zero in Excel; it is
    padded and flagged.
    """
    default: str = ""
    empty_tokens: tuple[str, ...] = ()
    transform: str = ""
    derived: bool = False
    lookup: Lookup | None = None
    end_of_day: bool = False
    unit: str = ""
    unit_words: tuple[str, ...] = ()
    """For stated numbers: the units that may follow the number, in any letter case."""
    scaled_units: tuple[str, ...] = ()
    """For numbers: what is counted, where a unit of the whole table (``nghìn đồng``) multiplies them;
    '' where a unit that does not say what is counted does too.
    """
    stored: bool = True

    @property
    def is_area(self) -> bool:
        return self.type in AREA_TYPES

    @property
    def is_personal(self) -> bool:
        return self.classification is Classification.PII

    @property
    def integer_enum(self) -> bool:
        return self.type is FieldType.ENUM and all(isinstance(v.value, int) for v in self.enum)


@dataclass(frozen=True, slots=True)
class Rule:
    """One data-quality rule: a Great Expectations expectation over the typed columns and flags.

    Attributes:
        id: ``<dataset>.<field or topic>.<check>``.
        expectation: GX type in snake case, for example ``expect_column_values_to_be_in_set``.
        kwargs: its arguments, without ``row_condition``.
        row_condition: SQL boolean over the same columns; the rule looks only at rows where it is
            true.
        fields: the delivered fields a person must look at, in order.
        is_key: the rule says that the key can be read (step 2 of the accounting order).
    """

    id: str
    expectation: str
    kwargs: dict[str, Any]
    severity: Severity
    fields: tuple[str, ...]
    message: Message
    row_condition: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """One dataset's contract.

    Attributes:
        version: semantic version; changes make the months made with an older one stale.
        source: the indicator source it feeds (``dvc``, ``asm``, ``cccd``, ``eid``) or
            ``reference``.
        due_day: day of the following month by which the delivery is expected.
        tolerance: the share of (rows read − superseded) that may be quarantined before the delivery
            is refused.
        nil_return: a header without rows is a reported zero; otherwise it is refused.
        snapshot: a state at the month's end; carried forward from the last accepted month when not
            delivered.
        area_date: SQL over parsed columns: the row's own first date, for areas no longer in force.
        open_at_end: SQL over stored columns, true for a record that must be delivered again for the
            next month; empty where records do not live across months.
        open_at_start: SQL over stored columns and ``month_start``, true for a record that the
            previous month's delivery must have held as open.
        unchanging: stored columns that stay as they are while a record is open.
        supersede_by: column whose latest value wins among rows of one key; empty for "later file,
            later row".
        national_beside: stored column of the key. Of a province that delivered itself the rows of a
            national export stay whose value of it the province did not give; empty: none stays.
        path: the YAML file, for messages.
        valid_from: the first month that this version holds in; None: from the beginning.
        earlier: of the newest version, those before it, newest first.
        other_fields: stored fields that only other versions have; formulas may name them, and they
            are empty in this version's rows.
    """

    dataset: str
    version: str
    source: str
    title: Message
    description: str
    owner: str
    due_day: int
    tolerance: float
    nil_return: bool
    snapshot: bool
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    area_date: str = ""
    supersede_by: str = ""
    national_beside: str = ""
    open_at_end: str = ""
    open_at_start: str = ""
    unchanging: tuple[str, ...] = ()
    path: str = ""
    valid_from: Month | None = None
    earlier: tuple[Contract, ...] = ()
    other_fields: tuple[Field, ...] = ()

    def in_force(self, month: Month) -> Contract:
        """The version that holds in a month; asked of the newest one."""
        return next(
            (
                version
                for version in (self, *self.earlier)
                if version.valid_from is None or version.valid_from <= month
            ),
            self,
        )

    @property
    def delivered_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if not f.derived)

    @property
    def key_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.key)

    @property
    def area_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.is_area)

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.stored and not f.is_personal)

    @property
    def optional_fields(self) -> tuple[Field, ...]:
        """The delivered fields whose column a file may lack."""
        return tuple(f for f in self.delivered_fields if not f.column_required)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)
