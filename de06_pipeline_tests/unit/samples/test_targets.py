"""The published figures, counted again by DuckDB from the files alone.

What is counted, and the numbers, are written here by hand from the published documents: nothing is
taken from the generators but the files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.periods import month_range
from de06_pipeline.samples import write_samples
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"

# The defective records have keys that no good one has; they are left out here as the rules leave
# them out.
_GOOD_DOSSIER = "try_cast(split_part(dossier_code, '-', 3) AS INTEGER) NOT BETWEEN 90001 AND 99999"
_GOOD_ID = "try_cast(right(application_id, 5) AS INTEGER) < 90001"


def _csv(landing: Path, dataset: str, supplier: str, delimiter: str, folder: str = "") -> str:
    files = f"{landing}/{dataset}/*/{supplier}/{folder}*.csv"
    # Quotes told, since guessing them takes longer than reading.
    told = f"delim='{delimiter}', quote='\"', escape='\"', header=true"
    return f"read_csv('{files}', {told}, all_varchar=true, null_padding=true, strict_mode=false, filename=true)"


def _day(header: str) -> str:
    return f"try_strptime(\"{header}\", '%d/%m/%Y')"


def _minute(header: str) -> str:
    return f"try_strptime(\"{header}\", '%d/%m/%Y %H:%M')"


_MONTH = "date_trunc('month', try_cast(regexp_extract(filename, '/(\\d{4}-\\d{2})/', 1) || '-01' AS DATE))"


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """January to August 2024, with canonical names and types."""
    landing = tmp_path_factory.mktemp("landing")
    write_samples(landing, month_range("2024-01..2024-08"), scale=0.02, reference=REFERENCE)
    with duckdb.connect() as con:
        _load_dossiers(con, landing)
        _load_registrations(con, landing)
        _load_baselines(con, landing)
        _load_lodging(con, landing)
        yield con


def _load_dossiers(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Each dossier once, as last seen: of Tam Kỳ, of Quảng Nam in January, and of Long An; and the
    catalogues.
    """
    quang_nam = _csv(landing, "dvc_dossiers", "quang-nam", ";")
    good = _GOOD_DOSSIER.replace("dossier_code", '"Mã hồ sơ"')
    con.execute(f"""
        CREATE TABLE tam_ky AS
        SELECT DISTINCT ON ("Mã hồ sơ") {_minute("Ngày tiếp nhận")} AS received_at, {_minute("Ngày kết thúc xử lý")} AS finished_at,
               "Kênh thực hiện" AS channel, try_cast("Phí, lệ phí (đồng)" AS INTEGER) AS fee, "Thanh toán trực tuyến" AS payment,
               "Xử lý trên môi trường điện tử" = 'Có' AS processed, "Đồng bộ Cổng DVCQG" = 'Có' AS synced,
               "Số hóa thành phần hồ sơ" = 'Có' AS papers, "Kết quả điện tử" = 'Có' AS result
        FROM {quang_nam}
        WHERE "Quận/Huyện" = 'Thành phố Tam Kỳ' AND {good} AND "Trạng thái" NOT SIMILAR TO '[13] .*'
        ORDER BY "Mã hồ sơ", filename DESC, {_minute("Thời điểm cập nhật")} DESC""")
    con.execute(f"""
        CREATE TABLE quang_nam AS
        SELECT DISTINCT "Mã hồ sơ" AS dossier_code, "Mã TTHC"[1:8] AS procedure_code, "Kênh thực hiện" AS channel
        FROM {quang_nam} WHERE {good} AND starts_with("Ngày tiếp nhận"[4:10], '01/2024')""")
    con.execute(f"""
        CREATE TABLE long_an AS
        SELECT procedure_code, district, received_at, try_cast(received_at AS TIMESTAMP) AS received, finished_at,
               components_digitised, electronic_result, online_payment, fee_vnd
        FROM {_csv(landing, "dvc_dossiers", "long-an", ",")} WHERE {_GOOD_DOSSIER} AND status NOT IN ('1', '3')
        QUALIFY row_number() OVER (PARTITION BY dossier_code ORDER BY filename DESC, updated_at DESC) = 1""")
    con.execute(
        f"CREATE TABLE long_an_catalogue AS FROM '{landing}/dvc_procedures/2024-08/long-an/*.parquet'"
    )
    catalogue = _csv(landing, "dvc_procedures", "quang-nam", ";")
    con.execute(
        f"CREATE TABLE quang_nam_catalogue AS FROM {catalogue} WHERE contains(filename, '/2024-05/')"
    )


def _load_registrations(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    good = _GOOD_ID.replace("application_id", '"Mã hồ sơ"')
    con.execute(f"""
        CREATE TABLE cards AS
        SELECT "Quận/Huyện" AS district, {_MONTH} AS month, {_day("Ngày thu nhận")} AS received_on, {_day("Ngày cấp")} AS issued_on,
               {_day("Ngày trả thẻ")} AS handed_over_on, "Loại thẻ" AS product, "Loại đề nghị" AS request_type, "Nơi thu nhận" AS venue
        FROM {_csv(landing, "cccd_issuance", "quang-nam", ";")} WHERE {good}
        UNION ALL
        SELECT district, {_MONTH}, received_on, issued_on, handed_over_on, product, request_type, venue
        FROM read_parquet('{landing}/cccd_issuance/*/long-an/*.parquet', filename=true)""")
    sent_once, sent_again = (
        _csv(landing, "eid_accounts", "quang-nam", "\t", folder) for folder in ("", "v2/")
    )
    con.execute(f"""
        CREATE TABLE accounts AS
        SELECT "Quận/Huyện" AS district, {_MONTH} AS month, {_day("Ngày thu nhận")} AS received_on, {_day("Ngày tạo lập")} AS created_on,
               {_day("Ngày kích hoạt")} AS activated_on, "Mức độ"[1:1] AS level
        FROM (FROM {sent_once} UNION ALL FROM {sent_again}) WHERE {good}
        UNION ALL
        SELECT district, {_MONTH}, try_cast(received_on AS DATE), try_cast(created_on AS DATE), try_cast(activated_on AS DATE), level
        FROM {_csv(landing, "eid_accounts", "long-an", ",")} WHERE {_GOOD_ID}""")


def _load_baselines(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    con.execute(f"""
        CREATE TABLE opening AS
        SELECT "Mã chỉ tiêu" AS indicator, coalesce("Phân tổ", '') AS breakdown, "Quận/Huyện" AS district,
               try_cast("Số liệu" AS BIGINT) AS value
        FROM {_csv(landing, "opening_balances", "quang-nam", ";")}
        UNION ALL
        SELECT indicator_code, coalesce(breakdown, ''), district, try_cast(value AS BIGINT)
        FROM {_csv(landing, "opening_balances", "long-an", ",")}""")
    con.execute(f"CREATE TABLE people AS FROM {_csv(landing, 'population', 'quang-nam', ';')}")


def _load_lodging(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Notices, and the registers of Quảng Nam in January (Windows-1258) and of Long An in July
    (UTF-16).
    """
    con.execute(
        f"CREATE TABLE stays AS FROM {_csv(landing, 'asm_notices', 'long-an', ',')} WHERE right(document_number, 6)[1:3] <> '998'"
    )
    con.execute(f"CREATE TABLE lodging AS FROM {_csv(landing, 'asm_notices', 'quang-nam', ';')}")
    for supplier, month, encoding, delimiter in (
        ("quang-nam", "2024-01", "cp1258", ";"),
        ("long-an", "2024-07", "utf-16", "\t"),
    ):
        content = next((landing / "asm_establishments" / month / supplier).iterdir()).read_bytes()
        utf8 = landing / f"{supplier}.csv"
        utf8.write_text(
            unicodedata.normalize("NFC", content.decode(encoding)), encoding="utf-8", newline=""
        )
        names = [
            "id",
            "name",
            "site_group",
            "kind",
            "province",
            "district",
            "commune",
            "account",
            "given",
            "state",
        ]
        read = f"read_csv('{utf8}', delim='{delimiter}', header=false, skip=1, names={names}, all_varchar=true)"
        con.execute(f"CREATE TABLE sites_{supplier.replace('-', '_')} AS FROM {read}")


def number(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = con.execute(sql).fetchone()
    assert row is not None
    return float(row[0])


S1 = "received_at >= DATE '2024-01-01' AND received_at < DATE '2024-06-01'"


@pytest.mark.parametrize(
    ("share", "of", "published"),
    [
        ("channel LIKE '2 %'", S1, 70.7),
        ("processed", S1, 96.4),
        ("payment SIMILAR TO '[12] .*'", f"{S1} AND fee > 0", 71.2),
        ("synced", S1, 54.8),
        ("papers AND result", S1.replace("received_at", "finished_at"), 77.1),
    ],
    ids=["S1-03", "S1-04", "S1-05", "S1-06", "S1-07"],
)
def test_rates_of_tam_ky_round_to_the_published_ones(
    con: duckdb.DuckDBPyConnection, share: str, of: str, published: float
) -> None:
    assert (
        round(
            number(
                con, f"SELECT 100.0 * count(*) FILTER ({share}) / count(*) FROM tam_ky WHERE {of}"
            ),
            1,
        )
        == published
    )


@pytest.mark.parametrize(
    "code", ["9.999901", "1.010910", "1.010912", "1.001456", "1.004222", "1.004194"]
)
def test_police_procedures_of_quang_nam_are_online(
    con: duckdb.DuckDBPyConnection, code: str
) -> None:
    online = "100.0 * count(*) FILTER (channel LIKE '2 %') / count(*)"
    rate = number(con, f"SELECT {online} FROM quang_nam WHERE procedure_code = '{code}'")
    assert rate == 100 if code.startswith("9.") else rate > 90


def test_dossiers_of_can_giuoc(con: duckdb.DuckDBPyConnection) -> None:
    counted = """
        SELECT count(*) FROM long_an JOIN (SELECT DISTINCT procedure_code, lead_agency FROM long_an_catalogue) USING (procedure_code)
        WHERE district = '807' AND received >= DATE '2024-01-01' AND received < DATE '2024-09-01' AND lead_agency {} 'Bộ Công an'"""
    assert 108_000 < number(con, counted.format("=")) < 108_100
    assert 18_900 < number(con, counted.format("<>")) < 19_000
    everything = "FROM long_an WHERE district = '807' AND received >= DATE '2024-01-01'"
    assert (
        number(
            con,
            f"SELECT 100.0 * count(*) FILTER (components_digitised = '1') / count(*) {everything}",
        )
        > 95
    )
    assert (
        number(
            con,
            f"SELECT 100.0 * count(*) FILTER (electronic_result = '1') / count(*) {everything} AND finished_at IS NOT NULL",
        )
        > 95
    )


def test_online_payment_of_ben_luc(con: duckdb.DuckDBPyConnection) -> None:
    rate = number(
        con,
        """SELECT 100.0 * count(*) FILTER (online_payment IN ('1', '2')) / count(*) FROM long_an
           WHERE district = '803' AND received >= DATE '2024-01-01' AND try_cast(fee_vnd AS BIGINT) > 0""",
    )
    assert 76 < rate < 77.5


@pytest.mark.parametrize(
    ("district", "published"), [("803", 14), ("807", 11)], ids=["S3-01", "S3-07"]
)
def test_essential_services_deployed(
    con: duckdb.DuckDBPyConnection, district: str, published: int
) -> None:
    assert published == number(
        con,
        f"""SELECT count(DISTINCT essential_no) FROM (
              SELECT essential_no FROM long_an_catalogue WHERE essential_list = 'QĐ06' AND deployed AND district = '{district}'
              UNION ALL
              SELECT essential_no FROM long_an JOIN long_an_catalogue c USING (procedure_code)
              WHERE long_an.district = '{district}' AND c.essential_list = 'QĐ06')""",
    )


@pytest.mark.parametrize(
    ("listed", "led", "size"), [("QĐ06", 11, 25), ("QĐ422", 1, 28)], ids=["S0-01a", "S0-01b"]
)
def test_essential_services_led_by_the_police(
    con: duckdb.DuckDBPyConnection, listed: str, led: int, size: int
) -> None:
    services = f"""FROM quang_nam_catalogue WHERE "Nhóm DVC thiết yếu" = '{listed}'"""
    assert number(con, f'SELECT count(DISTINCT "STT thiết yếu") {services}') == size
    assert (
        number(
            con,
            f"""SELECT count(DISTINCT "STT thiết yếu") {services} AND "Cơ quan chủ trì" = 'Bộ Công an'""",
        )
        == led
    )


@pytest.mark.parametrize(
    ("level", "service", "published"),
    [
        ("Huyện", "Toàn trình", 201),
        ("Huyện", "Một phần", 10),
        ("Xã", "Toàn trình", 67),
        ("Xã", "Một phần", 15),
    ],
)
def test_online_services_of_tam_ky(
    con: duckdb.DuckDBPyConnection, level: str, service: str, published: int
) -> None:
    mine = """("Quận/Huyện" IS NULL OR "Quận/Huyện" = 'Thành phố Tam Kỳ')"""
    sql = f"""SELECT count(*) FROM quang_nam_catalogue WHERE {mine} AND "Cấp thực hiện" = '{level}' AND "Mức độ DVC" = '{service}'"""
    assert number(con, sql) == published


def flow(
    con: duckdb.DuckDBPyConnection,
    table: str,
    event: str,
    district: str,
    until: str,
    where: str = "true",
) -> float:
    """Events in their own month, from January 2024 to the end of the month ``until``."""
    return number(
        con,
        f"""SELECT count(*) FROM {table} WHERE district = '{district}' AND {where}
            AND date_trunc('month', {event}) = month AND month <= DATE '{until}-01'""",
    )


def opening(
    con: duckdb.DuckDBPyConnection, indicator: str, district: str, breakdown: str = ""
) -> float:
    return number(
        con,
        f"SELECT sum(value) FROM opening WHERE indicator = '{indicator}' AND district = '{district}' AND breakdown = '{breakdown}'",
    )


TK = "Thành phố Tam Kỳ"


def test_flows_of_registrations(con: duckdb.DuckDBPyConnection) -> None:
    assert flow(con, "cards", "received_on", TK, "2024-05") == 2_222
    assert flow(con, "cards", "received_on", TK, "2024-05", "venue = 'Cơ sở tập trung'") == 240
    assert flow(con, "cards", "received_on", TK, "2024-05", "venue = 'Tại nhà'") == 14
    assert flow(con, "accounts", "received_on", TK, "2024-05", "level = '2'") == 4_099
    assert 6_400 < flow(con, "cards", "received_on", "803", "2024-08") < 6_450
    assert 8_200 < flow(con, "accounts", "received_on", "803", "2024-08") < 8_250
    assert (
        3_200 < flow(con, "cards", "received_on", "807", "2024-08", "product = 'Căn cước'") < 3_250
    )


def test_stocks_of_registrations(con: duckdb.DuckDBPyConnection) -> None:
    def stock(
        indicator: str,
        table: str,
        event: str,
        district: str,
        until: str,
        breakdown: str = "",
        where: str = "true",
    ) -> float:
        return opening(con, indicator, district, breakdown) + flow(
            con, table, event, district, until, where
        )

    assert stock("cccd.received_stock", "cards", "received_on", TK, "2024-05") == 92_471
    assert (
        stock(
            "eid.received_stock", "accounts", "received_on", TK, "2024-05", "level=2", "level = '2'"
        )
        == 56_681
    )
    assert 140_900 < stock("cccd.issued_stock", "cards", "issued_on", "803", "2024-08") < 141_000
    assert 91_600 < stock("eid.created_stock", "accounts", "created_on", "803", "2024-08") < 91_700
    cccd = ("product=CCCD", "product = 'CCCD'")
    assert (
        198_600
        < stock("cccd.received_stock", "cards", "received_on", "807", "2024-08", *cccd)
        < 198_700
    )
    assert (
        178_000
        < stock("cccd.handed_over_stock", "cards", "handed_over_on", "807", "2024-08", *cccd)
        < 178_100
    )
    assert (
        123_900 < stock("eid.received_stock", "accounts", "received_on", "807", "2024-08") < 124_000
    )
    assert (
        110_100
        < stock("eid.activated_stock", "accounts", "activated_on", "807", "2024-08")
        < 110_200
    )
    quang_nam = "SELECT sum(value) FROM opening WHERE breakdown = '' AND district SIMILAR TO '(Huyện|Thị|Thành).*' AND indicator = '{}'"
    assert number(con, quang_nam.format("cccd.issued_stock")) > 1_400_000
    assert 760_000 < number(con, quang_nam.format("eid.created_stock")) < 761_000


def test_first_issues_of_tam_ky_cover_its_people_at_the_end_of_may(
    con: duckdb.DuckDBPyConnection,
) -> None:
    issued = opening(con, "cccd.issued_stock", TK, "request_type=Cấp mới") + flow(
        con, "cards", "issued_on", TK, "2024-05", "request_type = 'Cấp mới'"
    )
    assert issued == number(
        con, f"""SELECT "Dân số từ 14 tuổi" FROM people WHERE "Quận/Huyện" = '{TK}'"""
    )


def test_balances_are_plausible(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing is issued that was not received, nothing activated that was not created; parts add
    up.
    """
    for more, less in (
        ("cccd.received_stock", "cccd.issued_stock"),
        ("cccd.issued_stock", "cccd.handed_over_stock"),
        ("eid.received_stock", "eid.created_stock"),
        ("eid.created_stock", "eid.activated_stock"),
    ):
        sql = f"""SELECT count(*) FROM opening a JOIN opening b USING (district, breakdown)
                  WHERE a.indicator = '{more}' AND b.indicator = '{less}' AND a.value < b.value"""
        assert number(con, sql) == 0, (more, less)
    parts = """SELECT count(*) FROM (
                 SELECT indicator, district, sum(value) FILTER (breakdown = '') AS whole,
                        sum(value) FILTER (breakdown SIMILAR TO '(product|level|site_group)=.*') AS parts
                 FROM opening GROUP BY ALL) WHERE whole <> parts"""
    assert number(con, parts) == 0


def test_lodging_register_of_quang_nam(con: duckdb.DuckDBPyConnection) -> None:
    counted = "SELECT count(*) FROM sites_quang_nam WHERE state = 'Hoạt động' AND site_group = '{}' AND {}"
    assert number(con, counted.format("Lưu trú", "true")) == 1_344
    assert number(con, counted.format("Lưu trú", "account = 'Có'")) == 1_273
    assert number(con, counted.format("Khám chữa bệnh", "account = 'Có'")) == 36
    online = """SELECT count(*) FROM lodging WHERE "Nhóm cơ sở" = 'Lưu trú' AND "Kênh" NOT IN ('ASM', 'Cổng DVC', 'VNeID')"""
    assert number(con, online) == 0


def test_health_sites_of_long_an_until_july(con: duckdb.DuckDBPyConnection) -> None:
    with_account = "FROM sites_long_an WHERE site_group = 'Khám chữa bệnh' AND state = 'Hoạt động' AND account = 'C'"
    assert number(con, f"SELECT count(*) {with_account}") == 50
    assert number(con, f"SELECT count(DISTINCT district) {with_account}") == 15
    notices = "FROM stays WHERE site_group = 'Khám chữa bệnh' AND status = 'Đã tiếp nhận' AND arrival_at < '2024-08-01'"
    assert number(con, f"SELECT count(DISTINCT establishment_id) {notices}") == 24
    assert (
        number(
            con,
            f"SELECT count(DISTINCT establishment_id) {notices} AND establishment_id IN (SELECT id {with_account})",
        )
        == 24
    )
    assert (
        24_900
        < number(
            con, f"SELECT count(DISTINCT (establishment_id, document_number, arrival_at)) {notices}"
        )
        < 25_000
    )
    assert (
        number(
            con,
            "SELECT sum(value) FROM opening WHERE indicator = 'asm.notices_stock' AND district SIMILAR TO '[0-9]+'",
        )
        == 0
    )
