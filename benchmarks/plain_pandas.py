"""The month of public-service dossiers as one plain script: Arrow's CSV reader, pandas, and Great Expectations on pandas.

What a data engineer would write for one clean national CSV without this product, and no worse: text stays in Arrow, columns with few
distinct texts are mapped once a distinct text, unneeded columns are never read. It shares no code with ``de06_pipeline``.
``docs/benchmarks.md`` lists what it leaves out of the product's work.

Usage: ``python -m benchmarks.plain_pandas <csv> <reference folder> <YYYY-MM> <output folder>``; prints the counts as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from benchmarks.plain_figures import write_figures
from benchmarks.plain_rules import critical_violations

TIMES = ["submitted_at", "received_at", "due_at", "finished_at", "returned_at", "updated_at"]
TIME_FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d"]
YES_NO = ["processed_online", "components_digitised", "electronic_result", "data_reused", "national_sync"]
TEXTS = ["sector", "agency_code", "agency_name"]
STATUSES = [
    "Mới đăng ký",
    "Được tiếp nhận",
    "Không được tiếp nhận",
    "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Công dân yêu cầu rút hồ sơ",
    "Dừng xử lý",
    "Đã xử lý xong",
    "Đã trả kết quả",
]
ENUMS: dict[str, dict[str, int | str]] = {
    "agency_level": {"tỉnh": "Tỉnh", "huyện": "Huyện", "xã": "Xã"},
    "service_level": {"toàn trình": "Toàn trình", "một phần": "Một phần", "còn lại": "Còn lại"},
    "channel": {"1": 1, "trực tiếp": 1, "2": 2, "trực tuyến": 2, "3": 3, "bưu chính công ích": 3},
    "status": {text.lower(): n for n, name in enumerate(STATUSES, 1) for text in (str(n), name)},
    "online_payment": {"0": 0, "không": 0, "1": 1, "cổng dvcqg": 1, "2": 2, "cổng tỉnh": 2, "có": 2},
    "applicant_type": {"công dân": "Công dân", "doanh nghiệp": "Doanh nghiệp", "cơ quan": "Cơ quan"},
}
YES_NO_VALUES = {"1": True, "có": True, "c": True, "x": True, "true": True, "0": False, "không": False, "k": False, "false": False}
DEFAULTS: dict[str, object] = {"channel": 1, "online_payment": 0, **dict.fromkeys(YES_NO, False)}
CODES = {
    "dossier_code": r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3})*|G\d{2}(?:\.\d{1,3})*)-\d{6}-\d{4,}$",
    "procedure_code": r"^\d\.\d{6}$",
}
INTEGER = r"^(?:\d+|\d{1,3}(?:\.\d{3})+)$"
DECIMAL = r"^(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$"
READ = [
    *CODES,
    *TEXTS,
    *ENUMS,
    "province",
    "district",
    *TIMES,
    *YES_NO,
    "supplement_requests",
    "supplement_days",
    "fee_vnd",
    "applicant_id",
]
STORED = [*CODES, *TEXTS, *ENUMS, "province_id", "district_id", *TIMES, *YES_NO, "supplement_requests", "supplement_days", "fee_vnd"]

_text = pd.ArrowDtype(pa.string())


def run(csv: Path, reference: Path, month: str, out: Path) -> dict[str, int]:
    """Do the month and return its counts: rows read, accepted, quarantined, superseded, and three totals of the country."""
    out.mkdir(parents=True, exist_ok=True)
    raw = read(csv)
    rows = typed(raw, pd.Timestamp(month), reference)
    rows_read = len(rows)
    del raw
    rows, superseded = without_repeats(rows)
    violations = critical_violations(rows)
    violations.to_parquet(out / "quarantine.parquet", index=False, compression="zstd")
    accepted = rows.loc[~rows.index.isin(violations["row_number"]), STORED]
    accepted.to_parquet(out / "accepted.parquet", compression="zstd")
    totals = write_figures(accepted, reference, pd.Timestamp(month), out / "figures.sqlite")
    counts = {"read": rows_read, "accepted": len(accepted), "quarantined": rows_read - superseded - len(accepted), "superseded": superseded}
    return counts | totals


def read(csv: Path) -> pd.DataFrame:
    """The columns that are needed as cleaned text; the index is the line in the file. Broken lines would be left out and shift it."""
    options = pa.csv.ConvertOptions(
        include_columns=READ, column_types=dict.fromkeys(READ, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parse = pa.csv.ParseOptions(delimiter=";", invalid_row_handler=lambda _: "skip")
    rows: pd.DataFrame = pa.csv.read_csv(csv, parse_options=parse, convert_options=options).to_pandas(types_mapper={pa.string(): _text}.get)
    rows.index = pd.RangeIndex(2, 2 + len(rows))  # unnamed: with a name Great Expectations lists dicts, more slowly
    for column in rows.columns:
        rows[column] = rows[column].str.replace("\u00a0", " ", regex=False).str.normalize("NFC").str.strip()
    return rows


def typed(raw: pd.DataFrame, month: pd.Timestamp, reference: Path) -> pd.DataFrame:
    """Values, a flag ``<column>_bad`` for each text that could not be read, and what the rules need of several columns."""
    rows = pd.DataFrame(index=raw.index)

    def put(column: str, values: pd.Series) -> None:
        rows[column] = values
        rows[f"{column}_bad"] = raw[column].notna() & values.isna()
        if column in DEFAULTS:
            rows[column] = rows[column].where(raw[column].notna(), DEFAULTS[column])

    for column, pattern in CODES.items():
        code = raw[column].str.replace(" ", "", regex=False)
        if column == "procedure_code":
            code = code.str.replace(r"\.(?:\d{2,3}\.)*[HG]\d{2}(?:\.\d{1,3})*$", "", regex=True)
        put(column, code.where(code.str.match(pattern).fillna(False)))
    for column in TEXTS:
        rows[column] = raw[column]
    for column, values in ENUMS.items():
        put(column, by_distinct(raw[column], values))
    for column in YES_NO:
        put(column, by_distinct(raw[column], YES_NO_VALUES))
    for column in TIMES:
        put(column, times(raw[column]))
    put("supplement_requests", integers(raw["supplement_requests"]))
    put("fee_vnd", integers(raw["fee_vnd"]))
    put("supplement_days", decimals(raw["supplement_days"]))
    for column in ("supplement_requests", "fee_vnd", "supplement_days"):
        rows[column] = rows[column].where(raw[column].notna(), 0)
    add_areas(rows, raw, reference, month)
    add_derived(rows, raw, month)
    return rows


def by_distinct(column: pd.Series, values_of: Mapping[str, object]) -> pd.Series:
    """Map each distinct text once. ``1 - Trực tiếp`` means what its code means."""
    codes, distinct = pd.factorize(column)
    values = []
    for text in distinct:
        lower = text.lower()
        value = values_of.get(lower, values_of.get(lower.partition(" - ")[0]))
        values.append(value)
    looked_up = pd.Series([*values, None]).convert_dtypes(dtype_backend="pyarrow")
    return pd.Series(looked_up.array.take(codes), index=column.index)  # a missing text has the code -1: the last, None


def times(column: pd.Series) -> pd.Series:
    """Dates and times: the usual form for all, the other forms for what is left."""
    found = pd.to_datetime(column, format=TIME_FORMATS[0], errors="coerce")
    for form in TIME_FORMATS[1:]:
        left = column.notna() & found.isna()
        if not left.any():
            break
        found.loc[left] = pd.to_datetime(column[left], format=form, errors="coerce")
    return found


def integers(column: pd.Series) -> pd.Series:
    digits = column.where(column.str.match(INTEGER).fillna(False)).str.replace(".", "", regex=False)
    return digits.astype(pd.ArrowDtype(pa.int64()))


def decimals(column: pd.Series) -> pd.Series:
    digits = column.where(column.str.match(DECIMAL).fillna(False)).str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return digits.astype(pd.ArrowDtype(pa.float64()))


def add_areas(rows: pd.DataFrame, raw: pd.DataFrame, reference: Path, month: pd.Timestamp) -> None:
    """Provinces and districts in force in the month, by code or name; no former units and no abbreviations."""
    areas = pd.read_csv(reference / "areas.csv", dtype=str)
    last_day = str((month + pd.offsets.MonthEnd()).date())
    areas = areas[(areas["valid_from"].fillna("") <= last_day) & (areas["valid_to"].fillna("9999") >= last_day)]
    provinces = spellings(areas[areas["level"] == "province"]).rename(columns={"province_code": "found_province"})
    districts = spellings(areas[areas["level"] == "district"]).rename(columns={"area_id": "district_id", "province_code": "found_province"})
    given = raw[["province", "district"]].drop_duplicates()
    given["province_key"], given["district_key"] = given["province"].map(folded), given["district"].map(folded)
    given = given.merge(provinces.rename(columns={"area_id": "province_id"}), how="left", left_on="province_key", right_on="spelling")
    given = given.drop(columns="spelling").merge(
        districts, how="left", left_on=["found_province", "district_key"], right_on=["found_province", "spelling"]
    )
    joined = raw[["province", "district"]].merge(given, how="left", on=["province", "district"])
    for level in ("province", "district"):
        rows[f"{level}_id"] = joined[f"{level}_id"].astype("float64").astype("Int32").to_numpy(dtype="float64", na_value=float("nan"))
        rows[f"{level}_bad"] = raw[level].notna() & rows[f"{level}_id"].isna()


def spellings(areas: pd.DataFrame) -> pd.DataFrame:
    """One row for each code, name and full name of the areas."""
    parts = [areas[["area_id", "province_code", column]].rename(columns={column: "spelling"}) for column in ("code", "name", "full_name")]
    found = pd.concat(parts)
    found["spelling"] = found["spelling"].map(folded)
    return found.drop_duplicates(["province_code", "spelling"])


def folded(text: object) -> object:
    return " ".join(unicodedata.normalize("NFC", text).lower().split()) if isinstance(text, str) else None


def add_derived(rows: pd.DataFrame, raw: pd.DataFrame, month: pd.Timestamp) -> None:
    """What the rules look at: flags over several columns, empty where a rule does not apply."""
    end = month + pd.offsets.MonthBegin()
    status = rows["status"].astype("float64")
    never_received = status.isin([1, 3])
    received = rows["received_at"].where(rows["received_at"].notna(), rows["submitted_at"]).where(~never_received)
    rows["received_at"] = received
    finished, submitted = rows["finished_at"], rows["submitted_at"]
    earlier = pd.Series(True, index=rows.index)
    for first, second in (("received_at", "finished_at"), ("finished_at", "returned_at"), ("received_at", "returned_at")):
        earlier &= ~(rows[first] > rows[second])
    rows["is_in_date_order"] = earlier
    is_alive = (received < end) & (finished.isna() | (finished >= month))
    is_alive = is_alive.where(~never_received, (submitted >= month) & (submitted < end))
    unreadable = (~never_received & (rows["finished_at_bad"] | received.isna())) | (never_received & submitted.isna())
    rows["is_alive_in_month"] = is_alive.astype("boolean").mask(unreadable)
    either_bad = rows["received_at_bad"] | rows["submitted_at_bad"]
    rows["has_received_at"] = received.notna().astype("boolean").where(status.notna() & ~never_received & ~either_bad)
    rows["has_submitted_at"] = raw["submitted_at"].notna().astype("boolean").where(never_received)
    rows["closed_has_end"] = raw["finished_at"].notna().astype("boolean").where(status.isin([7, 8, 9, 10]))
    rows["open_has_no_end"] = finished.isna().astype("boolean").where(status.isin([2, 4, 5, 6]))
    code_date = pd.to_datetime(rows["dossier_code"].str.extract(r"-(\d{6})-", expand=False), format="%y%m%d", errors="coerce")
    near = pd.Series(False, index=rows.index)
    for moment in (submitted, received):
        near |= (moment >= code_date - pd.Timedelta(days=3)) & (moment < code_date + pd.Timedelta(days=4))
    rows["is_code_date_near"] = near.astype("boolean").where(submitted.notna() | received.notna())
    shapes = raw["applicant_id"].str.match(r"^(?:[0-9]{12}|[0-9]{9})$")
    firm = raw["applicant_id"].str.match(r"^(?:[0-9]{12}|[0-9]{9}|[0-9]{10}(?:-?[0-9]{3})?)$")
    rows["is_applicant_id_valid"] = shapes.where((rows["applicant_type"] == "Công dân").fillna(False), firm)


def without_repeats(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep the latest row of each dossier code; rows without a readable code do not compete."""
    repeated = rows["dossier_code"].notna() & rows.duplicated("dossier_code", keep=False)
    if not repeated.any():
        return rows, 0
    losers = rows.loc[repeated].sort_values("updated_at", kind="stable", na_position="first").duplicated("dossier_code", keep="last")
    return rows.drop(index=losers.index[losers]), int(losers.sum())


if __name__ == "__main__":
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    arguments = sys.argv[1:]
    print(json.dumps(run(Path(arguments[0]), Path(arguments[1]), arguments[2], Path(arguments[3]))))
