"""A workbook to fill in, made from a contract: the headers, lists to choose from, formats, notes
and an example row.

The reader passes over the example row, because its first cell begins with ``Ví dụ``, and over the
other two sheets, because their columns are not the contract's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from de06_pipeline.areas.model import Level
from de06_pipeline.contracts.model import Contract, Field, FieldType
from de06_pipeline.reports.template_lists import Units, choices, written_value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

DATA, GUIDE, LISTS = "Dữ liệu", "Hướng dẫn", "Danh mục"
EXAMPLE_MARK = "Ví dụ"
LAST_ROW = 100_000
"""Formats and lists reach down to here; rows below are read all the same."""

_FIRST_ROW = 3
_DATE, _TIME = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
_CELL_FORMATS = {
    FieldType.INTEGER: "0",
    FieldType.DECIMAL: "0.####",
    FieldType.DATE: _DATE,
    FieldType.TIMESTAMP: _TIME,
}
"""Any other column is text: Excel must not take zeros off a code or turn one into a date."""
_HOW_TO_WRITE = {
    FieldType.TEXT: "Chữ",
    FieldType.CODE: "Mã, ghi dưới dạng văn bản để giữ số 0 ở đầu",
    FieldType.ENUM: "Chọn trong danh sách",
    FieldType.INTEGER: "Số nguyên",
    FieldType.DECIMAL: "Số, dấu phẩy trước phần thập phân",
    FieldType.STATED: "Số; nhận cả 1,4 triệu, hơn 760 nghìn, 70,7 %",
    FieldType.YES_NO: "Có hoặc Không; để trống là Không",
    FieldType.DATE: "Ngày, dd/mm/yyyy",
    FieldType.TIMESTAMP: "Ngày giờ, dd/mm/yyyy hh:mm",
    FieldType.PROVINCE: "Mã hoặc tên theo danh mục hành chính",
    FieldType.DISTRICT: "Mã hoặc tên theo danh mục hành chính; từ 7/2025 để trống",
    FieldType.COMMUNE: "Mã hoặc tên theo danh mục hành chính",
}


def write_template(contract: Contract, units: Units, about: str, path: Path) -> None:
    """Write the template of a dataset.

    Args:
        units: what to choose areas from; empty for no lists of areas.
        about: for whom and when, in a few words; may be empty.
    """
    from openpyxl import Workbook

    book = Workbook()
    data = book.worksheets[0]
    data.title = DATA
    lists = choices(contract, units)
    _fill_data(data, contract, lists, units)
    _fill_guide(book.create_sheet(GUIDE), contract, about)
    _fill_lists(book.create_sheet(LISTS), contract, lists)
    book.save(path)


def example_row(contract: Contract, units: Units) -> list[Any]:
    """The example of each delivered field as the cell it would be in Excel."""
    return [_example(field, units) for field in contract.delivered_fields]


def _example(field: Field, units: Units) -> Any:
    text = field.example
    if field.is_area and units:
        return _example_unit(field, units)
    if field.type is FieldType.ENUM:
        return next(
            (
                written_value(v)
                for v in field.enum
                if text in (str(v.value), v.label, written_value(v))
            ),
            text,
        )
    if text and field.type in (FieldType.DATE, FieldType.TIMESTAMP):
        return datetime.strptime(
            text, "%d/%m/%Y" if len(text) == len("dd/mm/yyyy") else "%d/%m/%Y %H:%M"
        )
    if text and field.type in (FieldType.INTEGER, FieldType.DECIMAL):
        return float(text.replace(",", ".")) if field.type is FieldType.DECIMAL else int(text)
    return text


def _example_unit(field: Field, units: Units) -> str:
    """The first unit of the lowest level but communes, which are named only where there are no
    districts.
    """
    if field.type is FieldType.COMMUNE and units[Level.DISTRICT]:
        return ""
    return next(iter(units[Level(field.type.value)]), "")


def _fill_data(
    sheet: Worksheet, contract: Contract, lists: Mapping[str, Sequence[str]], units: Units
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    fields = contract.delivered_fields
    for position, (field, example) in enumerate(
        zip(fields, example_row(contract, units), strict=True), start=1
    ):
        letter = get_column_letter(position)
        cell_format = _CELL_FORMATS.get(field.type, "@")
        column = sheet.column_dimensions[letter]
        column.number_format = cell_format
        column.width = max(12, min(28, 4 + len(field.header_vi)))
        header = sheet.cell(
            1, position, f"{field.header_vi} (*)" if is_needed(contract, field) else field.header_vi
        )
        header.font = Font(bold=True, color="FFFFFF")
        header.fill = PatternFill(
            "solid", fgColor="9C2A10" if is_needed(contract, field) else "3B5B73"
        )
        header.alignment = Alignment(wrap_text=True, vertical="center")
        header.comment = Comment(_note(contract, field), "de06", height=160, width=340)
        shown = sheet.cell(
            2, position, f"{EXAMPLE_MARK}: {field.example}" if position == 1 else example
        )
        shown.number_format = "@" if position == 1 else cell_format
        shown.font = Font(italic=True, color="7A7A7A")
        if validation := _validation(field, lists):
            sheet.add_data_validation(validation)
            validation.add(f"{letter}{_FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.row_dimensions[1].height = 36
    sheet.freeze_panes = "A2"


def _validation(field: Field, lists: Mapping[str, Sequence[str]]) -> Any:
    """What Excel checks while one types.

    Units may also be written as codes, and dates as text: there it only asks.
    """
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if field.name in lists:
        letter = get_column_letter(list(lists).index(field.name) + 1)
        rule = DataValidation(
            "list",
            formula1=f"'{LISTS}'!${letter}$2:${letter}${len(lists[field.name]) + 1}",
            allow_blank=True,
        )
        rule.errorStyle = "warning" if field.is_area else "stop"
        rule.error = (
            "Chọn một giá trị trong danh sách, hoặc ghi mã đơn vị."
            if field.is_area
            else "Chọn một giá trị trong danh sách."
        )
    elif field.type in (FieldType.DATE, FieldType.TIMESTAMP):
        rule = DataValidation("date", operator="greaterThan", formula1="1", allow_blank=True)
        rule.errorStyle = "warning"
        rule.error = f"Ghi ngày có thật, dạng {_CELL_FORMATS[field.type]}."
    elif field.type is FieldType.INTEGER:
        rule = DataValidation(
            "whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True
        )
        rule.error = "Ghi số nguyên, không âm."
    else:
        return None
    rule.errorTitle = field.header_vi[:32]
    rule.showErrorMessage = True
    return rule


def is_needed(contract: Contract, field: Field) -> bool:
    """Whether every record must fill the field: a rule ``.required`` without a condition says so."""
    return any(
        rule.id == f"{contract.dataset}.{field.name}.required" and not rule.row_condition
        for rule in contract.rules
    )


def _note(contract: Contract, field: Field) -> str:
    need = "Bắt buộc." if is_needed(contract, field) else "Không bắt buộc."
    return f"{need} {_HOW_TO_WRITE[field.type]}.\nVí dụ: {field.example or '(để trống)'}"


def _fill_guide(sheet: Worksheet, contract: Contract, about: str) -> None:
    """Field by field what it holds, how to write it and what is checked."""
    from openpyxl.styles import Alignment, Font

    lines = [
        f"Mẫu: {contract.title.vi} ({contract.dataset}), phiên bản {contract.version}{f', {about}' if about else ''}",
        f"Điền từ dòng {_FIRST_ROW} của trang “{DATA}”. Không đổi tên cột. Dòng ví dụ được bỏ qua khi đọc, xóa hay để lại đều được.",
        "Cột có (*) là bắt buộc. Trước khi gửi, hãy kiểm tra: de06 validate TỆP --dataset "
        + contract.dataset
        + " --month YYYY-MM",
        "",
    ]
    for line in lines:
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=13)
    head = ("Cột", "Bắt buộc", "Cách ghi", "Ví dụ", "Kiểm tra", "Meaning", "Tên trường")
    sheet.append(head)
    for cell in sheet[len(lines) + 1]:
        cell.font = Font(bold=True)
    for field in contract.delivered_fields:
        checks = "\n".join(
            f"• {rule.message.vi}" for rule in contract.rules if field.name in rule.fields
        )
        need = "có" if is_needed(contract, field) else ""
        sheet.append(
            [
                field.header_vi,
                need,
                _HOW_TO_WRITE[field.type],
                field.example,
                checks,
                field.description,
                field.name,
            ]
        )
    for letter, width in zip("ABCDEFG", (24, 10, 28, 24, 70, 50, 22), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=len(lines) + 1):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    sheet.freeze_panes = f"B{len(lines) + 2}"


def _fill_lists(sheet: Worksheet, contract: Contract, lists: Mapping[str, Sequence[str]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for position, (name, texts) in enumerate(lists.items(), start=1):
        sheet.column_dimensions[get_column_letter(position)].width = 30
        sheet.cell(1, position, f"Danh mục: {contract.field(name).header_vi}").font = Font(
            bold=True
        )
        for row, text in enumerate(texts, start=2):
            sheet.cell(row, position, text).number_format = "@"
    sheet.freeze_panes = "A2"
