"""What an ingest step tells the UI about its deliveries: counts, files and reasons.

File names and numbers only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.markdown import table

if TYPE_CHECKING:
    from de06_pipeline.defs.links import ReportLinks
    from de06_pipeline.monthly.ingest_month import MonthIngest


def landing(outcome: MonthIngest) -> dict[str, dg.MetadataValue]:
    """For the landing asset: what was found."""
    files = [(d.delivery.supplier, f.name, f.bytes) for d in outcome.deliveries for f in d.files]
    return {
        "suppliers": dg.MetadataValue.int(len(outcome.deliveries)),
        "files": dg.MetadataValue.int(len(files)),
        "bytes": dg.MetadataValue.int(sum(size for *_, size in files)),
        "found": dg.MetadataValue.md(
            table(("supplier", "file", "bytes"), files) if files else "nothing"
        ),
    }


def deliveries(outcome: MonthIngest, links: ReportLinks) -> dict[str, dg.MetadataValue]:
    """For the delivery asset: where the rows of each file went, and the SQL that parsed them."""
    rows = [
        (
            d.delivery.supplier,
            f.name,
            f.format,
            f.encoding,
            f.rows_read,
            f.rows_accepted,
            f.rows_quarantined,
            f.rows_superseded,
            f.rows_blank,
            len(f.unknown_columns),
            "refused" if d.refused else "accepted",
        )
        for d in outcome.deliveries
        for f in d.files
    ]
    header = (
        "supplier",
        "file",
        "format",
        "encoding",
        "read",
        "accepted",
        "quarantined",
        "superseded",
        "blank",
        "unknown columns",
        "delivery",
    )
    metadata: dict[str, dg.MetadataValue] = {
        "accounting": dg.MetadataValue.md(table(header, rows)),
        "dagster/row_count": dg.MetadataValue.int(
            sum(d.total("rows_read") for d in outcome.deliveries)
        ),
    }
    information = [
        (d.delivery.supplier, name, note.count, note.words.vi, note.words.en)
        for d in outcome.deliveries
        for name, note in d.information
    ]
    if information:
        metadata["information"] = dg.MetadataValue.md(
            table(("supplier", "file", "count", "thông tin", "information"), information)
        )
    for d, report in zip(outcome.deliveries, outcome.reports, strict=True):
        metadata[f"report {d.delivery.supplier}"] = links.value(report.html)
        metadata[f"findings {d.delivery.supplier}"] = links.value(report.csv)
    if outcome.reports:
        metadata |= links.machine()
    refusals = [
        (d.delivery.supplier, reason.vi, reason.en) for d in outcome.refused for reason in d.reasons
    ]
    if refusals:
        metadata["refused"] = dg.MetadataValue.md(table(("supplier", "lý do", "reason"), refusals))
    sql = next((d.sql for d in outcome.deliveries if d.sql), "")
    if sql:
        metadata["sql"] = dg.MetadataValue.md(f"```sql\n{sql}\n```")
    return metadata


def accepted(outcome: MonthIngest) -> dict[str, dg.MetadataValue]:
    """For the accepted asset: what stands for the month after this run."""
    rows = [(p.supplier, str(p.month), p.row_count, p.content_hash[:16]) for p in outcome.in_force]
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(p.row_count for p in outcome.in_force)),
        "in force": dg.MetadataValue.md(
            table(("supplier", "delivered for", "rows", "content"), rows) if rows else "nothing"
        ),
        "quarantined": dg.MetadataValue.int(
            sum(d.total("rows_quarantined") for d in outcome.deliveries)
        ),
        "warnings": dg.MetadataValue.int(sum(d.warnings for d in outcome.deliveries)),
        **_shares(outcome),
    }


def _shares(outcome: MonthIngest) -> dict[str, dg.MetadataValue]:
    """Numbers whose course over the months the UI draws; none where nothing was judged."""
    judged = sum(d.count.judged for d in outcome.deliveries)
    if not judged:
        return {}
    quarantined = sum(d.count.quarantined for d in outcome.deliveries)
    return {
        "rows read": dg.MetadataValue.int(sum(d.total("rows_read") for d in outcome.deliveries)),
        "quarantined %": dg.MetadataValue.float(100 * quarantined / judged),
        "suppliers refused": dg.MetadataValue.int(len(outcome.refused)),
    }


def reports(outcome: MonthIngest, links: ReportLinks) -> dict[str, dg.MetadataValue]:
    """For a check that failed: the reports on the deliveries in which something is to be corrected."""
    rows = [
        (d.delivery.supplier, report.html, report.csv)
        for d, report in zip(outcome.deliveries, outcome.reports, strict=True)
        if d.refused or d.total("rows_quarantined") or d.warnings
    ]
    return (
        {
            "reports": dg.MetadataValue.md(
                links.table(("supplier", "for people", "for Excel"), rows)
            ),
            **links.machine(),
        }
        if rows
        else {}
    )


def records_at_odds(outcome: MonthIngest, links: ReportLinks) -> dict[str, dg.MetadataValue]:
    """For the check of months against each other: where the records lie that do not fit, by file
    and row.
    """
    return {
        f"records {path.name.partition('.')[0]}": links.value(path)
        for path in outcome.records_at_odds
    }
