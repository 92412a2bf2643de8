"""From the texts of the export to values: what was read, how it went (``<field>_state``), and what
the rules need of several fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

TIMES = ["submitted_at", "received_at", "due_at", "finished_at", "returned_at", "updated_at"]
YES_NO = [
    "processed_online",
    "components_digitised",
    "electronic_result",
    "data_reused",
    "national_sync",
]
REPEATED = [
    *(
        "procedure_code",
        "sector",
        "agency_code",
        "agency_name",
        "agency_level",
        "province",
        "district",
        "service_level",
        "channel",
    ),
    *(
        "status",
        "supplement_requests",
        "supplement_days",
        "fee_vnd",
        "online_payment",
        *YES_NO,
        "applicant_type",
    ),
]
"""Fields of few distinct texts: as categories they take a byte or two a row, and each text is
looked at once.
"""
STORED = [
    *(
        "file_no",
        "row_number",
        "dossier_code",
        "procedure_code",
        "procedure_code_suffix",
        "procedure_name",
        "sector",
    ),
    *(
        "agency_code",
        "agency_name",
        "agency_level",
        "province_id",
        "district_id",
        "commune_id",
        "service_level",
        "channel",
        *TIMES[:-1],
    ),
    *(
        "status",
        "supplement_requests",
        "supplement_days",
        "fee_vnd",
        "online_payment",
        *YES_NO,
        "applicant_type",
        "updated_at",
    ),
]
COMPLETE = {
    **dict.fromkeys(("channel", "status", "online_payment"), "int16"),
    **dict.fromkeys(("supplement_requests", "fee_vnd"), "int64"),
    "supplement_days": "float64",
    **dict.fromkeys(YES_NO, "bool"),
}
"""Types of what no accepted row lacks: without a mask beside each column they are counted in half
the time.
"""
STATE = pd.CategoricalDtype(
    ["ok", "empty", "bad", "padded", "unknown", "contradicts", "outside", "carried", "dropped"]
)

DOSSIER_CODE = (
    r"(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3})*|G\d{2}(?:\.\d{1,3})*)-\d{6}-\d{4,}"
)
PROCEDURE_CODE = re.compile(r"(\d\.\d{6})((?:\.(?:\d{2,3}\.)*[HG]\d{2}(?:\.\d{1,3})*)?)", re.ASCII)
NUMBER = re.compile(r"([+-]?)([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,([0-9]+))?")
STATUSES = [
    *(
        "Mới đăng ký",
        "Được tiếp nhận",
        "Không được tiếp nhận",
        "Đang xử lý",
        "Yêu cầu bổ sung giấy tờ",
    ),
    *(
        "Yêu cầu thực hiện nghĩa vụ tài chính",
        "Công dân yêu cầu rút hồ sơ",
        "Dừng xử lý",
        "Đã xử lý xong",
        "Đã trả kết quả",
    ),
]
TEXT_ENUMS: dict[str, dict[str, list[str]]] = {
    "agency_level": {"Tỉnh": ["Cấp tỉnh"], "Huyện": ["Cấp huyện"], "Xã": ["Cấp xã"]},
    "service_level": {
        "Toàn trình": ["DVC trực tuyến toàn trình", "Dịch vụ công trực tuyến toàn trình"],
        "Một phần": ["DVC trực tuyến một phần", "Dịch vụ công trực tuyến một phần"],
        "Còn lại": ["Dịch vụ cung cấp thông tin trực tuyến"],
    },
    "applicant_type": {"Công dân": [], "Doanh nghiệp": [], "Cơ quan": []},
}
CODE_ENUMS: dict[str, dict[int, list[str]]] = {
    "channel": {1: ["Trực tiếp"], 2: ["Trực tuyến"], 3: ["Bưu chính công ích", "BCCI"]},
    "online_payment": {
        0: ["Không", "K", "FALSE"],
        1: ["Cổng DVCQG"],
        2: ["Cổng tỉnh", "Có", "C", "x", "TRUE"],
    },
    "status": {code: [name] for code, name in enumerate(STATUSES, 1)},
}
CODE_ENUMS["status"][2].append("Đã tiếp nhận")
CODE_ENUMS["status"][3].append("Không tiếp nhận")
CODE_ENUMS["status"][5].append("Yêu cầu bổ sung")
TRUTHS = {
    "1": True,
    "có": True,
    "c": True,
    "x": True,
    "true": True,
    "0": False,
    "không": False,
    "k": False,
    "false": False,
}
ENUM_DEFAULTS = {"channel": 1, "online_payment": 0}


def typed(raw: pd.DataFrame, month: pd.Timestamp, reference: Path) -> pd.DataFrame:
    """The stored fields under their stored names, the states of all fields, and the flags of
    :func:`add_flags`.
    """
    rows = pd.DataFrame(
        {"file_no": pd.Series(1, index=raw.index, dtype="int16"), "row_number": raw.index},
        index=raw.index,
    )
    whole = raw["dossier_code"].str.replace(" ", "").str.upper()
    _put(rows, raw, "dossier_code", whole.where(whole.str.fullmatch(DOSSIER_CODE)))
    _look_up(rows, raw, "procedure_code", lambda text: (_procedure(text) or (None,))[0], "category")
    rows["procedure_code_suffix"] = _by_distinct(
        raw["procedure_code"], lambda text: (_procedure(text) or (None, None))[1], "str"
    )
    for field in ("sector", "agency_code", "agency_name"):
        _look_up(rows, raw, field, str, "category")
    nothing = pd.Series(pd.NA, index=raw.index)  # this export has neither column
    rows["procedure_name"], rows["commune_id"] = nothing.astype("str"), nothing.astype("Int32")
    for field, texts in TEXT_ENUMS.items():
        names = {
            name.lower(): value for value, others in texts.items() for name in (value, *others)
        }
        _look_up(rows, raw, field, names.get, "category", fold=True)
    for field, labels in CODE_ENUMS.items():
        codes = {
            name.lower(): code for code, names in labels.items() for name in (str(code), *names)
        }
        _look_up(
            rows,
            raw,
            field,
            partial(_code_or_label, codes=codes),
            "Int16",
            ENUM_DEFAULTS.get(field),
            fold=True,
        )
    for field in YES_NO:
        _look_up(rows, raw, field, TRUTHS.get, "boolean", False, fold=True)
    _look_up(rows, raw, "supplement_requests", _integer, "Int64", 0)
    _look_up(rows, raw, "supplement_days", _decimal, "Float64", 0)
    _look_up(rows, raw, "fee_vnd", _integer, "Int64", 0)
    for field in TIMES:
        _put(rows, raw, field, _times(raw[field], end_of_day=field == "due_at"))
    add_areas(rows, raw, reference, month)
    add_flags(rows, raw, month)
    return rows


def _put(rows: pd.DataFrame, raw: pd.DataFrame, field: str, values: pd.Series) -> None:
    rows[field] = values
    state = pd.Series("ok", index=raw.index, dtype=STATE)
    rows[f"{field}_state"] = state.mask(values.isna(), "bad").mask(raw[field].isna(), "empty")


def _look_up(
    rows: pd.DataFrame,
    raw: pd.DataFrame,
    field: str,
    value_of: Callable[[str], object],
    dtype: str,
    default: object = None,
    fold: bool = False,
) -> None:
    """A field of few distinct texts. A text without a value is bad; an empty cell has the default."""
    known = (lambda text: value_of(text.lower())) if fold else value_of
    rows[field] = _by_distinct(raw[field], known, dtype, default)
    rows[f"{field}_state"] = _by_distinct(
        raw[field], lambda text: "bad" if known(text) is None else "ok", STATE, "empty"
    )


def _by_distinct(
    column: pd.Series, value_of: Callable[[str], object], dtype: Any, default: object = None
) -> pd.Series:
    """``value_of`` each distinct text, spread over the rows of a categorical column."""
    values = pd.Series([*map(value_of, column.cat.categories), default], dtype=dtype)
    return values.take(column.cat.codes.to_numpy()).set_axis(
        column.index
    )  # a missing text has the code -1: the last, the default


def _procedure(text: str) -> tuple[str, str | None] | None:
    match = PROCEDURE_CODE.fullmatch(text.replace(" ", "").upper())
    return (match[1], match[2] or None) if match else None


def _code_or_label(text: str, codes: Mapping[str, int]) -> int | None:
    """``2``, ``Trực tuyến`` or ``2 - Trực tuyến``; a text that names another value than its code
    contradicts itself.
    """
    if text in codes or " - " not in text:
        return codes.get(text)
    code, _, label = text.partition(" - ")
    return codes.get(code) if codes.get(label, codes.get(code)) == codes.get(code) else None


def _integer(text: str) -> int | None:
    match = NUMBER.fullmatch(text)
    return (
        int(match[1] + match[2].replace(".", ""))
        if match and not (match[3] or "").strip("0")
        else None
    )


def _decimal(text: str) -> float | None:
    match = NUMBER.fullmatch(text)
    return (
        round(float(f"{match[1]}{match[2].replace('.', '')}.{match[3] or 0}"), 4) if match else None
    )


def _times(column: pd.Series, end_of_day: bool) -> pd.Series:
    """Dates and times: the usual form for all, the others for what is left.

    A date alone may stand for the end of its day.
    """
    times = pd.to_datetime(column, format="%Y-%m-%d %H:%M:%S", errors="coerce")
    for form in ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y", "%Y-%m-%d"):
        left = column[column.notna() & times.isna()]
        if left.empty:
            break
        last = pd.Timedelta("23:59:59") if end_of_day and "%H" not in form else pd.Timedelta(0)
        times.loc[left.index] = pd.to_datetime(left, format=form, errors="coerce") + last
    return times.where((times >= pd.Timestamp("1900-01-01")) & (times < pd.Timestamp("2101-01-01")))


def add_areas(rows: pd.DataFrame, raw: pd.DataFrame, reference: Path, month: pd.Timestamp) -> None:
    """Provinces and districts in force in the month, by code or name: no former units, no
    abbreviations, no communes.
    """
    areas = areas_in_force(reference, month)
    provinces, districts = (
        _spellings(areas[areas["level"] == "province"]),
        _spellings(areas[areas["level"] == "district"]),
    )
    anywhere = {text for _, text in districts}
    pair = (
        raw.groupby(["province", "district"], observed=True, dropna=False, sort=False)
        .ngroup()
        .to_numpy()
    )
    resolved = []
    for province_text, district_text in raw.loc[
        ~pd.Series(pair, raw.index).duplicated(), ["province", "district"]
    ].itertuples(index=False):
        code, province_id = provinces.get(("", _folded(province_text)), (None, None))
        _, district_id = districts.get((code, _folded(district_text)), (None, None))
        if pd.isna(province_text):
            states = ("empty", "empty" if pd.isna(district_text) else "unknown")
        elif pd.isna(district_text):
            states = ("ok" if code else "unknown", "empty")
        elif code is None:
            states = ("unknown", "dropped")
        else:
            states = (
                "ok",
                "ok"
                if district_id
                else "contradicts"
                if _folded(district_text) in anywhere
                else "unknown",
            )
        resolved.append((province_id, district_id, *states, "empty"))
    names = ["province_id", "district_id", "province_state", "district_state", "commune_state"]
    pairs = pd.DataFrame(resolved, columns=names).astype(
        dict.fromkeys(names[:2], "Int32") | dict.fromkeys(names[2:], STATE)
    )
    for name in names:
        rows[name] = pairs[name].take(pair).set_axis(rows.index)
    for flag, state in (
        ("is_area_consistent", "contradicts"),
        ("is_area_current", "carried"),
        ("is_area_complete", "dropped"),
    ):
        rows[flag] = (pairs[names[2:]] != state).all(axis="columns").take(pair).set_axis(rows.index)


def areas_in_force(reference: Path, month: pd.Timestamp) -> pd.DataFrame:
    areas = pd.read_csv(reference / "areas.csv", dtype="str").astype({"area_id": "int32"})
    last_day = str((month + pd.offsets.MonthEnd()).date())
    return areas[
        (areas["valid_from"].fillna("") <= last_day)
        & (areas["valid_to"].fillna("9999") >= last_day)
    ]


def _spellings(areas: pd.DataFrame) -> dict[tuple[str | None, str], tuple[str | None, int | None]]:
    """Code of the province above ("" for provinces) and spelling → code of the province and number
    of the area.
    """
    columns = ["area_id", "level", "province_code", "full_name", "name", "code"]
    return {
        ("" if level == "province" else province_code, _folded(text)): (province_code, area_id)
        for area_id, level, province_code, *texts in areas[columns].itertuples(index=False)
        for text in texts
    }


def _folded(text: object) -> str:
    return (
        " ".join(unicodedata.normalize("NFC", text).lower().split())
        if isinstance(text, str)
        else ""
    )


def add_flags(rows: pd.DataFrame, raw: pd.DataFrame, month: pd.Timestamp) -> None:
    """Fill ``received_at``, and add what the rules look at: flags over several fields, empty where
    a rule has nothing to say.
    """
    end = month + pd.offsets.MonthBegin()
    status, state = rows["status"], {field: rows[f"{field}_state"] for field in TIMES}
    never_received, is_closed, is_open = (
        status.isin(codes) for codes in ([1, 3], [7, 8, 9, 10], [2, 4, 5, 6])
    )
    submitted, finished, returned = rows["submitted_at"], rows["finished_at"], rows["returned_at"]
    received = rows["received_at"].fillna(submitted).mask(never_received)
    rows["received_at"] = received
    rows["is_in_date_order"] = ~(
        (received > finished) | (finished > returned) | (received > returned)
    )
    is_alive = (received < end).astype("boolean").mask(received.isna()) & ~(finished < month)
    in_month = ((submitted >= month) & (submitted < end)).astype("boolean").mask(submitted.isna())
    rows["is_alive_in_month"] = is_alive.mask(state["finished_at"] == "bad").mask(
        never_received, in_month
    )
    both_readable = (state["received_at"] != "bad") & (state["submitted_at"] != "bad")
    rows["has_received_at"] = (
        received.notna().astype("boolean").where(status.notna() & ~never_received & both_readable)
    )
    rows["has_submitted_at"] = (
        (state["submitted_at"] != "empty").astype("boolean").where(never_received)
    )
    rows["closed_has_end"] = (state["finished_at"] != "empty").astype("boolean").where(is_closed)
    rows["open_has_no_end"] = (state["finished_at"] != "ok").astype("boolean").where(is_open)
    day = rows["dossier_code"].str.replace(r"^[^-]*-(\d{6})-.*$", r"\1", regex=True)
    code_date = pd.to_datetime(day, format="%y%m%d", errors="coerce")
    first, last = code_date - pd.Timedelta(days=3), code_date + pd.Timedelta(days=4)
    near = ((submitted >= first) & (submitted < last)) | ((received >= first) & (received < last))
    rows["is_code_date_near"] = near.astype("boolean").where(submitted.notna() | received.notna())
    rows["is_procedure_known"] = pd.Series(
        pd.NA, index=rows.index, dtype="boolean"
    )  # nobody delivered a catalogue
    add_applicant(rows, raw["applicant_id"].str.replace(" ", "").str.upper())


def add_applicant(rows: pd.DataFrame, applicant_id: pd.Series) -> None:
    """The applicant's number: an eleventh digit lost its leading zero to a spreadsheet; a tax code
    is for organisations only.
    """
    is_padded = applicant_id.str.fullmatch(r"[0-9]{11}")
    number = applicant_id.mask(is_padded, "0" + applicant_id)
    is_bad = number.str.fullmatch(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+|[0-9][.,][0-9]+E[0-9]+")
    of_person = number.str.fullmatch(r"[0-9]{12}|[0-9]{9}")
    of_firm = of_person | number.str.fullmatch(r"[0-9]{10}(?:-?[0-9]{3})?")
    is_valid = of_person.where(rows["applicant_type"] == "Công dân", of_firm) & ~is_bad
    rows["is_applicant_id_valid"] = is_valid.astype("boolean").mask(number.isna())
    state = pd.Series("ok", index=rows.index, dtype=STATE)
    rows["applicant_id_state"] = (
        state.mask(is_padded, "padded").mask(is_bad, "bad").mask(number.isna(), "empty")
    )
