"""Ways in which a good export goes wrong: on the way, in a program that wrote it, or on purpose.

All from a seed.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MIB = 1 << 20

Rows = Sequence[Sequence[str]]
"""A table, its header first."""
Mutation = Callable[[random.Random, Rows], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """One wrong file. ``seed`` and ``mutation`` make it again."""

    mutation: str
    file_name: str
    content: bytes
    seed: int


# Good files.


def good_csv(rows: Rows) -> bytes:
    return (
        "\n".join(
            ",".join(cell if "," not in cell else f'"{cell}"' for cell in row) for row in rows
        ).encode()
        + b"\n"
    )


def good_xlsx(rows: Rows) -> bytes:
    """A workbook as a program writes it: shared strings, one sheet."""
    texts: dict[str, int] = {}
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{_letters(column)}{number}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
            for column, cell in enumerate(row)
            if cell
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    strings = "".join(f"<si><t>{_escaped(text)}</t></si>" for text in texts)
    return workbook(
        "".join(lines),
        f'<sst xmlns="{_MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{strings}</sst>',
    )


def good_parquet(rows: Rows) -> bytes:
    import pyarrow as pa

    header, *records = rows
    return parquet(
        pa.table(
            {name: pa.array([row[place] for row in records]) for place, name in enumerate(header)}
        )
    )


def workbook(
    sheet_rows: str, strings: str, dimension: str = "A1:Z100", sheet: str | None = None, **more: str
) -> bytes:
    """The parts of a workbook put together; ``more``: further members by name."""
    body = (
        sheet
        or f'<worksheet xmlns="{_MAIN}"><dimension ref="{dimension}"/><sheetData>{sheet_rows}</sheetData></worksheet>'
    )
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(kind="officeDocument", target="xl/workbook.xml", more=""),
        "xl/workbook.xml": _INDEX,
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            kind="worksheet",
            target="worksheets/sheet1.xml",
            more=f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>',
        ),
        "xl/worksheets/sheet1.xml": body,
        "xl/sharedStrings.xml": strings,
        **more,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def parquet(table: object) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    assert isinstance(table, pa.Table)
    out = io.BytesIO()
    pq.write_table(table, out, store_schema=False)
    return out.getvalue()


# Any bytes.


def truncated(choose: random.Random, content: bytes) -> bytes:
    return content[: choose.randrange(len(content))]


def flipped(choose: random.Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(choose.choice((1, 5, 50))):
        damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
    return bytes(damaged)


def zeroed(choose: random.Random, content: bytes) -> bytes:
    first = choose.randrange(len(content))
    length = choose.randrange(1, 1 + len(content) - first)
    return content[:first] + bytes(length) + content[first + length :]


def spliced(choose: random.Random, content: bytes) -> bytes:
    """A piece of the file again at another place."""
    first, last = sorted(choose.sample(range(len(content)), 2))
    place = choose.randrange(len(content))
    return content[:place] + content[first:last] + content[place:]


def cut_out(choose: random.Random, content: bytes) -> bytes:
    first, last = sorted(choose.sample(range(len(content)), 2))
    return content[:first] + content[last:]


def with_nuls(choose: random.Random, content: bytes) -> bytes:
    for _ in range(choose.choice((1, 20, 200))):
        place = choose.randrange(len(content))
        content = content[:place] + bytes(choose.choice((1, 4))) + content[place:]
    return content


def binary(choose: random.Random, content: bytes) -> bytes:
    return choose.randbytes(choose.choice((1, 7, 512, 100_000)))


BYTES: Mapping[str, Callable[[random.Random, bytes], bytes]] = {
    "truncated": truncated,
    "flipped bits": flipped,
    "a stretch of zeros": zeroed,
    "a piece twice": spliced,
    "a piece missing": cut_out,
    "NULs": with_nuls,
    "random bytes": binary,
}


# CSV.


def _cells_changed(
    choose: random.Random, rows: Rows, change: Callable[[str], str], share: float = 0.1
) -> bytes:
    header, *records = rows
    return good_csv(
        [
            header,
            *(
                [change(cell) if choose.random() < share else cell for cell in row]
                for row in records
            ),
        ]
    )


def csv_deep_quotes(choose: random.Random, rows: Rows) -> bytes:
    return _cells_changed(choose, rows, lambda _: '"' * choose.choice((1, 2, 3, 999, 100_000)))


def csv_one_long_run_of_quotes(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows) + b'"' * (8 * MIB)


def csv_open_quotes(choose: random.Random, rows: Rows) -> bytes:
    return b"".join(
        b'"' + line if choose.random() < 0.5 else line
        for line in good_csv(rows).splitlines(keepends=True)[1:]
    ).join((good_csv(rows[:1]), b""))


def csv_huge_cell(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows) + b",".join([b"x" * (48 * MIB), *[b""] * (len(rows[0]) - 1)]) + b"\n"


def csv_huge_quoted_cell(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows) + b'"' + b"a\n" * MIB + b'"' + b"," * (len(rows[0]) - 1) + b"\n"


def csv_one_line(choose: random.Random, rows: Rows) -> bytes:
    return choose.choice((b"a", b"a,", b'"', "Đ".encode())) * (32 * MIB)


def csv_ten_million_columns(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows[:1]).rstrip(b"\n") + b"," * 10_000_000 + b"\n" + good_csv(rows[1:])


def csv_many_named_columns(choose: random.Random, rows: Rows) -> bytes:
    names = ",".join(f"c{number}" for number in range(60_000))
    return b"\n".join(
        line + (b"," + names.encode() if not number else b"," * 60_000)
        for number, line in enumerate(good_csv(rows).splitlines())
    )


def csv_ten_million_cells_in_a_row(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows) + b"," * 10_000_000 + b"\n"


def csv_a_million_blank_lines(choose: random.Random, rows: Rows) -> bytes:
    return (
        good_csv(rows[:1])
        + choose.choice((b"\n", b"\r\n", b",\n", b" \n")) * 1_000_000
        + good_csv(rows[1:])
    )


def csv_wrong_bytes(choose: random.Random, rows: Rows) -> bytes:
    lines = good_csv(rows).splitlines(keepends=True)
    return lines[0] + b"".join(choose.randbytes(choose.randrange(40)) + line for line in lines[1:])


def csv_utf16(choose: random.Random, rows: Rows) -> bytes:
    """Half a character at the end, a lone surrogate, or a mark that contradicts the rest."""
    content = good_csv(rows).decode().encode("utf-16-le")
    return choose.choice(
        (
            b"\xff\xfe" + content + b"A",
            b"\xfe\xff" + content,
            b"\xff\xfe" + content[:200] + b"\x00\xd8" + content[200:],
        )
    )


def csv_other_delimiter_halfway(choose: random.Random, rows: Rows) -> bytes:
    lines = good_csv(rows).splitlines(keepends=True)
    half = len(lines) // 2
    return b"".join(lines[:half]) + b"".join(lines[half:]).replace(
        b",", choose.choice((b";", b"\t", b"|", b"\x1f"))
    )


def csv_many_headers(choose: random.Random, rows: Rows) -> bytes:
    return good_csv(rows[:1]) * 50_000 + good_csv(rows[1:])


def csv_control_characters(choose: random.Random, rows: Rows) -> bytes:
    return _cells_changed(
        choose, rows, lambda cell: cell + "".join(map(chr, choose.choices(range(32), k=5))), 0.3
    )


def csv_extreme_values(choose: random.Random, rows: Rows) -> bytes:
    extreme = (
        "9" * 400,
        "1e999",
        "-0",
        "31/02/2024",
        "00/00/0000",
        "9999999999-12-31",
        "99/99/9999 99:99",
        "∞",
        "١٢٣",
        "\u202e",
        "'; DROP TABLE x; --",
        "=cmd|' /C calc'!A0",
        "NaN",
        "0x1F",
    )
    return _cells_changed(choose, rows, lambda _: choose.choice(extreme), 0.4)


CSV: Mapping[str, Mutation] = {
    "deep quotes": csv_deep_quotes,
    "8 MiB of quotes": csv_one_long_run_of_quotes,
    "open quotes": csv_open_quotes,
    "48 MiB cell": csv_huge_cell,
    "a quoted cell of a million lines": csv_huge_quoted_cell,
    "one long line": csv_one_line,
    "10 million columns": csv_ten_million_columns,
    "60,000 named columns": csv_many_named_columns,
    "10 million cells in a row": csv_ten_million_cells_in_a_row,
    "a million blank lines": csv_a_million_blank_lines,
    "wrong bytes": csv_wrong_bytes,
    "broken UTF-16": csv_utf16,
    "another delimiter halfway": csv_other_delimiter_halfway,
    "50,000 headers": csv_many_headers,
    "control characters": csv_control_characters,
    "extreme values": csv_extreme_values,
}


# Workbooks.


def _sheet_of(rows: Rows) -> str:
    """Rows of inline texts."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{_letters(column)}{number}" t="inlineStr"><is><t>{_escaped(cell)}</t></is></c>'
            for column, cell in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def _no_strings() -> str:
    return f'<sst xmlns="{_MAIN}"/>'


def xlsx_lying_dimension(choose: random.Random, rows: Rows) -> bytes:
    return workbook(
        _sheet_of(rows),
        _no_strings(),
        dimension=choose.choice(("A1:XFD1048576", "A1", "ZZZ9:A1", "", "A0:A0", "A1:B99999999999")),
    )


def xlsx_far_cell(choose: random.Random, rows: Rows) -> bytes:
    """One cell at the far end: read as a rectangle, the sheet has seventeen thousand million cells."""
    far = choose.choice(
        ("XFD1048576", "A1048576", "XFD1", "ZZZZZZ1", "A99999999999", "A0", "1A", "")
    )
    row = f'<row r="1048576"><c r="{far}" t="inlineStr"><is><t>x</t></is></c></row>'
    return workbook(_sheet_of(rows) + row, _no_strings())


def xlsx_bomb(choose: random.Random, rows: Rows) -> bytes:
    """A quarter of a gigabyte of spaces or rows in a few hundred kilobytes."""
    filler = choose.choice(
        (" " * (256 * MIB), '<row><c t="inlineStr"><is><t>x</t></is></c></row>' * MIB)
    )
    return workbook(_sheet_of(rows) + filler, _no_strings())


def xlsx_strings_bomb(choose: random.Random, rows: Rows) -> bytes:
    texts = choose.choice(
        (
            f"<si><t>{'x' * (200 * MIB)}</t></si>",
            "<si><t>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</t></si>" * (4 * MIB),
        )
    )
    return workbook(_sheet_of(rows), f'<sst xmlns="{_MAIN}">{texts}</sst>')


def xlsx_repeated_long_text(choose: random.Random, rows: Rows) -> bytes:
    """One shared text of a megabyte in every cell."""
    cells = ""
    for number in range(2, 302):
        cells += (
            f'<row r="{number}">'
            + "".join(
                f'<c r="{_letters(column)}{number}" t="s"><v>0</v></c>' for column in range(20)
            )
            + "</row>"
        )
    return workbook(
        _sheet_of(rows[:1]) + cells, f'<sst xmlns="{_MAIN}"><si><t>{"x" * MIB}</t></si></sst>'
    )


def xlsx_lying_size(choose: random.Random, rows: Rows) -> bytes:
    """The archive's directory says how large members are; here it says something else."""
    content = bytearray(good_xlsx(rows))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = choose.choice(
        (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x01\x00\x00\x00")
    )
    return bytes(content)


def xlsx_entities(choose: random.Random, rows: Rows) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    strings = f'<!DOCTYPE sst [<!ENTITY l0 "lol">{levels}]><sst xmlns="{_MAIN}"><si><t>&l8;</t></si></sst>'
    return workbook(_sheet_of(rows), strings, **{"xl/metadata.xml": strings})


def xlsx_entities_in_index(choose: random.Random, rows: Rows) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    index = (
        f'<!DOCTYPE workbook [<!ENTITY l0 "lol">{levels}]><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="S&l8;" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return workbook(_sheet_of(rows), _no_strings(), **{"xl/workbook.xml": index})


def xlsx_broken_strings(choose: random.Random, rows: Rows) -> bytes:
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{choose.choice(("99999999", "-1", "x", "", "1e9"))}</v></c></row>'
        for n in range(2, 30)
    )
    strings = choose.choice(
        (_no_strings(), "", "<sst>", f'<sst xmlns="{_MAIN}"><si><t>a</t></si', "\x00")
    )
    return workbook(_sheet_of(rows[:1]) + cells, strings)


def xlsx_odd_cells(choose: random.Random, rows: Rows) -> bytes:
    odd = (
        '<c r="{r}" t="d"><v>not a date</v></c>',
        '<c r="{r}" t="n"><v>1e400</v></c>',
        '<c r="{r}"><v>-99999999999</v></c>',
        '<c r="{r}" t="b"><v>maybe</v></c>',
        '<c r="{r}" t="e"><v>#REF!</v></c>',
        '<c r="{r}" t="zz"><v>1</v></c>',
        '<c r="{r}" s="999999"><v>45000.5</v></c>',
        '<c r="{r}"><f>WEBSERVICE("x")</f></c>',
        "<c><v>1</v></c>",
        '<c r="{r}" t="inlineStr"><is><t>\U0001f4a5\ufffe</t></is></c>',
        "<c",
    )
    lines = []
    for number in range(2, 40):
        cells = "".join(
            choose.choice(odd).format(r=f"{_letters(column)}{number}")
            for column in range(len(rows[0]))
        )
        lines.append(f'<row r="{choose.choice((number, number, -1, "x", 10**12))}">{cells}</row>')
    return workbook(_sheet_of(rows[:1]) + "".join(lines), _no_strings())


def xlsx_missing_part(choose: random.Random, rows: Rows) -> bytes:
    content = good_xlsx(rows)
    gone = choose.choice(
        (
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/sharedStrings.xml",
            "xl/worksheets/sheet1.xml",
            "[Content_Types].xml",
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            if name != gone:
                target.writestr(name, source.read(name))
    return out.getvalue()


def xlsx_part_damaged(choose: random.Random, rows: Rows) -> bytes:
    """One member's XML cut, repeated or mixed up, the archive itself whole."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good_xlsx(rows))) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        chosen = choose.choice(source.namelist())
        for name in source.namelist():
            text = source.read(name)
            target.writestr(
                name, choose.choice(list(BYTES.values()))(choose, text) if name == chosen else text
            )
    return out.getvalue()


def xlsx_odd_names(choose: random.Random, rows: Rows) -> bytes:
    return workbook(
        _sheet_of(rows),
        _no_strings(),
        **{"../../evil": "x", "xl/worksheets/sheet1.xml/": "", "/etc/x": "y"},
    )


XLSX: Mapping[str, Mutation] = {
    "lying dimension": xlsx_lying_dimension,
    "a cell at the far end": xlsx_far_cell,
    "bomb": xlsx_bomb,
    "bomb of shared strings": xlsx_strings_bomb,
    "a long text everywhere": xlsx_repeated_long_text,
    "lying sizes": xlsx_lying_size,
    "entities": xlsx_entities,
    "entities in the index": xlsx_entities_in_index,
    "broken shared strings": xlsx_broken_strings,
    "odd cells": xlsx_odd_cells,
    "a part missing": xlsx_missing_part,
    "a part damaged": xlsx_part_damaged,
    "odd names": xlsx_odd_names,
}


# Parquet.


def parquet_nested(choose: random.Random, rows: Rows) -> bytes:
    import pyarrow as pa

    values = choose.choice(
        (
            pa.array([[1, 2]]),
            pa.array([{"a": {"b": 1}}]),
            pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        )
    )
    return parquet(pa.table({rows[0][0]: values, rows[0][1]: ["x"]}))


def parquet_extreme_types(choose: random.Random, rows: Rows) -> bytes:
    import pyarrow as pa

    columns = [
        pa.array([2**64 - 1], pa.uint64()),
        pa.array([2**50], pa.timestamp("s")),
        pa.array([-(2**60)], pa.timestamp("ms", tz="UTC")),
        pa.array([2**63 - 1], pa.timestamp("ns", tz="Asia/Tokyo")),
        pa.array([2**31 - 1], pa.date32()),
        pa.array([float("nan")]),
        pa.array([float("inf")], pa.float32()),
        pa.array([b"\xff\xfe\x00"], pa.binary()),
        pa.array([b"12345678"], pa.binary(8)),
        pa.array(["x"]).dictionary_encode(),
        pa.array([None], pa.null()),
        pa.array([86_399_999_999], pa.time64("us")),
        pa.array([1], pa.decimal256(76, 0)),
        pa.array([True]),
    ]
    choose.shuffle(columns)
    names = [*rows[0], *(f"extra{n}" for n in range(len(columns)))]
    return parquet(pa.Table.from_arrays(columns, names=names[: len(columns)]))


def parquet_long_texts(choose: random.Random, rows: Rows) -> bytes:
    """One text of two megabytes in each of a thousand rows, stored once."""
    import pyarrow as pa

    texts = pa.DictionaryArray.from_arrays(
        pa.array([0] * 1000, pa.int32()), pa.array(["x" * (2 * MIB)])
    )
    return parquet(
        pa.table(
            {
                name: texts if not place else pa.array([""] * 1000)
                for place, name in enumerate(rows[0])
            }
        )
    )


def parquet_many_columns(choose: random.Random, rows: Rows) -> bytes:
    import pyarrow as pa

    return parquet(
        pa.table(
            {
                **{name: pa.array([""]) for name in rows[0]},
                **{f"c{n}": pa.array([""]) for n in range(20_000)},
            }
        )
    )


def parquet_odd_names(choose: random.Random, rows: Rows) -> bytes:
    import pyarrow as pa

    return parquet(
        pa.Table.from_arrays(
            [pa.array(["x"])] * 5, names=["", "\n", rows[0][0], rows[0][0], "\x00\x1f\u202e"]
        )
    )


def parquet_no_columns(choose: random.Random, rows: Rows) -> bytes:
    import pyarrow as pa

    return parquet(pa.table({}))


def parquet_footer_damaged(choose: random.Random, rows: Rows) -> bytes:
    content = bytearray(good_parquet(rows))
    for _ in range(choose.choice((1, 3, 20))):
        content[choose.randrange(max(4, len(content) - 3000), len(content))] = choose.randrange(256)
    return bytes(content)


PARQUET: Mapping[str, Mutation] = {
    "nested columns": parquet_nested,
    "extreme types": parquet_extreme_types,
    "long texts": parquet_long_texts,
    "20,000 columns": parquet_many_columns,
    "odd names": parquet_odd_names,
    "no columns": parquet_no_columns,
    "footer damaged": parquet_footer_damaged,
}

FORMATS: Mapping[str, tuple[Callable[[Rows], bytes], Mapping[str, Mutation]]] = {
    ".csv": (good_csv, CSV),
    ".xlsx": (good_xlsx, XLSX),
    ".parquet": (good_parquet, PARQUET),
}

MUTATIONS = tuple(
    [
        f"{extension[1:]}: {name}"
        for extension, (_, own) in FORMATS.items()
        for name in (*own, *BYTES)
    ]
    + [
        f"{extension[1:]}: named {other}"
        for extension in FORMATS
        for other in (*FORMATS, ".xls")
        if other != extension
    ]
)
"""Every kind of wrong file."""


def make_case(mutation: str, seed: int, rows: Rows) -> Case:
    """The file of a mutation and a seed; the same for the same rows."""
    choose = random.Random(f"{mutation} {seed}")
    extension, _, kind = mutation.partition(": ")
    good, own = FORMATS[f".{extension}"]
    if kind.startswith("named "):
        return Case(mutation, f"export{kind.removeprefix('named ')}", good(rows), seed)
    content = own[kind](choose, rows) if kind in own else BYTES[kind](choose, good(rows))
    return Case(mutation, f"export.{extension}", content, seed)


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/{{kind}}" Target="{{target}}"/>'
    "{more}</Relationships>"
)
_INDEX = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
