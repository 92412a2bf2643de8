"""What Great Expectations brings along, and what it does not."""

from __future__ import annotations

from de06_pipeline_tests.unit.test_late_imports import run


def test_great_expectations_is_imported_without_what_rules_do_not_need() -> None:
    heavy = ["altair.vegalite", "scipy.stats._stats_py", "s3transfer", "jsonschema.validators"]
    heavy += ["requests.sessions", "urllib3", "mistune.markdown"]
    heavy += ["botocore.client", "great_expectations.datasource.fluent.pandas_datasource"]
    heavy += ["great_expectations.expectations.core.expect_column_max_to_be_between"]
    code = (
        "import sys; from de06_pipeline.quality import gx; gx.load(); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert run(code) == "[]"
