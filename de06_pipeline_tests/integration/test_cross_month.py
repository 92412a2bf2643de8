"""Open dossiers that are missing from the next month's delivery are counted by the check
cross_month, as a warning.
"""

from __future__ import annotations

import dagster as dg

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home


def _cross_month(home: Home, run_id: str) -> dg.AssetCheckEvaluation:
    return next(
        e
        for e in home.evaluations(run_id)
        if e.check_name == "cross_month" and e.asset_key.path[-1] == "dvc_dossiers"
    )


def test_open_dossiers_must_appear_again(home: Home) -> None:
    january = tiny_exports.rows("dvc_dossiers", "quang-nam", Month(2024, 1))
    still_open = [row for row in january if row["status"] in {"2", "4", "5", "6"}]
    february = tiny_exports.rows("dvc_dossiers", "quang-nam", Month(2024, 2))
    assert still_open
    home.deliver("dvc_dossiers", "2024-01", "quang-nam", january)
    home.deliver("dvc_dossiers", "2024-02", "quang-nam", february)
    first, second = home.run("2024-01", "2024-02", datasets=["dvc_dossiers"])
    assert _cross_month(home, first.run_id).passed
    evaluation = _cross_month(home, second.run_id)
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert f"{len(still_open)} records open at the end of 2024-01" in str(evaluation.metadata) + (
        evaluation.description or ""
    ) or (f"{len(still_open)} hồ sơ còn mở cuối tháng 2024-01" in str(evaluation.metadata))

    home.deliver("dvc_dossiers", "2024-02", "quang-nam", [*still_open, *february])
    (again,) = home.run("2024-02", datasets=["dvc_dossiers"])
    assert _cross_month(home, again.run_id).passed
