"""The registry: what it must hold, what it refuses, and that an indicator is one entry."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlglot

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.cells.compile import cells_sql, lookup_sql
from de06_pipeline.indicators.check import check_registry
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.explain import explain
from de06_pipeline.indicators.rollup.medians import MIDDLE, median_sql
from de06_pipeline.periods import Month
from de06_pipeline.registry.breakdowns import breakdown_text, breakdown_values
from de06_pipeline.registry.dimension import dim_rows
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Kind, Window
from de06_pipeline_tests.unit.indicators_kit import (
    CONTRACTS,
    DATA,
    QUANG_NAM,
    REFERENCE,
    REGISTRY,
    TAM_KY,
    World,
    day,
    dossier,
    numbers,
    registry_with,
)

MONTH = Month(2024, 6)

CODES = [
    "dvc.received",
    "dvc.carried_over",
    "dvc.finished",
    "dvc.pending",
    "dvc.received_online",
    "dvc.received_counter",
    "dvc.received_post",
    "dvc.finished_early",
    "dvc.finished_on_time",
    "dvc.finished_overdue",
    "dvc.pending_in_time",
    "dvc.pending_overdue",
    "dvc.no_due_date",
    "dvc.not_accepted",
    "dvc.online_rate",
    "dvc.online_rate_of_online_services",
    "dvc.online_rate_of_full_services",
    "dvc.processed_online_rate",
    "dvc.online_payment_rate",
    "dvc.sync_rate",
    "dvc.digitised_input_rate",
    "dvc.digitised_output_rate",
    "dvc.digitised_rate",
    "dvc.data_reused_rate",
    "dvc.on_time_rate",
    "dvc.processing_days_mean",
    "dvc.processing_days_median",
    "dvc.services",
    "dvc.essential_led_by_police",
    "dvc.essential_deployed",
    "asm.establishments",
    "asm.accounts",
    "asm.account_rate",
    "asm.reporting_rate",
    "asm.districts_deployed",
    "asm.notices",
    "asm.notices_stock",
    "asm.notice_online_rate",
    "asm.on_time_rate",
    "asm.notices_timeliness",
    "asm.guest_nights",
    "cccd.received",
    "cccd.issued",
    "cccd.handed_over",
    "cccd.received_stock",
    "cccd.issued_stock",
    "cccd.handed_over_stock",
    "cccd.handover_rate",
    "cccd.coverage",
    "cccd.processing_days",
    "cccd.within_limit_rate",
    "eid.received",
    "eid.created",
    "eid.activated",
    "eid.received_stock",
    "eid.created_stock",
    "eid.activated_stock",
    "eid.activation_rate",
    "eid.coverage",
    "civil_status.digitised_rate",
    "land.parcels_digitised",
    "land.parcels_surveyed_rate",
    "health.qr_reader_rate",
    "health.cccd_site_rate",
    "health.cccd_use_rate",
    "health.record_on_vneid",
    "social.cashless_rate",
    "education.cashless_school_rate",
    "tax.code_synced_rate",
    "population_data.cleaned",
    "criminal_record.digitised_rate",
    "labour.digitised_rate",
    "models.planned",
    "models.deployed",
    "crime_report.vneid",
    "budget.allocated",
    "q766.published_score",
    "q766.national_rank",
    "feedback.on_time_rate",
    "feedback.satisfaction_rate",
    "procedure.published_on_time_rate",
    "procedure.complete_rate",
    "q766.published_on_time",
    "q766.content_complete",
    "q766.sync",
    "q766.on_time",
    "q766.online_services",
    "q766.online_payment",
    "q766.electronic_result",
    "q766.digitised",
    "q766.data_reused",
    "q766.feedback_on_time",
    "q766.feedback_satisfaction",
    "q766.total",
    "q766.measurable_points",
    "q766.band",
    "q766.rank",
    "quality.delivery_rate",
    "quality.on_time_delivery_rate",
    "quality.acceptance_rate",
    "quality.rule_failures",
]

# Breakdowns and windows in which offices have published figures.
PUBLISHED = [
    ("dvc.received", "agency_group", Window.YTD),
    ("dvc.online_rate", "procedure", Window.MONTH),
    ("dvc.online_payment_rate", "", Window.YTD),
    ("dvc.services", "agency_level;service_level", Window.MONTH),
    ("dvc.essential_led_by_police", "essential_list", Window.MONTH),
    ("dvc.essential_deployed", "essential_list", Window.YTD),
    ("asm.account_rate", "site_group", Window.MONTH),
    ("asm.districts_deployed", "site_group", Window.MONTH),
    ("asm.reporting_rate", "site_group", Window.MONTH),
    ("asm.notices_stock", "site_group", Window.STOCK),
    ("cccd.received", "venue", Window.YTD),
    ("cccd.received_stock", "product", Window.STOCK),
    ("cccd.handed_over_stock", "product", Window.STOCK),
    ("eid.received", "level", Window.YTD),
    ("eid.received_stock", "level", Window.STOCK),
    ("land.parcels_surveyed_rate", "phase", Window.MONTH),
    ("population_data.cleaned", "group", Window.MONTH),
    ("budget.allocated", "level", Window.MONTH),
]


def test_every_indicator_of_the_catalogue_has_an_entry() -> None:
    assert sorted(indicator.code for indicator in REGISTRY) == sorted(CODES)


@pytest.mark.parametrize(("code", "breakdown", "window"), PUBLISHED)
def test_what_offices_publish_can_be_computed(code: str, breakdown: str, window: Window) -> None:
    indicator = REGISTRY.indicator(code)
    assert window in indicator.windows
    assert breakdown == "" or breakdown in indicator.breakdowns_in(window)


def test_states_have_longer_windows_only_where_they_are_carried_from_month_to_month() -> None:
    longer = {Window.QUARTER, Window.YTD}
    for code in ("asm.accounts", "asm.account_rate", "dvc.services", "dvc.no_due_date"):
        assert not longer & set(REGISTRY.indicator(code).windows)
    for code in ("dvc.carried_over", "dvc.pending", "dvc.pending_in_time", "dvc.on_time_rate"):
        assert longer <= set(REGISTRY.indicator(code).windows)


def test_opening_balances_may_have_the_breakdowns_of_the_stocks_and_no_others() -> None:
    labels = Labels(CONTRACTS, REFERENCE)
    expected = set()
    for source in REGISTRY.sources.values():
        for stock in (each for each in source.indicators.values() if each.kind is Kind.STOCK):
            cells = source.cells[stock.cells]
            for dimension in (each for each in cells.dimensions if each.name in stock.breakdowns):
                dataset = cells.rows.dataset
                [field] = (each for each in CONTRACTS[dataset].fields if each.name == dimension.sql)
                for value in field.enum:
                    [label] = labels.of_value(dimension, dataset, str(value.value))
                    expected.add((stock.code, breakdown_text({dimension.label: label})))
    fields = {field.name: field for field in CONTRACTS["opening_balances"].fields}
    known = fields["is_breakdown_known"].transform
    named = sorted(set(re.findall("'([a-z_]+=[^']+)'", known)) | {text for _, text in expected})
    query = f"""
        SELECT indicator_code, breakdown FROM
          (SELECT unnest({sorted({code for code, _ in expected})}) AS indicator_code),
          (SELECT unnest({named}) AS breakdown)
        WHERE {known}"""
    assert set(duckdb.sql(query).fetchall()) == expected


def test_every_formula_means_something_over_the_contracts() -> None:
    check_registry(REGISTRY, CONTRACTS)


def test_every_query_can_be_moved_to_another_engine() -> None:
    queries = [
        median_sql(
            f"SELECT 'country' AS level, 1 AS area_id, '' AS breakdown, {MIDDLE} AS middle, 1 AS total FROM base",
            "dvc.x",
        )
    ]
    for source in REGISTRY.sources.values():
        queries += [
            cells_sql(cells, source.measures_of(name), MONTH)
            for name, cells in source.cells.items()
        ]
        queries += [lookup_sql(lookup) for lookup in source.lookups.values()]
    assert len(queries) > 15
    for query in queries:
        for engine in ("spark", "postgres"):
            assert sqlglot.transpile(
                query, read="duckdb", write=engine, unsupported_level=sqlglot.ErrorLevel.RAISE
            )


def test_reading_the_registry_loads_no_heavy_library() -> None:
    code = (
        "import sys; from de06_pipeline.registry.load import load_registry; import de06_pipeline.indicators.compute; "
        f"load_registry({str(DATA / 'indicators')!r}); "
        "print([name for name in ('sqlglot', 'pyarrow', 'pandas', 'great_expectations', 'dagster') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DATA.parent
    )
    assert ended.stdout.strip() == "[]"


NEW_ENTRY = """  - code: dvc.free_of_charge
    name_vi: Hồ sơ không thu phí
    name_en: Dossiers free of charge
    kind: count
    count: is_received and coalesce(fee_vnd, 0) = 0
    breakdowns: [agency_level]

identities:
"""


def test_an_indicator_is_one_entry(tmp_path: Path) -> None:
    path = registry_with(tmp_path, "dvc", "\nidentities:\n", "\n" + NEW_ENTRY)
    registry = load_registry(path.parent)
    check_registry(registry, CONTRACTS)
    world = World(tmp_path, "dvc", registry=registry)
    world.deliver(
        "dvc_dossiers",
        "2024-06",
        [dossier("2024-06-03"), dossier("2024-06-04"), dossier("2024-06-05", fee_vnd=20_000)],
    )
    figures = world.figures()
    assert numbers(figures, "dvc.free_of_charge", TAM_KY, "2024-06") == (2, None, "reported")
    assert numbers(figures, "dvc.free_of_charge", QUANG_NAM, "2024-06", "agency_level=Huyện") == (
        2,
        None,
        "reported",
    )
    assert registry.version != REGISTRY.version


def test_a_source_is_one_file(tmp_path: Path) -> None:
    text = (
        (DATA / "indicators" / "eid.yaml")
        .read_text(encoding="utf-8")
        .replace("source: eid", "source: vneid")
        .replace("eid.", "vneid.")
    )
    (tmp_path / "vneid.yaml").write_text(text, encoding="utf-8")
    registry = load_registry(tmp_path)
    world = World(tmp_path, "vneid", registry=registry)
    row = {
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "level": 2,
        "received_on": day("2024-06-03"),
    }
    world.deliver("eid_accounts", "2024-06", [row])
    assert numbers(world.figures(), "vneid.received", TAM_KY, "2024-06", "level=2") == (
        1,
        None,
        "reported",
    )


BROKEN = [
    (
        "count: is_received\n    breakdowns: [agency_level, agency_group, service_level, sector, procedure]",
        "count: is_recieved",
        "did you mean 'is_received'",
    ),
    ("count: is_received and channel = 3", "count: is_received and", "is not an SQL expression"),
    (
        "count: is_received and channel = 3",
        "count: is_received; drop table x",
        "exactly one expression",
    ),
    ("count: is_received and channel = 3", "count: channel", "gives SMALLINT, not true or false"),
    ("count: is_received and channel = 3", "count: count(channel) = 3", "aggregate"),
    ("count: is_received and channel = 3", "count: channel in (select 3)", "not allowed"),
    ("count: is_received and channel = 3", "count: cast(channel as varchar) = '3'", "cast"),
    (
        "count: is_received and channel = 3",
        "count: regexp_matches(sector, 'x')",
        "allowed functions are",
    ),
    ("count: is_received and channel = 3", "count: is_received and channel / 2 = 1", "not allowed"),
    (
        "count: is_received and channel = 3",
        "count: dvc_dossiers.channel = 3",
        "without a table name",
    ),
    ("is_online: channel = 2", "is_online: is_of_online_service", None),
    ("is_fee_bearing: fee_vnd > 0", "is_fee_bearing: not is_fee_bearing", "made from itself"),
    ("is_fee_bearing: fee_vnd > 0", "status: fee_vnd > 0", "has the name of a field"),
    ("    key: procedure_code", "    key: procedure_kode", "did you mean 'procedure_code'"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_a_broken_formula_is_named_with_file_line_and_entry(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    path = registry_with(tmp_path, "dvc", old, new)
    registry = load_registry(path.parent)
    if message is None:
        check_registry(registry, CONTRACTS)
        return
    with pytest.raises(ContractError) as caught:
        check_registry(registry, CONTRACTS)
    before, _, _ = (DATA / "indicators" / "dvc.yaml").read_text(encoding="utf-8").partition(old)
    line = before.count("\n") + 1
    first = str(caught.value).splitlines()
    assert any(
        finding.startswith(f"{path}:{line}: ") and message in finding for finding in first
    ), str(caught.value)


MISTAKEN = [
    (
        "    direction: higher\n    target: 50\n"
        '    target_source: "QĐ 766/QĐ-TTg, mục 3.3: đủ điểm từ 50 %"\n'
        "    thresholds: [30, 50, 80]\n  - code: dvc.online_rate_of_online",
        "    directoin: higher\n  - code: dvc.online_rate_of_online",
        "'directoin' is not known here",
    ),
    (
        "count: is_pending\n",
        "count: is_pending\n    kindd: x\n",
        "'kindd' is not known here, in an entry of 'indicators';",
    ),
    (
        "forms:\n",
        "forms:\n  - kind: count\n",
        "'kind' is not known here, in an entry of 'forms';",
    ),
    (
        "numerator: [dvc.finished_early, dvc.finished_on_time, dvc.pending_in_time]",
        "numerator: [dvc.finished_soon]",
        "'dvc.finished_soon' is not a count above",
    ),
    ("- code: dvc.not_accepted", "- code: dvc.received", "is taken"),
    ("- code: dvc.not_accepted", "- code: Not accepted", "the code 'Not accepted' must be"),
    (
        "count: is_not_accepted\n    breakdowns: [agency_level]",
        "count: is_not_accepted\n    breakdowns: [venue]",
        "no dimension 'venue'",
    ),
    (
        "  - code: dvc.no_due_date\n",
        "  - code: dvc.no_due_date\n    levels: [ward]\n",
        "'ward' is not a level",
    ),
    (
        "  processing_times:\n    rows: dossiers",
        "  processing_times:\n    rows: dosiers",
        "there are no rows 'dosiers'",
    ),
    (
        "    over_time: none\n    windows: [month]",
        "    over_time: never\n    windows: [month]",
        "'over_time' must be one of",
    ),
    (
        "right: [dvc.finished, dvc.pending]",
        "right: [dvc.finished, dvc.open]",
        "there is no indicator 'dvc.open'",
    ),
    (
        "method: catalogue_services\n    datasets: [dvc_procedures]",
        "method: catalogue_services\n    datasets: []",
        "a method needs 'datasets'",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKEN)
def test_a_mistaken_entry_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = registry_with(tmp_path, "dvc", old, new)
    with pytest.raises(ContractError, match=rf"dvc\.yaml:\d+: .*{message}"):
        load_registry(path.parent)


def test_rows_for_people() -> None:
    rows = {row["code"]: row for row in dim_rows(REGISTRY)}
    assert list(rows) == sorted(CODES)
    rate, mean, median, count = (
        rows[f"dvc.{name}"]
        for name in ("on_time_rate", "processing_days_mean", "processing_days_median", "received")
    )
    assert (rate["value_multiplier"], rate["value_divisor"], rate["is_quotient"]) == (100, 1, True)
    assert (mean["value_multiplier"], mean["value_divisor"], mean["is_quotient"]) == (
        1,
        86400,
        True,
    )
    assert (median["value_multiplier"], median["value_divisor"], median["is_quotient"]) == (
        1,
        86400,
        False,
    )
    assert (count["value_multiplier"], count["value_divisor"], count["is_quotient"]) == (
        1,
        1,
        False,
    )
    assert (
        rate["formula"]
        == "(dvc.finished_early + dvc.finished_on_time + dvc.pending_in_time) / (dvc.received + dvc.carried_over)"
    )
    assert all(row["legal_basis"] and row["name_vi"] and row["formula"] for row in rows.values())


def test_an_explanation_holds_the_conditions_a_formula_rests_on() -> None:
    explanation = explain(REGISTRY.sources["dvc"], "dvc.received_online", MONTH)
    assert list(explanation.conditions) == ["is_alive", "is_received", "is_online"]
    assert "TIMESTAMP" in explanation.sql["dossiers"]
    assert set(explain(REGISTRY.sources["cccd"], "cccd.handover_rate", MONTH).sql) == {
        "handed_over_by_day",
        "received_by_day",
    }
    assert explain(REGISTRY.sources["dvc"], "dvc.services", MONTH).sql == {}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, ""),
        ({"channel": "ASM"}, "channel=ASM"),
        (
            {"service_level": "Toàn trình", "agency_level": "Huyện"},
            "agency_level=Huyện;service_level=Toàn trình",
        ),
        ({"sector": "a;b=c\\d"}, "sector=a\\;b\\=c\\\\d"),
    ],
)
def test_the_text_of_a_breakdown_can_be_taken_apart_again(
    values: dict[str, str], text: str
) -> None:
    assert breakdown_text(values) == text
    assert breakdown_values(text) == values
