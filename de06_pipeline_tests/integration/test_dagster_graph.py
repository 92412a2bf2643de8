"""The graph as people see it in the UI, held in a snapshot: a change of it is a visible difference
to review.

After a change that is meant: ``pytest de06_pipeline_tests/integration/test_dagster_graph.py
--snapshot-update``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import dagster as dg
import pytest

from de06_pipeline.definitions import defs
from de06_pipeline.quality.checks import CHECKS

GRAPH = defs.resolve_asset_graph()
REPOSITORY = defs.get_repository_def()


def _asset(key: dg.AssetKey) -> dict[str, Any]:
    node = GRAPH.get(key)
    return {
        "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
        "group": node.group_name,
        "kinds": sorted(node.kinds),
        "owners": sorted(node.owners),
        "partitions": type(node.partitions_def).__name__ if node.partitions_def else None,
        "is_external": node.is_external,
        "checks": sorted(check.name for check in node.check_keys),
    }


def test_assets(snapshot: Any) -> None:
    assert {
        key.to_user_string(): _asset(key) for key in sorted(GRAPH.get_all_asset_keys())
    } == snapshot


def test_checks_block_as_documented(snapshot: Any) -> None:
    checks = {
        check.to_user_string(): GRAPH.get_check_spec(check).blocking
        for check in GRAPH.asset_check_keys
    }
    assert dict(sorted(checks.items())) == snapshot


def test_schedules_and_sensors(snapshot: Any) -> None:
    schedules = {
        s.name: (s.job_name, s.cron_schedule, s.execution_timezone, s.default_status.value)
        for s in REPOSITORY.schedule_defs
    }
    sensors = {
        s.name: (s.sensor_type.value, s.default_status.value) for s in REPOSITORY.sensor_defs
    }
    assert {"schedules": schedules, "sensors": sensors} == snapshot


@pytest.mark.parametrize("name", ["monthly", "standing", "published"])
def test_jobs(name: str, snapshot: Any) -> None:
    job = defs.resolve_job_def(name)
    assert {
        "assets": sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys),
        "checks": len(job.asset_layer.asset_graph.asset_check_keys),
        "partitions": type(job.partitions_def).__name__ if job.partitions_def else None,
    } == snapshot


def test_months_are_calendar_months_of_vietnam_from_the_first_one() -> None:
    partitions = GRAPH.get(dg.AssetKey(["accepted", "eid_accounts"])).partitions_def
    assert isinstance(partitions, dg.TimeWindowPartitionsDefinition)
    assert partitions.get_first_partition_key() == "2022-01-01"
    window = partitions.time_window_for_partition_key("2024-06-01")
    assert window.start.isoformat() == "2024-06-01T00:00:00+07:00"
    assert window.end.isoformat() == "2024-07-01T00:00:00+07:00"


def test_every_dataset_has_every_check_on_its_accepted_rows_by_month() -> None:
    for key in GRAPH.get_all_asset_keys():
        if key.path[0] == "accepted":
            specs = [GRAPH.get_check_spec(check) for check in GRAPH.get(key).check_keys]
            assert {(spec.name, spec.blocking) for spec in specs} == {
                (check.name, check.blocking) for check in CHECKS
            }
            assert all(spec.partitions_def is not None for spec in specs)


def test_definitions_load_without_the_heavy_libraries() -> None:
    """The UI and the schedule load definitions in processes of their own, again and again."""
    code = (
        "import sys, de06_pipeline.definitions\n"
        "heavy = {'pandas', 'great_expectations', 'pyarrow', 'duckdb', 'sqlalchemy'}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout.strip() == "[]"
