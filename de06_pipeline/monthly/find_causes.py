"""Why a publication gave other figures than the one before: new files, another contract, another
registry or program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.contracts.model import Message
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import OPENING_BALANCES, POPULATION
from de06_pipeline.warehouse.deliveries.attempts import (
    Attempt,
    attempt_before,
    attempts_between,
    withdrawn,
)
from de06_pipeline.warehouse.figures.revised import PublicationFacts
from de06_pipeline.warehouse.store import Warehouse

Bears = Callable[[str, Month], bool]
"""Whether what a supplier delivered for a month has a part in a figure."""

NOT_RECORDED = Message("không ghi lại được nguyên nhân", "the cause was not recorded")
_NAMES_SHOWN = 3


def bears_on(workspace: Workspace, area: Area, month: Month) -> Bears:
    """Which suppliers have a part in the figures of an area in force in ``month``: of the country
    all, else those that cover its province or, in months before, a province that has since become part of it.

    A supplier that is no longer listed, and a province whose successor is not known, are taken for
    one that has.
    """
    if area.level is Level.COUNTRY:
        return everyone
    areas, suppliers = workspace.areas, workspace.suppliers
    home = areas.province_of(area.area_id, month)

    def bears(name: str, delivered: Month) -> bool:
        supplier = suppliers.get(name, delivered)
        if supplier is None or home is None or supplier.is_national:
            return True
        for province in areas.in_force(Level.PROVINCE, delivered):
            if supplier.covers(province.area_id):
                now = areas.successor_in(province.area_id, month)
                if now is None or now.area_id == home.area_id:
                    return True
        return False

    return bears


def everyone(supplier: str, month: Month) -> bool:
    """Of the country's figures every supplier has a part."""
    return True


def datasets_of(workspace: Workspace, source: str) -> frozenset[str]:
    """The datasets that a source's figures are made from, directly or through the sources that they
    are composed of.
    """
    sources = workspace.registry.sources
    own = sources[source]
    parts = [sources[part] for part in own.composed_of]
    if own.of_deliveries:
        return frozenset(workspace.contracts)
    return frozenset(own.datasets).union(*(part.datasets for part in parts))


def causes(
    workspace: Workspace,
    published: Sequence[PublicationFacts],
    before: datetime,
    after: datetime,
    month: Month,
    bears: Bears = everyone,
) -> tuple[Message, ...]:
    """What changed between two publications of a month's figures.

    Args:
        published: the source's publications, oldest first.
        before, after: when the two were computed.
        bears: only deliveries of suppliers that have a part in the figures are named.
    """
    by_time = {publication.computed_at: publication for publication in published}
    old, new = by_time[before], by_time[after]
    reasons = [
        *_deliveries(workspace, published, old, new, month, bears),
        *_versions(old, new),
    ]
    return tuple(reasons) or (NOT_RECORDED,)


def _deliveries(
    workspace: Workspace,
    published: Sequence[PublicationFacts],
    old: PublicationFacts,
    new: PublicationFacts,
    month: Month,
    bears: Bears,
) -> Iterator[Message]:
    warehouse, contracts = workspace.warehouse, workspace.contracts
    months = sorted(new.basis) or [month]
    datasets = datasets_of(workspace, new.source)
    since = {
        each_month: _published_before(published, new, each_month, old) for each_month in months
    }
    lasting = {
        dataset
        for dataset in datasets
        if dataset in (POPULATION, OPENING_BALANCES)
        or (dataset in contracts and contracts[dataset].snapshot)
    }
    earliest = min(since.values())
    told: set[Month] = set()
    refused_count = workspace.registry.sources[new.source].of_deliveries
    for attempt in attempts_between(warehouse, datasets, earliest, new.computed_at):
        dataset, delivered, supplier = attempt.key
        is_carried = dataset in lasting and delivered <= months[-1]
        if attempt.recorded_at <= since.get(delivered, earliest) or not (
            delivered in since or is_carried
        ):
            continue
        if (attempt.content_hash is None and not refused_count) or not bears(supplier, delivered):
            continue
        before = attempt_before(warehouse, attempt)
        if before is not None and before.content_hash == attempt.content_hash:
            continue  # what stood is there again, after files that were refused
        told.add(delivered)
        yield _delivery(attempt, before)
    for one_month in months:
        if old.basis.get(one_month) == new.basis.get(one_month):
            continue
        # When it happened is not recorded. Where something else explains the difference, only what
        # this very run withdrew is named beside it.
        by_run = new.run_id if one_month in told else None
        gone = _withdrawn(warehouse, datasets, one_month, by_run, bears)
        yield from gone
        if not gone and one_month not in told:
            yield Message(
                f"số gốc của {one_month} được đếm lại", f"the counts of {one_month} were made anew"
            )


def _published_before(
    published: Sequence[PublicationFacts],
    new: PublicationFacts,
    month: Month,
    old: PublicationFacts,
) -> datetime:
    """When the last run before published the source's figures from that month's cells."""
    earlier = [
        publication.computed_at
        for publication in published
        if publication.computed_at < new.computed_at
        and publication.run_id != new.run_id
        and month in publication.basis
    ]
    return earlier[-1] if earlier else old.computed_at


def _delivery(attempt: Attempt, before: Attempt | None) -> Message:
    place = " ".join(map(str, attempt.key))
    names = ", ".join(name for name, _ in attempt.files[:_NAMES_SHOWN])
    if len(attempt.files) > _NAMES_SHOWN:
        names += " …"
    if attempt.content_hash is None:
        return Message(f"{place}: {names} bị từ chối", f"{place}: {names} was refused")
    if before is None:
        return Message(
            f"{place}: gửi lần đầu, {names}", f"{place}: delivered for the first time, {names}"
        )
    if {sha for _, sha in before.files} != {sha for _, sha in attempt.files}:
        said = Message(f"{place}: tệp mới {names}", f"{place}: new files {names}")
    elif before.contract_version != attempt.contract_version:
        return Message(
            f"{place}: đọc lại theo hợp đồng dữ liệu {attempt.contract_version} (trước: {before.contract_version})",
            f"{place}: read again under contract {attempt.contract_version} (before: {before.contract_version})",
        )
    else:
        return Message(
            f"{place}: đọc lại cùng tệp, kết quả khác (chương trình hoặc bảng tham chiếu đã đổi)",
            f"{place}: the same files read again with another result (program or reference tables changed)",
        )
    if before.contract_version != attempt.contract_version:
        versions = f"{before.contract_version} → {attempt.contract_version}"
        said = Message(f"{said.vi}; hợp đồng {versions}", f"{said.en}; contract {versions}")
    return said


def _withdrawn(
    warehouse: Warehouse,
    datasets: frozenset[str],
    month: Month,
    by_run: str | None,
    bears: Bears,
) -> list[Message]:
    """The deliveries of a month whose files are gone for good."""
    return [
        Message(f"{place}: tệp không còn, số liệu bị rút", f"{place}: files gone, withdrawn")
        for key in withdrawn(warehouse, datasets, [month], by_run)
        if bears(key[2], key[1])
        for place in [" ".join(map(str, key))]
    ]


def _versions(old: PublicationFacts, new: PublicationFacts) -> Iterator[Message]:
    program_before, _, registry_before = old.code_version.partition("+")
    program, _, registry = new.code_version.partition("+")
    if program != program_before:
        yield Message(
            f"chương trình {program_before} → {program}", f"program {program_before} → {program}"
        )
    if registry != registry_before:
        yield Message(
            f"định nghĩa chỉ tiêu {registry_before} → {registry}",
            f"registry of indicators {registry_before} → {registry}",
        )
