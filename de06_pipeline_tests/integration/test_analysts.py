"""What analysts read: the views for dashboards, the typed frame, the export, the notebook."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import insert, select, text

from de06_pipeline.analysis import figures
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.export_figures import write_export
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.reports.monthly.numbers import tone_of
from de06_pipeline.settings import REPOSITORY, Settings
from de06_pipeline.warehouse.rebased_schema import metadata
from de06_pipeline_tests.integration.reported_month import published_copy

pytest_plugins = ["de06_pipeline_tests.integration.postgres"]


@pytest.fixture(scope="module")
def workspace(
    published_months: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    workspace = published_copy(published_months, tmp_path_factory.mktemp("analysts"))
    workspace.create_warehouse()
    yield workspace
    workspace.warehouse.engine.dispose()


def rows(workspace: Workspace, query: str) -> list[dict[str, Any]]:
    with workspace.warehouse.reading() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def test_the_dashboard_judges_as_the_reports_do(workspace: Workspace) -> None:
    records = rows(workspace, "SELECT indicator_code, value, band FROM indicator_dashboard")
    assert {row["band"] for row in records} >= {"good", "fair", "low", None}
    for row in records:
        wanted = tone_of(workspace.registry.indicator(row["indicator_code"]), row["value"])
        assert row["band"] == (None if wanted == "none" else wanted), row


def test_every_total_in_force_is_on_the_dashboard_with_the_same_value(workspace: Workspace) -> None:
    both = rows(
        workspace,
        "SELECT m.value AS theirs, d.value AS ours, d.numerator, d.denominator, d.unit FROM indicator_monthly m "
        "LEFT JOIN indicator_dashboard d ON d.month = m.month AND d.time_window = m.time_window AND d.breakdown = m.breakdown "
        "AND d.indicator_code = m.indicator_code AND d.area_level = m.area_level "
        "AND d.area_code = COALESCE(m.commune_code, m.district_code, m.province_code, 'VN') "
        "WHERE m.period_type = 'month' AND m.status IN ('reported', 'reported_zero', 'partial')",
    )
    assert len(both) > 1000
    for row in both:
        assert row["ours"] == pytest.approx(row["theirs"])
        if row["unit"] in ("%", "day") and row["denominator"]:
            factor = 100 if row["unit"] == "%" else 1
            if row["numerator"] is not None and row["unit"] == "%":
                assert row["ours"] == pytest.approx(factor * row["numerator"] / row["denominator"])


def test_numerators_are_in_the_unit_shown(workspace: Workspace) -> None:
    (mean,) = rows(
        workspace,
        "SELECT value, numerator, denominator, unit_vi FROM indicator_dashboard WHERE indicator_code = 'dvc.processing_days_mean' "
        "AND month = '2024-03-01' AND area_code = '49' AND time_window = 'month' AND breakdown = ''",
    )
    assert mean["unit_vi"] == "ngày"
    assert mean["numerator"] / mean["denominator"] == pytest.approx(mean["value"])
    assert mean["numerator"] < 1000  # days, not seconds


def test_the_month_before_and_the_place_among_siblings(workspace: Workspace) -> None:
    records = rows(
        workspace,
        "SELECT area_code, value, value_month_before, change_on_month, rank_among_siblings, siblings_with_value "
        "FROM indicator_dashboard WHERE indicator_code = 'dvc.online_rate' AND month = '2024-03-01' AND time_window = 'month' "
        "AND breakdown = '' AND area_level = 'district' AND province_code = '49' AND value IS NOT NULL",
    )
    assert len(records) == 2
    for row in records:
        assert row["change_on_month"] == pytest.approx(row["value"] - row["value_month_before"])
        assert row["siblings_with_value"] == 2
        better = sum(other["value"] > row["value"] for other in records)
        assert row["rank_among_siblings"] == better + 1


def test_places_of_scores_go_by_the_share_of_what_could_be_measured(workspace: Workspace) -> None:
    """As `q766.rank` does: of two districts, the first one could have had ten times as many."""
    query = (
        "SELECT area_code, rank_among_siblings FROM indicator_dashboard "
        "WHERE indicator_code = 'q766.total' AND month = '2024-03-01' AND area_level = 'district' "
        "AND province_code = '49' AND value IS NOT NULL ORDER BY value DESC"
    )
    with workspace.warehouse.engine.connect() as connection:
        (first, place), *_ = connection.execute(text(query)).all()
        assert place == 1
        connection.execute(
            text(
                "UPDATE figure SET denominator = 10 * denominator WHERE series_id IN "
                "(SELECT series_id FROM series WHERE indicator_code = 'q766.total') "
                "AND area_id IN (SELECT area_id FROM dim_area WHERE level = 'district' AND code = :code)"
            ),
            {"code": first},
        )
        assert [place for _, place in connection.execute(text(query))] == [2, 1]
        connection.rollback()


def test_the_wide_view_has_a_row_an_area_and_month(workspace: Workspace) -> None:
    records = rows(workspace, "SELECT * FROM indicator_wide WHERE month = '2024-03-01'")
    assert len({row["area_code"] for row in records}) == len(records)
    (ours,) = (row for row in records if row["area_code"] == "49")
    (rate,) = rows(
        workspace,
        "SELECT value, denominator FROM indicator_monthly WHERE indicator_code = 'dvc.online_rate' AND month = '2024-03-01' "
        "AND province_code = '49' AND area_level = 'province' AND time_window = 'month' AND breakdown = '' AND period_type = 'month'",
    )
    assert ours["dvc_online_rate"] == pytest.approx(rate["value"])
    assert ours["dvc_online_rate_denominator"] == rate["denominator"]


def test_the_latest_view_is_the_newest_month_somebody_reported(workspace: Workspace) -> None:
    records = rows(
        workspace,
        "SELECT DISTINCT month FROM indicator_latest WHERE indicator_code = 'dvc.received' AND period_type = 'month'",
    )
    assert [str(row["month"]) for row in records] == ["2024-03-01"]


def test_the_frame_has_types(workspace: Workspace) -> None:
    frame = figures(
        ["dvc.online_rate"], "2024-02..2024-03", province="49", settings=workspace.settings
    )
    assert len(frame) > 4
    assert frame["month"].dtype.kind == "M"
    assert str(frame["value"].dtype) == "Float64"
    assert str(frame["rank_among_siblings"].dtype) == "Int64"
    assert isinstance(frame["area_code"].dtype, pd.CategoricalDtype)
    assert set(frame["province_code"]) == {"49"}
    assert frame["is_additive"].dtype == bool
    known = frame.dropna(subset=["value"])
    assert (known["value"] - 100 * known["numerator"] / known["denominator"]).abs().max() < 1e-9


def test_a_text_where_a_list_is_asked_for_is_told(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"\['dvc.received'\]"):
        figures("dvc.received", settings=workspace.settings)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_an_export_describes_itself(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    frame = figures(months="2024-03", province="49", settings=workspace.settings)
    written = write_export(tmp_path, frame, kind, "2024-03")
    package = json.loads(written.package.read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    assert resource["path"] == f"figures.{kind}"
    assert resource["bytes"] == written.data.stat().st_size
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert set(fields) == set(frame.columns)
    assert fields["value"]["type"] == "number"
    assert fields["month"]["type"] == "date"
    assert fields["computed_at"]["type"] == "datetime"
    published = frame["computed_at"].iloc[0].replace(microsecond=0)
    assert all(field["description"] for field in fields.values())
    if kind == "csv":
        read = pd.read_csv(written.data, dtype={"area_code": str}, encoding="utf-8-sig")
        assert read["month"].iloc[0] == "2024-03-01"
        assert read["computed_at"].iloc[0] == published.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif kind == "parquet":
        read = pd.read_parquet(written.data)
    else:
        sheet = openpyxl.load_workbook(written.data)["figures"]
        assert sheet.freeze_panes == "A2"
        formats = {
            head.value: cell.number_format for head, cell in zip(sheet[1], sheet[2], strict=True)
        }
        assert (formats["month"], formats["computed_at"]) == ("dd/mm/yyyy", "dd/mm/yyyy hh:mm")
        read = pd.read_excel(written.data, engine="openpyxl", dtype={"area_code": str})
    assert len(read) == len(frame)
    assert read["value"].sum() == pytest.approx(float(frame["value"].sum()))


def test_the_notebook_makes_its_three_charts(workspace: Workspace) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(REPOSITORY / "notebooks" / "figures.ipynb", as_version=4)
    settings = {
        "DE06_HOME": str(workspace.settings.home),
        "DE06_WAREHOUSE_URL": workspace.settings.warehouse_url,
    }
    with patch.dict(os.environ, settings):
        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    charts = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    ]
    assert len(charts) == 3


@pytest.mark.postgres
def test_views_and_comments_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, warehouse_url=postgres_url)
    workspace = Workspace(settings)
    workspace.create_warehouse()
    for view in ("indicator_latest", "indicator_dashboard", "indicator_wide"):
        assert rows(workspace, f"SELECT * FROM {view}") == []
    silent = rows(
        workspace,
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
        "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema() "
        "WHERE c.relkind IN ('r', 'v') AND NOT a.attisdropped "
        "AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)",
    )
    assert silent == []
    (value,) = rows(
        workspace,
        "SELECT format_type(a.atttypid, a.atttypmod) AS kind FROM pg_attribute a "
        "WHERE a.attrelid = 'indicator_dashboard'::regclass AND a.attname = 'value'",
    )
    assert value["kind"] == "double precision"
    types = rows(
        workspace,
        "SELECT DISTINCT column_name AS name, data_type = 'text' AS is_text FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name IN (SELECT viewname FROM pg_views)",
    )
    texts = {column["name"] for column in types if column["is_text"]}
    assert texts & {column["name"] for column in types if not column["is_text"]} == set()
    page = (REPOSITORY / "docs/reference/warehouse.md").read_text("utf-8").split("\n## Tables\n")[0]
    stated = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", page, re.MULTILINE))
    assert {name for name, kind in stated.items() if kind == "text"} == texts
    assert stated["value"] == "number"
    assert figures(settings=settings, months="2024-03").empty
    workspace.warehouse.close()


def _statements() -> list[str]:
    """The SQL of docs/analysts.md, statement by statement, without comments."""
    page = (REPOSITORY / "docs" / "analysts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sql\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line.partition("--")[0] for line in "".join(blocks).splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def _of_march(statement: str) -> str:
    """For the month that there is in the tests; the page speaks of the demo's June."""
    return statement.replace("2024-06-01", "2024-03-01")


def test_every_statement_of_the_page_runs_as_written_and_finds_something(
    workspace: Workspace,
) -> None:
    statements = _statements()
    assert len(statements) >= 4
    for statement in statements:
        rows(workspace, statement)
        assert rows(workspace, _of_march(statement)), statement


@pytest.mark.postgres
def test_every_statement_of_the_page_answers_the_same_on_postgresql(
    workspace: Workspace, postgres_url: str, tmp_path: Path
) -> None:
    other = Workspace(Settings(home=tmp_path, warehouse_url=postgres_url))
    other.create_warehouse()
    tables = metadata.sorted_tables
    with workspace.warehouse.reading() as source, other.warehouse.writing() as target:
        for table in reversed(tables):
            target.execute(table.delete())
        for table in tables:
            stored = [dict(row) for row in source.execute(select(table)).mappings()]
            if stored:
                target.execute(insert(table), stored)
    for statement in _statements():
        rows(other, statement)
        ours, theirs = (rows(each, _of_march(statement)) for each in (workspace, other))
        assert [_plain(row) for row in theirs] == [_plain(row) for row in ours], statement
    other.warehouse.close()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Dates as text and numbers to nine digits: SQLite has no dates and adds up in another order."""
    return {
        name: f"{float(value):.9g}"
        if isinstance(value, int | float) or hasattr(value, "as_tuple")
        else str(value)
        for name, value in row.items()
    }
