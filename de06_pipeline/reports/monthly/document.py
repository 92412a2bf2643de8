"""The monthly report as a Word document in the outline that offices use: what can be computed is
filled in, what only people know is marked in brackets for them to write, and the annexes are done.

Layout: NĐ 30/2020/NĐ-CP (A4, Times New Roman, margins 20-30 mm). The outline is the usual one of the
monthly Đề án 06 report, five groups of benefits; no official template was at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.numbers import DASH, number
from de06_pipeline.reports.monthly.page import STATES, UNITS_TITLE, effect_of
from de06_pipeline.reports.monthly.plan import ReportPlan

if TYPE_CHECKING:
    from docx.document import Document as Doc
    from docx.table import _Cell

_FONT = "Times New Roman"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")


def write_document(path: Path, facts: Facts, plan: ReportPlan) -> None:
    """Write the document; a reader never sees half of it."""
    from docx import Document

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".docx.part")
    document = Document()
    _set_up(document, facts)
    _letterhead(document, facts)
    _body(document, facts, plan)
    _signature(document)
    _annexes(document, facts, plan)
    document.save(str(partial))
    partial.replace(path)


def _set_up(document: Doc, facts: Facts) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    for name, size, bold in (
        ("Normal", 13, False),
        ("Heading 1", 14, True),
        ("Heading 2", 13, True),
    ):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(script), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.space_before = Pt(6 if bold else 0)
    _black(document)
    properties = document.core_properties
    properties.title = f"Báo cáo Đề án 06 – {facts.area.full_name} – {facts.month}"
    properties.author = "de06_pipeline"
    properties.language = "vi-VN"
    if facts.published_at:
        properties.created = properties.modified = facts.published_at.replace(tzinfo=None)


def _black(document: Doc) -> None:
    from docx.shared import RGBColor

    for name in ("Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = RGBColor(0, 0, 0)


def _letterhead(document: Doc, facts: Facts) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    is_country = facts.area.level == "country"
    office = "BỘ CÔNG AN" if is_country else f"UBND {facts.area.full_name.upper()}"
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for at, width in enumerate((64, 96)):
        table.columns[at].width = Mm(width)
        for row in table.rows:
            row.cells[at].width = Mm(width)
    left, right = table.rows[0].cells
    _cell_lines(left, [(office, False), ("TỔ CÔNG TÁC TRIỂN KHAI ĐỀ ÁN 06", True)])
    _cell_lines(
        right,
        [
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True),
            ("Độc lập - Tự do - Hạnh phúc", True),
        ],
    )
    left, right = table.rows[1].cells
    _cell_lines(left, [("Số:        /BC-TCT", False)])
    _cell_lines(right, [("[địa danh], ngày      tháng      năm", False)], italic=True)
    month = facts.month
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, "\nBÁO CÁO\n", bold=True, size=15)
    _run(
        title,
        f"Kết quả triển khai thực hiện Đề án 06 tháng {month.month} năm {month.year}",
        bold=True,
        size=14,
    )
    where = document.add_paragraph()
    where.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(
        where,
        f"(Số liệu {facts.area.within_sentence}, từ {month.first_day:%d/%m/%Y} đến {month.last_day:%d/%m/%Y})",
        italic=True,
    )
    if facts.synthetic:
        notice = document.add_paragraph()
        notice.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(notice, "DỮ LIỆU MẪU – không phải số liệu thật", bold=True)


def _body(document: Doc, facts: Facts, plan: ReportPlan) -> None:
    document.add_heading("I. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", 1)
    _to_write(document, "các văn bản, cuộc họp, kiểm tra, tuyên truyền trong tháng")
    document.add_heading("II. KẾT QUẢ THỰC HIỆN", 1)
    for at, highlight in enumerate(
        sections.highlights(facts, plan, sections.cards(facts, plan)), start=0
    ):
        if at == 0:
            paragraph = document.add_paragraph()
            _run(paragraph, "Tóm tắt", bold=True)
        document.add_paragraph(_unbroken(f"- {highlight.text.vi}"))
    for at, part in enumerate(plan.outline, start=1):
        document.add_heading(f"{at}. {part.name.vi}", 2)
        cards = sections.lines(facts, plan, part.indicators)
        known = [
            card
            for card in cards
            if card.shown.is_known
            and (card.indicator.unit != "rank" or sections.is_place(card.shown))
        ]
        if known:
            _indicator_table(document, known)
        silent = [card.indicator.name_vi for card in cards if not card.shown.is_known]
        if silent:
            paragraph = document.add_paragraph()
            _run(paragraph, "Chưa có số liệu: " + "; ".join(silent) + ".", italic=True)
        _to_write(document, "đánh giá, cách làm hay, đơn vị làm tốt")
    document.add_heading("III. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", 1)
    for text in _shortcomings(facts, plan):
        document.add_paragraph(_unbroken(f"- {text}"))
    _to_write(document, "nguyên nhân khách quan, chủ quan; trách nhiệm")
    document.add_heading("IV. NHIỆM VỤ TRỌNG TÂM THÁNG TIẾP THEO", 1)
    _to_write(document, "nhiệm vụ, đơn vị chủ trì, thời hạn")
    document.add_heading("V. ĐỀ XUẤT, KIẾN NGHỊ", 1)
    _to_write(document, "kiến nghị với cấp trên")


def _shortcomings(facts: Facts, plan: ReportPlan) -> Iterable[str]:
    """What is in the worst band, what was not delivered; facts only, the reasons are people's."""
    codes = dict.fromkeys(code for part in plan.outline for code in part.indicators)
    for card in sections.lines(facts, plan, list(codes)):
        shown = card.shown
        if shown.tone == "low" and not shown.small and card.indicator.target is not None:
            parts = f" ({shown.parts[0]}/{shown.parts[1]})" if shown.parts else ""
            target = number(card.indicator.target, 0)
            yield (
                f"{card.indicator.name_vi} mới đạt {shown.text} {shown.unit.vi}{parts}, "
                f"mục tiêu {target} {shown.unit.vi}."
            )
    for delivery in facts.deliveries:
        if delivery.state != "accepted":
            yield (
                f"Dữ liệu “{delivery.title.vi}” của {delivery.supplier_title} {STATES[delivery.state].vi}: {effect_of(delivery).vi}."
            )


def _indicator_table(document: Doc, cards: Sequence[sections.Card]) -> None:
    rows = []
    for card in cards:
        shown = card.shown
        remarks = [
            *(["mẫu số nhỏ"] if shown.small else []),
            *([shown.partial.vi] if shown.partial else []),
            *([shown.estimated.vi] if shown.estimated else []),
            *(["lũy kế"] if card.window == "stock" else []),
        ]
        rows.append(
            [
                card.indicator.name_vi,
                _with_unit(card),
                f"{shown.parts[0]}/{shown.parts[1]}" if shown.parts else DASH,
                card.month_change.vi if card.month_change else DASH,
                "" if card.indicator.target is None else number(card.indicator.target, 0),
                "; ".join(remarks),
            ]
        )
    head = ["Chỉ tiêu", "Kết quả", "Tử số/mẫu số", "So với tháng trước", "Mục tiêu", "Ghi chú"]
    _table(document, head, rows, [54, 24, 30, 24, 12, 16], size=10, numbers_from=1)


def _with_unit(card: sections.Card) -> str:
    """The value with its unit: 3.952 hồ sơ, 72,8 %; a place the other way round: hạng 2."""
    shown = card.shown
    words = (
        (shown.unit.vi, shown.text)
        if card.indicator.unit == "rank"
        else (shown.text, shown.unit.vi)
    )
    return " ".join(words)


def _signature(document: Doc) -> None:
    from docx.shared import Mm

    document.add_paragraph()
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    left.width, right.width = Mm(80), Mm(80)
    _cell_lines(
        left, [("Nơi nhận:", True), ("- [nơi nhận];", False), ("- Lưu: VT.", False)], left=True
    )
    _cell_lines(
        right, [("TỔ TRƯỞNG", True), ("", False), ("", False), ("", False), ("[họ và tên]", False)]
    )


# Annexes


def _annexes(document: Doc, facts: Facts, plan: ReportPlan) -> None:
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    number_ = iter(_ROMAN)
    _annex_form(document, facts, next(number_))
    _annex_units(document, facts, plan, next(number_))
    _annex_score(document, facts, plan, next(number_))
    _annex_data(document, facts, next(number_))


def _annex_form(document: Doc, facts: Facts, roman: str) -> None:
    for form in facts.registry.forms:
        columns = sorted(form.columns, key=lambda column: column.number)
        document.add_heading(f"PHỤ LỤC {roman}. {form.name_vi}", 1)
        for table in sections.form_tables(facts, form):
            document.add_heading(f"{table.title.vi} (đơn vị: hồ sơ)", 2)
            head = [
                "Cấp giải quyết",
                *(f"{column.name_vi}\n({column.number})" for column in columns),
            ]
            rows = [
                [label or "Tổng số", *(number(cell) for cell in cells)]
                for label, cells in table.rows
            ]
            _table(document, head, rows, [28, *[21.7] * len(columns)], size=9, numbers_from=1)
            if table.missing:
                document.add_paragraph(what_lacks(table.missing))


def what_lacks(months: Sequence[Month]) -> str:
    """The sentence under a table of the form that names the months it lacks, in one line."""
    named = ", ".join(f"{month.month:02d}/{month.year}" for month in months)
    return f"Chưa có đủ số liệu của tháng {named}."


def _annex_units(document: Doc, facts: Facts, plan: ReportPlan, roman: str) -> None:
    columns, rows = sections.unit_table(facts, plan)
    if not rows:
        return
    title = UNITS_TITLE[facts.units[0].level].vi.lower()
    document.add_heading(f"PHỤ LỤC {roman}. Kết quả {title}", 1)
    head = ["TT", "Địa bàn"]
    for indicator, _ in columns:
        short = plan.short_names.get(indicator.code)
        unit = facts.unit_names.get(indicator.unit)
        head.append(
            f"{short.vi if short else indicator.name_vi}\n({unit.vi if unit else indicator.unit})"
        )
    body = []
    for at, row in enumerate(rows, start=1):
        cells = [str(at), row.unit.full_name]
        for cell in row.cells:
            if not cell.is_known:
                cells.append(cell.why.vi if cell.why else DASH)
                continue
            parts = "\n" + _on_two_lines(cell.parts) if cell.parts else ""
            cells.append(f"{cell.text}{' *' if cell.small else ''}{parts}")
        body.append(cells)
    width = (267 - 10 - 42) / max(len(columns), 1)
    _table(document, head, body, [10, 42, *[width] * len(columns)], size=9, numbers_from=2)
    document.add_paragraph(f"* mẫu số dưới {plan.small_denominator}: tỷ lệ chỉ để tham khảo.")


def _on_two_lines(parts: tuple[str, str]) -> str:
    """Long numbers break after the stroke instead of anywhere."""
    together = "/".join(parts)
    return together if len(together) <= 11 else f"{parts[0]}/\n{parts[1]}"


def _annex_score(document: Doc, facts: Facts, plan: ReportPlan, roman: str) -> None:
    document.add_heading(f"PHỤ LỤC {roman}. Bộ chỉ số theo Quyết định 766/QĐ-TTg", 1)
    total = facts.registry.indicator("q766.total")
    score = sections.shown(facts, plan, total, facts.figure(total.code, "month"))
    if score.parts:
        band = sections.band_name(facts)
        document.add_paragraph(
            f"Tổng điểm đo được: {score.text}/{score.parts[1]} điểm"
            + (f", xếp loại {band}" if band else "")
            + ". Thành phần chưa đo được không bị tính là 0 điểm."
        )
    rows = []
    for row in sections.scorecard(facts, plan):
        measured = row.got is not None and row.got.is_known
        rate = ""
        if row.rate and row.rate.is_known:
            parts = f" ({row.rate.parts[0]}/{row.rate.parts[1]})" if row.rate.parts else ""
            rate = f"{row.rate.text} %{parts}"
        rows.append(
            [
                row.item,
                row.name.vi if row.got else f"Chưa đo được – {row.name.vi}",
                row.got.text if row.got and measured else DASH,
                number(row.points, 0 if row.points == int(row.points) else 1),
                rate,
            ]
        )
    head = ["Mục", "Thành phần", "Điểm", "Tối đa", "Tỷ lệ (tử số/mẫu số)"]
    _table(document, head, rows, [16, 135, 22, 22, 72], size=10, numbers_from=2)


def _annex_data(document: Doc, facts: Facts, roman: str) -> None:
    document.add_heading(f"PHỤ LỤC {roman}. Tình trạng dữ liệu trong tháng", 1)
    rows = [
        [
            delivery.title.vi,
            delivery.supplier_title,
            STATES[delivery.state].vi,
            number(delivery.rows_read) if delivery.rows_read else DASH,
            number(delivery.rows_accepted) if delivery.rows_read else DASH,
            number(delivery.rows_quarantined) if delivery.rows_read else DASH,
            effect_of(delivery).vi,
        ]
        for delivery in facts.deliveries
    ]
    head = ["Dữ liệu", "Đơn vị gửi", "Tình trạng", "Dòng nhận", "Được dùng", "Bị loại", "Ảnh hưởng"]
    _table(document, head, rows, [70, 36, 32, 24, 24, 22, 59], size=10, numbers_from=3, to=6)


# Building blocks


def _run(
    paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = 0
) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    # Only what differs from the style: each property is an element to write.
    if bold:
        run.bold = True
    if italic:
        run.italic = True
    if size:
        run.font.size = Pt(size)


def _unbroken(text: str) -> str:
    """With spaces at which no line ends between a number and its per-cent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _to_write(document: Doc, what: str) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    paragraph = document.add_paragraph()
    run = paragraph.add_run(f"[Cơ quan bổ sung: {what}]")
    run.italic = True
    run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _cell_lines(
    cell: _Cell, lines: Sequence[tuple[str, bool]], *, italic: bool = False, left: bool = False
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    for at, (text, bold) in enumerate(lines):
        if at:
            paragraph = cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        _run(paragraph, text, bold=bold, italic=italic, size=12)


def _table(
    document: Doc,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    size: int,
    numbers_from: int,
    to: int | None = None,
) -> None:
    """A bordered table whose heading repeats on every page and whose rows are not torn apart.

    Args:
        widths: in mm.
        numbers_from, to: columns that are written to the right.
    """
    from docx.oxml import parse_xml
    from docx.shared import Pt

    last = len(head) if to is None else to
    sides = ["center"] * len(head)
    lines = [_row_xml(head, widths, sides, size, is_head=True)]
    sides = ["right" if numbers_from <= at < last else "" for at in range(len(head))]
    lines += [_row_xml(row, widths, sides, size) for row in rows]
    columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    # Written as it stands in the file: cell by cell through the library takes ten times as long, and
    # an annex has thousands.
    table = parse_xml(
        f'<w:tbl xmlns:w="{_WORD}"><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(lines)}</w:tbl>'
    )
    after = document.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after._p.addprevious(table)


def _row_xml(
    texts: Sequence[str],
    widths: Sequence[float],
    sides: Sequence[str],
    size: int,
    *,
    is_head: bool = False,
) -> str:
    """A row of a table that is not torn apart between pages; the heading is repeated on each."""
    bold = "<w:b/>" if is_head else ""
    text_style = f'<w:rPr>{bold}<w:sz w:val="{2 * size}"/></w:rPr>'
    cells = []
    for text, width, side in zip(texts, widths, sides, strict=True):
        jc = f'<w:jc w:val="{side}"/>' if side else ""
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{_twips(width)}"/></w:tcPr><w:p><w:pPr><w:spacing w:after="0"/>{jc}</w:pPr>'
            f"<w:r>{text_style}{_lines_xml(text)}</w:r></w:p></w:tc>"
        )
    heading = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{heading}</w:trPr>{''.join(cells)}</w:tr>"


def _lines_xml(text: str) -> str:
    """The text of a run; Word takes a line end within an element for a space."""
    lines = (escape(_unbroken(line)) for line in text.split("\n"))
    return "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)


def _twips(millimetres: float) -> int:
    """Twentieths of a point, as Word measures widths."""
    return round(millimetres * 1440 / 25.4)
