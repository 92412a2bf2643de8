"""Opening one file: is it readable, and are its headers those of the contract?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Field, FieldType, Message
from de06_pipeline.errors import UnreadableFile
from de06_pipeline.ingest.columns import (
    NOTHING_KNOWN,
    ColumnContext,
    column_information,
    unnamed_columns,
)
from de06_pipeline.ingest.information import Information, of_file, other_month, scaled
from de06_pipeline.ingest.outcome import FileOutcome, FileProblem
from de06_pipeline.landing import refusals
from de06_pipeline.landing.csv.cuts import parts_for
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.said_at import place_in_words
from de06_pipeline.landing.table.scaling import (
    field_with_unit,
    scale_records,
    scales_of_columns,
    takes_word,
)
from de06_pipeline.landing.table.units import refuse_unit_column, refuse_unit_texts
from de06_pipeline.parsing.headers import HeaderMatch, header_reader, match_header, nearest_field
from de06_pipeline.periods import Month
from de06_pipeline.quality.gx_library import library

_KINDS = {
    FieldType.INTEGER: ColumnKind.NUMBER,
    FieldType.DECIMAL: ColumnKind.NUMBER,
    FieldType.STATED: ColumnKind.NUMBER,
    FieldType.DATE: ColumnKind.DATE,
    FieldType.TIMESTAMP: ColumnKind.DATE,
    FieldType.CODE: ColumnKind.CODE,
    FieldType.ENUM: ColumnKind.CHOICE,
    FieldType.YES_NO: ColumnKind.CHOICE,
}
_OF_FIGURES = frozenset({"reported", "reference"})
"""Sources whose rows are figures, not cases."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file after reading. ``read`` and ``header`` are there unless the outcome has a problem."""

    outcome: FileOutcome
    read: ReadFile | None = None
    header: HeaderMatch | None = None

    @property
    def usable(self) -> bool:
        return self.outcome.problem is None

    @property
    def broken(self) -> Path | None:
        return self.read.broken if self.read else None

    @property
    def broken_count(self) -> int:
        return self.read.broken_count if self.read else 0


def open_file(
    number: int,
    landed: LandedFile,
    contract: Contract,
    month: Month,
    expected: ExpectedTable,
    workdir: Path,
    progress: Callable[[str, float], None],
    threads: int = 0,
    columns: ColumnContext = NOTHING_KNOWN,
) -> OpenedFile:
    """Read one file into ``workdir`` and match its header; a problem is part of the outcome, not an
    exception.

    Args:
        expected: what tells the contract's table from the rest (:func:`expected_table`), made once
            for many files.
        threads: how many processes may read it; 0 for one a core.
        columns: what is known of the supplier's columns.
    """
    folder = workdir / f"file-{number}"
    folder.mkdir(mode=0o700)
    nothing_read = FileOutcome(
        number, landed.name, "", landed.bytes, landed.modified_at, format="", encoding=""
    )
    try:
        read = read_file(
            landed,
            folder,
            lambda done, total: progress(f"read {landed.name}", 0.4 * done / max(total, 1)),
            expected=expected,
            # What judges the rows loads for a second, on one core: not while all others wait for it.
            cutting=parts_for(threads, meanwhile=library),
        )
        refuse_unit_column(landed.name, read.header, read.records, expected)
        # Texts of single cases (a dossier's subject) may speak of units; those beside a figure do not.
        if contract.source in _OF_FIGURES:
            refuse_unit_texts(landed.name, read.header, read.scale, read.records, expected)
        names, scaled = _scaled(landed.name, read, contract, expected)
        sheet_named = _named_month(landed.name, read, contract, month)
    except UnreadableFile as error:
        return OpenedFile(
            replace(
                nothing_read,
                problem=FileProblem("readable", error.code, Message(error.vi, error.en)),
            )
        )
    header = match_header(contract, names)
    outcome = FileOutcome(
        file_no=number,
        name=landed.name,
        sha256=read.sha256,
        bytes=read.bytes,
        modified_at=landed.modified_at,
        format=read.format,
        encoding=read.encoding,
        rows_read=read.record_count + read.broken_count,
        rows_blank=read.blank_count,
        unknown_columns=header.unknown,
        absent=tuple(f.name for f in header.missing_optional)
        if read.record_count or read.broken_count
        else (),
        information=(
            *column_information(header, names, columns),
            *unnamed_columns(read.header, read.records),
            *scaled,
            *sheet_named,
            *(of_file(code, count, read.places.get(code, ())) for code, count in read.information),
        ),
        headers={name: read.header[position] for name, position in header.positions.items()},
    )
    problem = _header_problem(landed.name, header, names) or _nil_problem(
        contract, landed.name, read
    )
    return (
        OpenedFile(_refuse(outcome, problem), read, header)
        if problem
        else OpenedFile(outcome, read, header)
    )


def _scaled(
    name: str, read: ReadFile, contract: Contract, expected: ExpectedTable
) -> tuple[tuple[str, ...], tuple[Information, ...]]:
    """Multiply the records by a unit of the whole table, or of a column's header, where the contract
    allows it.

    Returns:
        the header, with such columns under the contract's own names; and what was done.

    Raises:
        UnreadableFile: ``unit_of_all``: two units contradict each other, or a number cannot say it.
    """
    scales = scales_of_columns(name, read.header, read.scale, expected)
    if not scales:
        return read.header, ()
    fields = {at: contract.field(expected.field_of(read.header[at]) or "") for at in scales}
    words = {at: field.type is FieldType.STATED for at, field in fields.items()}
    for at, scale in scales.items():
        if words[at] and not takes_word(scale):
            raise refusals.unit_of_all(name, read.header[at])
    count = scale_records(read.records, scales, words)
    names = tuple(
        fields[at].header_vi if at in fields else text for at, text in enumerate(read.header)
    )
    if read.scale is not None:
        return names, (scaled(count, read.scale[0], place_in_words(read.scale[1])),)
    said = ", ".join(read.header[at] for at in sorted(scales))
    return names, (scaled(count, said, place_in_words(None)),)


def _named_month(
    name: str, read: ReadFile, contract: Contract, month: Month
) -> tuple[Information, ...]:
    """What follows from a title or a sheet that is named by another month than the delivery's. A
    snapshot may be older than the month it is delivered for.

    Raises:
        UnreadableFile: ``other_month``: a title is.
    """
    named = read.month
    if named is None or contract.snapshot:
        return ()
    if (named.year or month.year, named.month) == (month.year, month.month):
        return ()
    if isinstance(named.said_at, int):
        raise refusals.other_month(name, Month(named.year, named.month), named.said_at, month)
    return (other_month(named, month),)


def expected_table(contract: Contract) -> ExpectedTable:
    """What tells the contract's table from the rest of a file: its headers, and the columns that no
    record leaves empty.

    Those are the columns of the fields with an unconditional rule ``.required``.
    """
    filled = {
        rule.fields[0]
        for rule in contract.rules
        if rule.id.endswith(".required") and len(rule.fields) == 1 and not rule.row_condition
    }
    columns = {field.name for field in contract.delivered_fields if field.column_required}
    plain = ExpectedTable(
        header_reader(contract),
        frozenset(columns),
        frozenset(filled & columns),
        frozenset(field.name for field in contract.delivered_fields if field.key),
        {field.name: _kind(field) for field in contract.delivered_fields},
        {
            field.name: field.scaled_units
            for field in contract.delivered_fields
            if field.scaled_units
        },
        frozenset(
            text
            for field in contract.delivered_fields
            for said in (field.name, field.header_vi, *field.aliases)
            for text in (said, said.upper(), said.lower(), said.capitalize())
        ),
    )
    if not plain.scaled_by:
        return plain
    return replace(
        plain, field_of=lambda text: plain.field_of(text) or field_with_unit(text, plain)
    )


def _kind(field: Field) -> ColumnKind:
    if field.is_area:
        return ColumnKind.AREA
    return _KINDS.get(field.type, ColumnKind.TEXT)


def _refuse(outcome: FileOutcome, problem: FileProblem) -> FileOutcome:
    """A file that is not judged counts no rows: its records are neither accepted nor quarantined."""
    return replace(outcome, rows_read=0, rows_blank=0, information=(), problem=problem)


def _header_problem(name: str, header: HeaderMatch, texts: Sequence[str]) -> FileProblem | None:
    """Missing or repeated columns.

    Names only the contract's own headers and texts that are nearly one of them: what else stands in
    the file may be values where a header is missing.
    """
    if header.missing_required:
        columns = ", ".join(f"“{f.header_vi}” ({f.name})" for f in header.missing_required)
        near = [
            (texts[position], field.header_vi)
            for position in header.unknown_positions
            if (field := nearest_field(texts[position], header.missing_required))
        ]
        near_vi = "".join(f" Cột “{text}” có phải là “{meant}”?" for text, meant in near)
        near_en = "".join(f" Is the column “{text}” meant as “{meant}”?" for text, meant in near)
        return FileProblem(
            "headers",
            "missing_column",
            Message(
                f"{name}: thiếu cột bắt buộc {columns}. Thêm cột vào dòng tiêu đề rồi gửi lại tệp.{near_vi}",
                f"{name}: required columns are missing: {columns}. Add them to the header and deliver the file again.{near_en}",
            ),
        )
    if header.repeated:
        columns = ", ".join(f"“{text}”" for text in header.repeated)
        return FileProblem(
            "headers",
            "repeated_column",
            Message(
                f"{name}: nhiều cột cùng là một trường: {columns}. Giữ lại một cột cho mỗi trường rồi gửi lại.",
                f"{name}: several columns are the same field: {columns}. Keep one column for each field and deliver the file again.",
            ),
        )
    return None


def _nil_problem(contract: Contract, name: str, read: ReadFile) -> FileProblem | None:
    """A header without rows is a reported zero only where the contract says so."""
    if read.record_count or read.broken_count or contract.nil_return:
        return None
    return FileProblem(
        "readable",
        "header_only",
        Message(
            f"{name}: tệp chỉ có dòng tiêu đề. {contract.title.vi} không nhận báo cáo không phát sinh; gửi lại tệp có dữ liệu.",
            f"{name}: the file has a header and no rows. {contract.title.en} takes no nil return; deliver the file with its rows.",
        ),
    )
