"""The Open Data Contract Standard's own model and JSON schema."""

from __future__ import annotations

import json
from importlib.resources import files

from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding


def standard_findings(source: ContractSource) -> list[LintFinding]:
    import jsonschema  # type: ignore[import-untyped]
    import pydantic
    from open_data_contract_standard.model import OpenDataContractStandard

    schema = json.loads(
        files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    )
    findings = [
        source.finding(
            "odcs-schema", f"is not ODCS: {error.message[:200]}", None, *error.absolute_path
        )
        for error in jsonschema.Draft201909Validator(schema).iter_errors(source.file.values)
    ]
    try:
        OpenDataContractStandard(**source.file.values)
    except pydantic.ValidationError as error:
        findings += [
            source.finding("odcs-model", f"is not ODCS: {problem['msg']}", None, *problem["loc"])
            for problem in error.errors(include_url=False, include_input=False)
        ]
    return findings
