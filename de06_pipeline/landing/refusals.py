"""Why a delivered file cannot be read, said to the supplier: what is wrong and what to do.

Never a value of the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.said_at import SaidAt, place_in_words
from de06_pipeline.landing.versions import BESIDE_CORRECTED, NO_ORDER
from de06_pipeline.periods import Month

_AS_CSV_VI = "Hãy xuất lại tệp ở dạng CSV (UTF-8), XLSX hoặc Parquet."
_AS_CSV_EN = "Export it again as CSV (UTF-8), XLSX or Parquet."

_OTHER_KIND: dict[str, tuple[str, str]] = {
    "zip": ("một tệp nén (ZIP)", "a ZIP archive"),
    "xlsx": ("một bảng tính XLSX", "an XLSX workbook"),
    "parquet": ("một tệp Parquet", "a Parquet file"),
    "ole": (
        "một tệp Office cũ không phải bảng tính, hoặc đã hỏng",
        "an old Office file that is no workbook, or is damaged",
    ),
    "docx": ("một văn bản Word", "a Word document"),
    "pptx": ("một bản trình chiếu PowerPoint", "a PowerPoint presentation"),
    "ods": ("một bảng tính OpenDocument (ODS)", "an OpenDocument spreadsheet (ODS)"),
    "opendocument": (
        "một tệp OpenDocument không phải bảng tính",
        "an OpenDocument file that is no spreadsheet",
    ),
    "gzip": ("một tệp nén (gzip)", "a gzip archive"),
    "archive": ("một tệp nén (RAR hoặc 7z)", "a RAR or 7z archive"),
    "pdf": ("một tệp PDF", "a PDF document"),
    "html": ("một trang web (HTML/XML)", "a web page (HTML/XML)"),
    "rtf": ("một văn bản RTF", "an RTF document"),
    "image": ("một tệp ảnh", "an image"),
    "text": ("một tệp văn bản", "a text file"),
    "other": ("một dạng tệp khác", "something else"),
}

_REMEDY: dict[str, tuple[str, str]] = {
    "zip": ("Hãy giải nén và gửi các tệp bên trong.", "Unpack it and deliver the files inside."),
    "gzip": ("Hãy giải nén và gửi tệp bên trong.", "Unpack it and deliver the file inside."),
    "archive": (
        "Hãy giải nén và gửi các tệp bên trong.",
        "Unpack it and deliver the files inside.",
    ),
    "xlsx": (
        "Hãy đổi đuôi tệp thành .xlsx rồi gửi lại.",
        "Rename it to end in .xlsx and deliver it again.",
    ),
    "parquet": (
        "Hãy đổi đuôi tệp thành .parquet rồi gửi lại.",
        "Rename it to end in .parquet and deliver it again.",
    ),
    "ole": (
        "Hãy mở bằng Excel, bỏ mật khẩu nếu có, lưu thành .xlsx rồi gửi lại.",
        "Open it in Excel, take off the password if there is one, save it as .xlsx and deliver it again.",
    ),
    "ods": (
        "Hãy đổi đuôi tệp thành .ods rồi gửi lại.",
        "Rename it to end in .ods and deliver it again.",
    ),
    "html": (
        "Hãy mở tệp bằng Excel, chọn Lưu thành kiểu “Excel Workbook (*.xlsx)” rồi gửi lại; đổi đuôi tệp là không đủ.",
        'Open it in Excel, choose Save as "Excel Workbook (*.xlsx)" and deliver that; renaming it is not enough.',
    ),
    "text": (
        "Nếu đây là CSV, hãy đổi đuôi tệp thành .csv rồi gửi lại.",
        "If it is CSV, rename it to end in .csv and deliver it again.",
    ),
}

_EXTENSION_REMEDY: dict[str, tuple[str, str]] = {
    ".zip": _REMEDY["zip"],
    ".gz": _REMEDY["gzip"],
    ".rar": _REMEDY["archive"],
    ".7z": _REMEDY["archive"],
}


def unsupported_extension(name: str, extension: str) -> UnreadableFile:
    vi, en = _EXTENSION_REMEDY.get(extension, (_AS_CSV_VI, _AS_CSV_EN))
    return UnreadableFile(
        "file_type",
        f"{name}: không đọc được dạng tệp này. {vi}",
        f"{name}: files of this kind are not read. {en}",
    )


def wrong_content(name: str, extension: str, kind: str) -> UnreadableFile:
    """The content is of another kind than the name says (``kind`` as in
    :func:`de06_pipeline.landing.content.kind_of`).
    """
    what_vi, what_en = _OTHER_KIND[kind]
    vi, en = _REMEDY.get(kind, (_AS_CSV_VI, _AS_CSV_EN))
    return UnreadableFile(
        "content",
        f"{name}: tên tệp có đuôi {extension} nhưng nội dung là {what_vi}. {vi}",
        f"{name}: the name ends in {extension} but the content is {what_en}. {en}",
    )


_NOT_READABLE: dict[str, tuple[str, str]] = {
    "dangling_link": (
        "không còn ở đó (hoặc là liên kết tới tệp không còn). Hãy gửi chính tệp.",
        "is not there any more, or is a link to nothing. Deliver the file itself.",
    ),
    "link_loop": (
        "là liên kết quay lại chính thư mục chứa nó. Hãy xoá liên kết và gửi chính tệp.",
        "is a link that leads back to where it lies. Remove it and deliver the file itself.",
    ),
    "not_a_file": (
        "không phải là tệp (ống dẫn, ổ cắm hoặc thiết bị). Hãy xoá và gửi tệp thường.",
        "is a pipe, socket or device, no file. Remove it and deliver a regular file.",
    ),
    "forbidden": (
        "không có quyền đọc. Hãy cho phép tài khoản chạy hệ thống đọc tệp hoặc thư mục này.",
        "may not be read. Let the account that runs the pipeline read this file or folder.",
    ),
    "changed": (
        "bị ghi thêm trong lúc đang đọc. Hãy gửi lại khi đã ghi xong; trong lúc ghi, đặt tên tệp kết thúc bằng “.part”.",
        "was changed while it was read. Deliver it when it is complete; under a name ending in “.part” while it is written.",
    ),
    "unreadable": (
        "không đọc được từ ổ đĩa. Hãy gửi lại.",
        "cannot be read from the disk. Deliver it again.",
    ),
    NO_ORDER: (
        "nằm trong thư mục con cạnh các tệp khác của lần gửi; không rõ thay thế hay bổ sung cho các tệp đó. "
        "Nếu thay toàn bộ kỳ này: đổi tên thư mục thành v2 (v3, v4 … nếu đã có; mỗi số một thư mục). "
        "Nếu là tệp gửi thêm: chuyển tệp ra cạnh các tệp kia. Nếu không dùng nữa: xóa thư mục.",
        "lies in a folder beside other files of the delivery, and nothing tells whether it replaces them or adds to them. "
        "If it replaces the whole month, call the folder v2 (v3, v4 … where there is one; one folder a number). "
        "If it adds to the others, move the file beside them. If it is of no use any more, remove the folder.",
    ),
    BESIDE_CORRECTED: (
        "có tên là bản sửa của một tệp khác trong cùng thư mục; không rõ thay thế hay bổ sung cho tệp đó. "
        "Nếu thay tệp đó: xóa tệp cũ, hoặc đặt đủ các tệp của kỳ này vào thư mục v2 (v3, v4 … nếu đã có). "
        "Nếu là tệp gửi thêm: đặt tên khác, ví dụ theo địa bàn.",
        "is called the correction of another file in the folder, and nothing tells whether it replaces that one or adds to it. "
        "If it replaces it, remove that one, or put all files of the month into a folder v2 (v3, v4 … where there is one). "
        "If it adds to it, give it another name, such as the district's.",
    ),
}


def not_readable(name: str, trouble: str) -> UnreadableFile:
    """The operating system does not give the content, or nothing tells what the file replaces
    (``trouble`` as in :class:`~de06_pipeline.landing.discover.LandedFile`).
    """
    vi, en = _NOT_READABLE[trouble]
    return UnreadableFile(trouble, f"{name}: {vi}", f"{name}: {en}")


def empty(name: str) -> UnreadableFile:
    return UnreadableFile(
        "empty",
        f"{name}: tệp rỗng. Nếu không có số liệu, hãy gửi tệp chỉ có dòng tiêu đề.",
        f"{name}: the file is empty. If there is nothing to report, deliver a file with the header line alone.",
    )


def undecodable(name: str) -> UnreadableFile:
    return UnreadableFile(
        "encoding",
        f"{name}: không nhận ra bảng mã của tệp. Hãy lưu lại bằng Excel với kiểu “CSV UTF-8”.",
        f'{name}: the file\'s character encoding is not recognised. Save it again from Excel as "CSV UTF-8".',
    )


_MOJIBAKE: dict[str, tuple[str, str]] = {
    "tcvn3": (
        "chữ theo bảng mã TCVN3 (ABC) nằm trong tệp Unicode",
        "text in the TCVN3 (ABC) encoding inside a Unicode file",
    ),
    "vni": (
        "chữ theo bảng mã VNI nằm trong tệp Unicode",
        "text in the VNI encoding inside a Unicode file",
    ),
    "utf-8": ("chữ UTF-8 đã bị mã hóa hai lần", "UTF-8 that was encoded twice"),
    "lost": (
        "chữ có dấu đã mất, thay bằng dấu hỏi",
        "accented letters are lost and replaced by question marks",
    ),
}


def damaged_text(name: str, mojibake: str) -> UnreadableFile:
    """The text is no Vietnamese (``mojibake`` as in
    :func:`de06_pipeline.landing.text.mojibake.mojibake_in`).
    """
    what_vi, what_en = _MOJIBAKE[mojibake]
    return UnreadableFile(
        "damaged_text",
        f"{name}: nội dung không phải tiếng Việt đọc được ({what_vi}). "
        "Hãy xuất lại từ phần mềm gốc ở dạng Unicode (CSV UTF-8 hoặc XLSX); mở rồi lưu lại tệp này không khôi phục được chữ.",
        f"{name}: the text does not read as Vietnamese ({what_en}). "
        "Export it again from the original program as Unicode (CSV UTF-8 or XLSX); opening and saving this file does not restore it.",
    )


def no_delimiter(name: str) -> UnreadableFile:
    return UnreadableFile(
        "delimiter",
        f"{name}: không xác định được dấu phân cách cột ở dòng tiêu đề. "
        "Dòng đầu phải là tên cột, cách nhau bằng dấu phẩy, dấu chấm phẩy hoặc tab.",
        f"{name}: the header line does not tell which delimiter separates the columns. "
        "The first line must hold the column names, separated by commas, semicolons or tabs.",
    )


def no_header(name: str) -> UnreadableFile:
    return UnreadableFile(
        "header",
        f"{name}: không đọc được dòng tiêu đề (dấu nháy kép mở mà không đóng, hoặc dòng quá dài). Hãy sửa dòng tên cột rồi gửi lại.",
        f"{name}: the header line cannot be read (a quote is opened and not closed, or the line is too long). "
        "Correct the line of column names and deliver it again.",
    )


def ends_in_mid_line(name: str, row: int) -> UnreadableFile:
    return UnreadableFile(
        "ends_in_mid_line",
        f"{name}: tệp kết thúc giữa dòng {row}: chắc chắn thiếu các dòng sau đó. Tệp đã tải lên đủ chưa? Hãy xuất hoặc tải lên lại cả tệp.",
        f"{name}: the file ends in the middle of line {row}, so rows are certainly missing. Was the upload complete? "
        "Export or upload the whole file again.",
    )


def check_one_header(name: str, row: int) -> None:
    """Refuse a file whose columns change at a row (0: none) that names others.

    Raises:
        UnreadableFile: ``other_header``.
    """
    if not row:
        return
    raise UnreadableFile(
        "other_header",
        f"{name}: dòng {row} là dòng tên cột khác với dòng tên cột của bảng: từ đó các cột đổi chỗ. "
        "Tệp được ghép từ hai bảng; hãy gửi mỗi bảng thành một tệp.",
        f"{name}: row {row} names other columns than the table's header, or in another order, so the columns change there. "
        "The file was put together from two tables; deliver each as a file of its own.",
    )


def corrupt(name: str) -> UnreadableFile:
    return UnreadableFile(
        "corrupt",
        f"{name}: tệp bị hỏng hoặc tải lên chưa đủ. Hãy mở thử tệp gốc, lưu lại rồi gửi lại.",
        f"{name}: the file is damaged or was not uploaded completely. Check that the original opens, save it again and deliver it again.",
    )


def protected(name: str) -> UnreadableFile:
    vi, en = _REMEDY["ole"]
    return UnreadableFile(
        "protected",
        f"{name}: tệp có mật khẩu. {vi}",
        f"{name}: the file is protected by a password. {en}",
    )


def several_sheets(name: str, positions: Sequence[int]) -> UnreadableFile:
    numbers = ", ".join(map(str, positions))
    return UnreadableFile(
        "several_sheets",
        f"{name}: các trang tính thứ {numbers} đều có đủ cột và có số liệu, không biết lấy trang nào. "
        "Hãy gửi mỗi trang thành một tệp, hoặc xóa (hay ẩn) các trang không gửi.",
        f"{name}: sheets {numbers} all have the required columns and rows, and nothing tells which of them counts. "
        "Deliver each as a file of its own, or delete (or hide) those that are not meant.",
    )


def sheet_lacks_column(name: str, fitting: int, lacking: int) -> UnreadableFile:
    return UnreadableFile(
        "several_sheets",
        f"{name}: trang tính thứ {fitting} có đủ cột, trang thứ {lacking} chỉ thiếu một cột bắt buộc và cũng có số liệu, "
        "không biết lấy trang nào. "
        "Hãy sửa tiêu đề cột của trang cần gửi, và xóa (hay ẩn) trang kia.",
        f"{name}: sheet {fitting} has the required columns, sheet {lacking} has all but one of them and rows too, "
        "and nothing tells which of them counts. "
        "Correct the header of the one that is meant, and delete (or hide) the other.",
    )


def rows_on_further_sheet(name: str, fitting: int, further: int) -> UnreadableFile:
    return UnreadableFile(
        "several_sheets",
        f"{name}: trang tính thứ {further} có các dòng tiếp theo của bảng ở trang thứ {fitting} nhưng không có dòng tiêu đề. "
        "Hãy chuyển các dòng đó xuống dưới bảng, hoặc gửi mỗi trang thành một tệp có tiêu đề; xóa (hay ẩn) trang không gửi.",
        f"{name}: sheet {further} holds further rows of the table on sheet {fitting}, without a header. "
        "Put them below the table, or deliver each sheet as a file with a header; delete (or hide) a sheet that is not meant.",
    )


def merged_cells(name: str, address: str) -> UnreadableFile:
    return UnreadableFile(
        "merged_cells",
        f"{name}: ô gộp {address} trải trên nhiều dòng hoặc nhiều cột số liệu, không biết giá trị thuộc ô nào. "
        "Hãy bỏ gộp ô (Merge & Center → Unmerge Cells), điền giá trị vào từng ô rồi gửi lại.",
        f"{name}: the merged cells {address} span several rows or columns of data, and nothing tells which of them the value belongs to. "
        "Unmerge them, fill in each cell and deliver the file again.",
    )


def swapped_dates(name: str, headers: Sequence[str]) -> UnreadableFile:
    columns = ", ".join(f"“{header}”" for header in headers)
    return UnreadableFile(
        "swapped_dates",
        f"{name}: cột {columns}: ngày và tháng đã bị đảo ở một phần số ngày. "
        "Tệp CSV đã được mở bằng Excel đặt vùng Hoa Kỳ (tháng/ngày/năm): "
        "các ngày từ 1 đến 12 bị hiểu thành tháng, các ngày khác vẫn là chữ. "
        "Đừng sửa tay từng dòng: hãy gửi tệp gốc do phần mềm xuất ra, hoặc đặt vùng Việt Nam trong Windows rồi xuất lại.",
        f"{name}: column {columns}: day and month are swapped in part of the dates. "
        "A CSV file was opened in an Excel set to the United States (month/day/year): "
        "days from 1 to 12 became months, the others stayed text. "
        "Do not correct single rows: deliver the file that the program exported, or set the region of Windows to Vietnam and export again.",
    )


def unit_of_all(name: str, scale: str, place: SaidAt | None = None) -> UnreadableFile:
    """Numbers stand under a unit that multiplies them (``scale``, a word of
    :mod:`de06_pipeline.landing.table.units`), said somewhere or, without a place, in the header.
    """
    where = place_in_words(place)
    return UnreadableFile(
        "unit_of_all",
        f"{name}: đơn vị tính “{scale}” ghi {where.vi}: số trong bảng đã nhân lên hay chưa thì không biết. "
        "Hãy ghi số đầy đủ (105.000, không ghi 105), hoặc ghi kèm từ trong từng ô (105 nghìn) nếu cột nhận, bỏ đơn vị tính đó rồi gửi lại.",
        f"{name}: the unit “{scale}” stands {where.en}: nothing tells whether the numbers of the table are multiplied. "
        "Write them in full (105.000, not 105), or the word in each cell (105 nghìn) where the column takes it, "
        "take the unit out and deliver the file again.",
    )


def other_month(name: str, named: Month, place: SaidAt, month: Month) -> UnreadableFile:
    """A title names another month than the delivery's."""
    where, due = place_in_words(place), f"{month.month}/{month.year}"
    said = f"{named.month}/{named.year}"
    return UnreadableFile(
        "other_month",
        f"{name}: tiêu đề {where.vi} ghi tháng {said}, nhưng tệp gửi cho tháng {due}: không biết số liệu của tháng nào. "
        f"Nếu là của tháng {said}, hãy gửi vào kỳ {named}; nếu là của tháng {due}, hãy sửa tiêu đề rồi gửi lại.",
        f"{name}: the title {where.en} names month {said}, but the file is delivered for {due}: "
        f"nothing tells which month the figures are of. If they are of {said}, deliver the file under {named}; "
        f"if they are of {due}, correct the title and deliver it again.",
    )


_LONGEST_FORMAT = 40


def number_format(name: str, address: str, code: str) -> UnreadableFile:
    """The number format ``code`` of a cell shows digits beside the number, or thousands of it under a
    unit.
    """
    shown = code if len(code) <= _LONGEST_FORMAT else f"{code[:_LONGEST_FORMAT]}…"
    return UnreadableFile(
        "number_format",
        f"{name}: định dạng số “{shown}” của ô {address} làm số hiện ra khác số ghi trong ô: không biết số nào đúng. "
        "Hãy ghi số đầy đủ vào ô (105.000, không ghi 105), chọn lại định dạng số thường (Format Cells → Number), "
        "bỏ đơn vị tính nếu có, rồi gửi lại.",
        f"{name}: the number format “{shown}” of cell {address} shows another number than the cell holds: nothing tells which is right. "
        "Write the number in full (105.000, not 105), choose a plain format (Format Cells → Number), "
        "take out the unit if there is one, and deliver the file again.",
    )


def too_large(name: str, limit_gib: int) -> UnreadableFile:
    return UnreadableFile(
        "too_large",
        f"{name}: bảng tính giải nén ra quá {limit_gib} GiB. Hãy chia nhỏ tệp hoặc gửi dạng CSV.",
        f"{name}: the workbook unpacks to more than {limit_gib} GiB. Split it, or deliver CSV.",
    )


def cannot_be_opened(name: str, limit_gib: int) -> UnreadableFile:
    return UnreadableFile(
        "cannot_be_opened",
        f"{name}: không mở được tệp với {limit_gib} GiB bộ nhớ trong thời gian cho phép: tệp quá lớn, hoặc có ô ở quá xa bảng. "
        "Hãy chép riêng bảng số liệu sang tệp mới, chia nhỏ hoặc gửi dạng CSV.",
        f"{name}: the file cannot be opened with {limit_gib} GiB of memory in the time allowed: too large, or a cell far from the table. "
        "Copy the table alone into a new file, split it, or deliver CSV.",
    )


MOST_COLUMNS = 1_000
"""A file with more is refused: no export has so many, and each costs a column of the step's tables."""


def check_columns(name: str, count: int) -> None:
    """Refuse a file with more than :data:`MOST_COLUMNS` columns.

    Raises:
        UnreadableFile: ``too_many_columns``.
    """
    if count <= MOST_COLUMNS:
        return
    raise UnreadableFile(
        "too_many_columns",
        f"{name}: có hơn {MOST_COLUMNS} cột. Hãy xóa các cột trống ở bên phải bảng, kiểm tra dấu phân cách rồi gửi lại.",
        f"{name}: there are more than {MOST_COLUMNS} columns. Delete empty columns beside the table, check the delimiter, deliver again.",
    )


def unsupported_column(name: str, position: int) -> UnreadableFile:
    return UnreadableFile(
        "column_type",
        f"{name}: cột thứ {position} có kiểu dữ liệu lồng nhau hoặc không đọc được. Hãy xuất cột đó thành văn bản, số hoặc ngày.",
        f"{name}: column {position} has a nested type or one that is not read. Export that column as text, numbers or dates.",
    )
