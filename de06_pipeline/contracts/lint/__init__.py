"""Find the mistakes in contracts that a single value cannot show.

Run it as ``python -m de06_pipeline.contracts.lint data_contracts/sources``. Loading a contract
stays fast by checking little (:mod:`de06_pipeline.contracts.load`); here everything is checked, by
the standard's own schema first. Not here: the registry's check
(:mod:`de06_pipeline.indicators.check`).
"""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.contracts.lint.across import across_contracts
from de06_pipeline.contracts.lint.expressions import expression_findings
from de06_pipeline.contracts.lint.fields import field_findings
from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.lint.rules import rule_findings
from de06_pipeline.contracts.lint.standard import standard_findings
from de06_pipeline.contracts.lint.whole import whole_findings
from de06_pipeline.contracts.load import SUFFIX, load_contract
from de06_pipeline.errors import ContractError

__all__ = ["LintFinding", "lint"]


def lint(folder: Path) -> list[LintFinding]:
    """Everything that is wrong in the contracts of a folder, file by file; empty when all is well.

    A file that cannot be loaded has one finding, since the others would follow from it.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        return [
            LintFinding(
                "load",
                str(folder),
                0,
                f"holds no contract (*{SUFFIX}); name the folder data_contracts/sources",
            )
        ]
    findings: list[LintFinding] = []
    sources: list[ContractSource] = []
    for path in paths:
        try:
            sources.append(ContractSource(path, load_contract(path)))
        except ContractError as error:
            findings.append(LintFinding.of_error(path, error))
    for source in sources:
        findings += standard_findings(source)
        findings += whole_findings(source)
        findings += field_findings(source)
        findings += rule_findings(source)
        findings += expression_findings(source)
    return findings + across_contracts(sources)
