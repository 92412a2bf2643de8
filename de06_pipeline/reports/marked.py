"""The file a supplier wants to send, back as a workbook with its wrong cells marked.

For the supplier alone, on its own computer: the cells are as they were written, personal ones too.
What is added, colours, comments and a list of findings, names no value. A workbook keeps its
sheets; any other file becomes one, with each record in the row that its report names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.ingest.open_file import expected_table
from de06_pipeline.ingest.outcome import DeliveryOutcome, FileOutcome
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.read import read_file
from de06_pipeline.landing.sink import read_records
from de06_pipeline.landing.workbook.sheets import choose_sheet
from de06_pipeline.reports.findings import Findings, Mark
from de06_pipeline.reports.whole import whole_file

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook as OpenedBook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_MARKS = 5_000
"""Findings that are marked: more in a sheet than a person corrects, and a comment costs a shape."""
MOST_BYTES = 30_000_000
"""Larger files are not marked: a workbook takes fifty times its size in memory to change it."""

SHEET = Message("Kết quả kiểm tra", "Findings")
_COLORS = {"critical": "FFC7CE", "warning": "FFEB9C", "information": "DDEBF7"}
_ORDER = ("critical", "warning", "information")
_HEADS = (
    Message("Dòng", "Row"),
    Message("Cột", "Column"),
    Message("Lỗi", "What is wrong"),
    Message("Cách sửa", "What would be right"),
)
_WIDTHS = (8, 28, 60, 60)
_AUTHOR = "de06"
_OPEN_XML = ("xlsx",)


@dataclass(frozen=True, slots=True)
class _TablePlace:
    """Where the table of a sheet is: the sheet's number from 1 and each field's column from 1."""

    sheet: int
    columns: Mapping[str, int]


def is_markable(outcome: DeliveryOutcome) -> bool:
    """Whether a file can come back marked: it could be read, and is not too large."""
    file = outcome.files[0]
    return file.problem is None and file.bytes <= MOST_BYTES


def write_marked(
    path: Path,
    contract: Contract,
    outcome: DeliveryOutcome,
    findings: Findings,
    language: str,
    workdir: Path,
) -> Path:
    """Write the delivery's one file back with its findings marked; returns where.

    Args:
        path: without an ending; it becomes ``.xlsm`` where the file has macros, else ``.xlsx``.
        workdir: scratch folder; personal data lie there while it works.
    """
    landed, file = outcome.delivery.files[0], outcome.files[0]
    marks = findings.marks(MOST_MARKS)
    source = Path(landed.url)
    if file.format in _OPEN_XML:
        ending = ".xlsm" if source.suffix.lower() == ".xlsm" else ".xlsx"
        target = path.with_name(path.name + ending)
        if _mark_workbook(source, target, contract, file, marks, language):
            return target
    target = path.with_name(path.name + ".xlsx")
    _write_anew(target, landed, contract, file, marks, language, workdir)
    return target


def _mark_workbook(
    source: Path,
    target: Path,
    contract: Contract,
    file: FileOutcome,
    marks: Sequence[Mark],
    language: str,
) -> bool:
    """Mark a copy of the workbook; False where the library cannot open what could be read."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill
    from openpyxl.utils.exceptions import InvalidFileException

    place = _place_in(source, contract, file)
    try:
        book = openpyxl.load_workbook(source, keep_vba=target.suffix == ".xlsm")
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, IndexError):
        return False
    sheet = book[book.sheetnames[place.sheet - 1]]
    for (row, column), own in _by_cell(marks, place.columns).items():
        cell = sheet.cell(row, column)
        text = _comment(own, language)
        if getattr(cell, "comment", None) is not None:
            text = f"{cell.comment.text}\n\n{text}"
        # A cell inside a merged one has no style of its own.
        if not hasattr(cell, "style"):
            continue
        cell.fill = PatternFill("solid", fgColor=_COLORS[own[0].severity])
        cell.comment = Comment(text, _AUTHOR, width=320, height=40 + 18 * (len(text) // 40 + 1))
    _list_findings(book, sheet, place.columns, marks, language)
    with whole_file(target) as part:
        part.touch(0o600)
        book.save(part)
    return True


def _place_in(source: Path, contract: Contract, file: FileOutcome) -> _TablePlace:
    from python_calamine import CalamineWorkbook

    with source.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        chosen = choose_sheet(workbook, file.name, expected_table(contract), None)
        at = {name: number for number, name in enumerate(chosen.heading.names, start=1)}
        left = chosen.sheet.left
    columns = {name: left + at[header] for name, header in file.headers.items() if header in at}
    return _TablePlace(chosen.position, columns)


def _by_cell(
    marks: Sequence[Mark], columns: Mapping[str, int]
) -> dict[tuple[int, int], list[Mark]]:
    """The marks of each cell, the most severe first; a finding without a column of the file stands
    in the first one.
    """
    cells: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    for mark in sorted(marks, key=lambda mark: _ORDER.index(mark.severity)):
        for column in [columns[name] for name in mark.fields if name in columns] or [1]:
            cells[mark.row, column].append(mark)
    return cells


def _comment(marks: Sequence[Mark], language: str) -> str:
    return "\n\n".join(
        "\n".join(filter(None, (_said(mark.problem, language), _said(mark.remedy, language))))
        for mark in marks
    )


def _said(message: Message, language: str) -> str:
    return message.en if language == "en" else message.vi


def _list_findings(
    book: OpenedBook,
    sheet: Worksheet,
    columns: Mapping[str, int],
    marks: Sequence[Mark],
    language: str,
) -> None:
    """A last sheet with all findings by row, each leading to its cell."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    added = book.create_sheet(_said(SHEET, language))
    for at, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True), start=1):
        added.cell(1, at, _said(head, language)).font = Font(bold=True)
        added.column_dimensions[get_column_letter(at)].width = width
    added.freeze_panes = "A2"
    title = sheet.title.replace("'", "''")
    for at, mark in enumerate(marks, start=2):
        for column, text in enumerate(_listed(mark, language), start=1):
            cell = added.cell(at, column)
            cell.value, cell.alignment = text, Alignment(wrap_text=True, vertical="top")
            if isinstance(text, str):
                cell.data_type = "s"
        first = next((columns[name] for name in mark.fields if name in columns), 1)
        link = added.cell(at, 1)
        place = f"'{title}'!{get_column_letter(first)}{mark.row}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=place)
        link.font = Font(color="0563C1", underline="single")


def _listed(mark: Mark, language: str) -> tuple[int, str, str, str]:
    return mark.row, mark.columns, _said(mark.problem, language), _said(mark.remedy, language)


def _write_anew(
    target: Path,
    landed: LandedFile,
    contract: Contract,
    file: FileOutcome,
    marks: Sequence[Mark],
    language: str,
    workdir: Path,
) -> None:
    """A workbook of a file that is none, as text, so that zeros in front stay and no cell is a
    formula.
    """
    import xlsxwriter

    folder = workdir / "marked"
    folder.mkdir(mode=0o700)
    read = read_file(landed, folder, expected=expected_table(contract))
    columns = {
        name: read.header.index(header) + 1
        for name, header in file.headers.items()
        if header in read.header
    }
    cells = _by_cell(marks, columns)
    wrong = {row for row, _ in cells}
    with whole_file(target) as part:
        part.touch(0o600)
        book = xlsxwriter.Workbook(str(part), {"strings_to_formulas": False})
        head = book.add_format({"bold": True, "bg_color": "#DCE6F0", "text_wrap": True})
        plain = book.add_format({"num_format": "@"})
        fills = {
            severity: book.add_format({"num_format": "@", "bg_color": f"#{color}"})
            for severity, color in _COLORS.items()
        }
        sheet = book.add_worksheet("Dữ liệu")
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(read.header):
            sheet.write_string(0, at, name, head)
        sheet.set_column(0, max(len(read.header) - 1, 0), 18)
        for row, texts in read_records(read.records):
            for at, text in enumerate(texts):
                own = cells.get((row, at + 1)) if row in wrong else None
                if own or text:
                    style = fills[own[0].severity] if own else plain
                    sheet.write_string(row - 1, at, text, style)
        for (row, column), own in cells.items():
            sheet.write_comment(
                row - 1, column - 1, _comment(own, language), {"author": _AUTHOR, "x_scale": 2.5}
            )
        added = book.add_worksheet(_said(SHEET, language))
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        added.freeze_panes(1, 0)
        for at, (title, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
            added.write_string(0, at, _said(title, language), head)
            added.set_column(at, at, width)
        for at, mark in enumerate(marks, start=1):
            row, *texts = _listed(mark, language)
            first = next((columns[name] for name in mark.fields if name in columns), 1)
            cell = xlsxwriter.utility.xl_rowcol_to_cell(row - 1, first - 1)
            added.write_url(at, 0, f"internal:'Dữ liệu'!{cell}", string=str(row))
            for column, text in enumerate(texts, start=1):
                added.write_string(at, column, text, wrap)
        book.close()
