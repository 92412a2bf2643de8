"""What the figures of a month and area rest on, source by source: the files in force, the rules
their rows broke, and the deliveries that are not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from de06_pipeline.areas.model import Area
from de06_pipeline.contracts.model import Message
from de06_pipeline.monthly.find_causes import Bears, bears_on, datasets_of
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.reports.places import supplier_report
from de06_pipeline.reports.why.page import BrokenRule, FileBehind, Overtaken, SourceBasis
from de06_pipeline.warehouse.deliveries.queries import (
    DeliverySummary,
    SourceFile,
    delivery_summaries,
    rule_results,
    rule_results_in_force,
    source_files,
)

_TITLES = {
    "q766": Message("Bộ chỉ số QĐ 766/QĐ-TTg", "Scorecard of QĐ 766/QĐ-TTg"),
    "quality": Message("Chất lượng dữ liệu gửi", "Quality of deliveries"),
}
"""Of sources that no dataset names."""
_OUT = {
    "refused": Message("bị từ chối ngày", "refused on"),
    # When the files were found missing is not recorded; when they had been delivered is.
    "missing": Message(
        "nay không còn tệp; đã ghi nhận ngày", "found missing since it was recorded on"
    ),
}


@dataclass(frozen=True)
class MonthBasis:
    """The basis of every area of a month; what areas share is read once.

    Attributes:
        root: from a page to the folder of all reports, with ``/`` at its end.
    """

    workspace: Workspace
    month: Month
    root: str

    def of(self, area: Area) -> tuple[SourceBasis, ...]:
        """What the figures of an area rest on, by source."""
        bears = bears_on(self.workspace, area, self.month)
        return tuple(self._source(name, bears) for name in self.workspace.registry.sources)

    def _source(self, source: str, bears: Bears) -> SourceBasis:
        registered = self.workspace.registry.sources[source]
        files = [file for file in self._files[source] if bears(file.supplier, file.month)]
        datasets = datasets_of(self.workspace, source)
        out = [
            summary
            for summary in self._deliveries
            if summary.status != "accepted"
            and summary.dataset in datasets
            and bears(summary.supplier, summary.month)
        ]
        overtaken = tuple(self._overtaken(summary) for summary in out)
        own = {(file.dataset, file.supplier) for file in files if file.month == self.month}
        told = own | {(summary.dataset, summary.supplier) for summary in out}
        titles = [
            self.workspace.contract(dataset).title
            for dataset in registered.datasets
            if dataset not in registered.reference_datasets
        ]
        return SourceBasis(
            source=source,
            title=_TITLES.get(source)
            or Message(
                "; ".join(title.vi for title in titles) or source,
                "; ".join(title.en for title in titles) or source,
            ),
            parts=tuple(registered.composed_of),
            files=tuple(map(_file, files)),
            broken=tuple(rule for key in sorted(own) for rule in self._broken(*key)),
            overtaken=overtaken,
            reports={key: link for key in told if (link := self._report(*key))},
        )

    @cached_property
    def _deliveries(self) -> tuple[DeliverySummary, ...]:
        return delivery_summaries(self.workspace.warehouse, [self.month])

    @cached_property
    def _files(self) -> dict[str, tuple[SourceFile, ...]]:
        return {
            name: source_files(self.workspace.warehouse, name, [self.month])
            for name in self.workspace.registry.sources
        }

    def _broken(self, dataset: str, supplier: str) -> Iterator[BrokenRule]:
        for rule in rule_results_in_force(self.workspace.warehouse, dataset, self.month, supplier):
            if not rule.success:
                yield BrokenRule(
                    dataset, supplier, rule.rule_id, rule.severity, rule.failed, rule.evaluated
                )

    def _overtaken(self, summary: DeliverySummary) -> Overtaken:
        rules = (
            tuple(
                rule.rule_id
                for rule in rule_results(self.workspace.warehouse, *summary.key)
                if not rule.success
            )
            if summary.status == "refused"
            else ()
        )
        return Overtaken(
            summary.dataset,
            summary.supplier,
            f"{vietnam_time(summary.recorded_at):%d/%m/%Y %H:%M}",
            _OUT[summary.status],
            summary.is_in_force,
            rules,
        )

    def _report(self, dataset: str, supplier: str) -> str:
        reports = self.workspace.settings.reports
        files = supplier_report(reports, dataset, self.month, supplier)
        return self.root + files.html.relative_to(reports).as_posix() if files.written else ""


def _file(file: SourceFile) -> FileBehind:
    return FileBehind(
        file.dataset,
        str(file.month),
        file.supplier,
        file.file_name,
        file.sha256,
        file.contract_version,
        f"{vietnam_time(file.received_at):%d/%m/%Y}",
        file.rows_read,
        file.rows_accepted,
    )
