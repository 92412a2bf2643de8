"""The DuckDB type of each field of a contract: one table for parsing, accepted rows and cells."""

from __future__ import annotations

from de06_pipeline.contracts.model import Contract, Field, FieldType

_SQL_TYPES = {
    FieldType.TEXT: "VARCHAR",
    FieldType.CODE: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DECIMAL: "DECIMAL(18,4)",
    FieldType.STATED: "DECIMAL(18,4)",
    FieldType.YES_NO: "BOOLEAN",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.PROVINCE: "INTEGER",
    FieldType.DISTRICT: "INTEGER",
    FieldType.COMMUNE: "INTEGER",
}


def sql_type(field: Field) -> str:
    """Type of the field's value, spelled as DuckDB does; an area's is its ``dim_area.area_id``."""
    if field.type is FieldType.ENUM:
        return "SMALLINT" if field.integer_enum else "VARCHAR"
    return _SQL_TYPES[field.type]


def stored_columns(contract: Contract) -> dict[str, str]:
    """The columns of a contract's accepted rows that formulas may name, with their types; those of
    its other versions last.
    """
    return {
        f"{field.name}_id" if field.is_area else field.name: sql_type(field)
        for field in (*contract.stored_fields, *contract.other_fields)
    }
