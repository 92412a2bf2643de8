"""The check of published figures: are they believable?

Never blocks; what it finds is for a person to judge.
"""

from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.keys import figures_key
from de06_pipeline.defs.partitions import MONTHS

if TYPE_CHECKING:
    from de06_pipeline.monthly.check_plausibility import Plausibility

NAME = "plausibility"
_ROWS_SHOWN = 200


def plausibility_spec(source: str) -> dg.AssetCheckSpec:
    """The check on a source's published figures."""
    return dg.AssetCheckSpec(
        NAME,
        asset=figures_key(source),
        blocking=False,
        partitions_def=MONTHS,
        description=(
            "Figures agree with each other and with their own past (data_contracts/plausibility.yaml), or a review has found them right "
            "(data_contracts/reference/accepted_outliers.csv)."
        ),
    )


def plausibility_result(source: str, outcome: "Plausibility") -> dg.AssetCheckResult:
    """What stands about the month, findings that are still open first."""
    findings = sorted(outcome.findings, key=lambda f: f.accepted_by is not None)
    lines = ["| quy tắc | thông báo | message | đã xem xét |", "|---|---|---|---|"]
    for finding in findings[:_ROWS_SHOWN]:
        review = (
            f"{finding.accepted_by}, {finding.accepted_on}: {finding.reason}"
            if finding.accepted_by
            else "–"
        )
        lines.append(
            "| "
            + " | ".join(
                text.replace("|", "\\|")
                for text in (finding.rule_id, finding.message.vi, finding.message.en, review)
            )
            + " |"
        )
    if len(findings) > _ROWS_SHOWN:
        lines.append(f"\n… {len(findings) - _ROWS_SHOWN}: table `plausibility_finding`.")
    accepted = len(findings) - len(outcome.open)
    return dg.AssetCheckResult(
        asset_key=figures_key(source),
        check_name=NAME,
        passed=not outcome.open,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"{len(outcome.open)} số liệu cần xem lại, {accepted} đã được chấp nhận.\n\n"
            f"{len(outcome.open)} figures to look at, {accepted} reviewed and accepted."
        ),
        metadata={
            "rules": outcome.rules,
            "findings": dg.MetadataValue.md("\n".join(lines) if findings else "–"),
            "open in later months": outcome.other_months,
        },
    )
