"""What needs a person: deliveries refused, missing, overdue, carried on, at odds with other months
or without a column they used to have, months whose publication broke off, and months that are stale.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from de06_pipeline.contracts.model import Field, Message
from de06_pipeline.errors import LandingError
from de06_pipeline.ingest.columns import GONE
from de06_pipeline.landing.misplaced import Misplaced, find_misplaced
from de06_pipeline.monthly.columns_known import NOTHING_LOST, what_is_lost
from de06_pipeline.monthly.due_day import due_on
from de06_pipeline.monthly.find_gaps import find_gaps
from de06_pipeline.monthly.find_stale import REFERENCES, awaited_references, stale_reasons
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_today
from de06_pipeline.reports.wording import number
from de06_pipeline.warehouse.deliveries.accepted import months_accepted
from de06_pipeline.warehouse.deliveries.cross_month import cross_month_results
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries, fields_told
from de06_pipeline.warehouse.deliveries.standing import Expected, Standing, Trouble, standing
from de06_pipeline.warehouse.figures.basis import INGEST
from de06_pipeline.warehouse.figures.plausibility import PlausibilityFinding, stored_findings
from de06_pipeline.warehouse.store import Warehouse

_TROUBLE_VI = {
    Trouble.REFUSED: "bị từ chối",
    Trouble.MISSING: "mất tệp",
    Trouble.OVERDUE: "chưa gửi",
    Trouble.CARRIED: "dùng số kỳ trước",
}
_REMEDY_VI = {
    Trouble.REFUSED: "gửi báo cáo lỗi cho đơn vị; sửa tệp; lần chạy sau sẽ nhận",
    Trouble.MISSING: "đặt lại tệp, hoặc xác nhận bằng de06 run --accept-missing",
    Trouble.OVERDUE: "yêu cầu đơn vị gửi dữ liệu",
    Trouble.CARRIED: "yêu cầu đơn vị gửi dữ liệu; số liệu đang tính theo lần gửi cũ",
}
_REMEDY = {
    Trouble.REFUSED: "send the supplier its report; correct the files; the next run takes them",
    Trouble.MISSING: "put the files back, or confirm with de06 run --accept-missing",
    Trouble.OVERDUE: "ask the supplier for the delivery",
    Trouble.CARRIED: "ask the supplier for the delivery; figures are made with an older one",
}


STALE = "stale"
"""A month's figures were made from something else than what stands now."""
IMPLAUSIBLE = "implausible"
"""A figure may not be believable; nobody waits for anything."""

_FIRST = (Trouble.REFUSED, Trouble.MISSING, Trouble.OVERDUE, Trouble.CARRIED)
"""What is looked at first: what somebody can put right and figures wait for."""

_NOT_IN_FORCE = (Trouble.REFUSED, Trouble.MISSING)
"""What the last delivery's files lack is no matter then."""


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing to look at.

    Attributes:
        what: a dataset, a source for figures and stale months, or a place in the landing zone, which
            has no month.
        trouble_vi, remedy_vi: the same in Vietnamese.
        kind: a :class:`Trouble`, :data:`STALE` or :data:`IMPLAUSIBLE`; '' for others.
    """

    what: str
    month: str
    supplier: str
    trouble: str
    remedy: str
    trouble_vi: str = ""
    remedy_vi: str = ""
    kind: str = ""


def attention(workspace: Workspace) -> list[Attention]:
    """Everything that needs attention now: refused deliveries first, then missing, overdue and
    carried ones, each by dataset, month and supplier; stale months last.

    Overdue are suppliers that have delivered before, in months for which somebody has delivered the
    dataset: a new installation is not told about sixty provinces that never took part. The arrival
    check of each month counts everyone.
    """
    states = standing(
        workspace.warehouse,
        expected_deliveries(workspace),
        vietnam_today(),
        workspace.suppliers.spoken_for,
    )
    points = [_of(state) for state in sorted(states, key=lambda s: _FIRST.index(s.trouble))]
    for result in cross_month_results(workspace.warehouse, failed_only=True):
        trouble = f"does not fit earlier months: {result.rule_id.rpartition('.')[2]} ({result.failed} of {result.evaluated})"
        points.append(
            Attention(
                result.dataset,
                str(result.month),
                result.supplier,
                trouble,
                result.message.en,
                f"không khớp các tháng trước: {number(result.failed)}/{number(result.evaluated)}",
                result.message.vi,
            )
        )
    points += _columns_gone(
        workspace, {(s.dataset, s.month, s.supplier) for s in states if s.trouble in _NOT_IN_FORCE}
    )
    points += [
        Attention(
            misplaced.place,
            "",
            "",
            f"{misplaced.files} file{'' if misplaced.files == 1 else 's'} in no place of a delivery: not read",
            f"move to {misplaced.nearest}",
            f"{misplaced.files} tệp nằm ngoài mọi thư mục nhận số liệu, không đọc",
            f"chuyển vào {misplaced.nearest}",
        )
        for misplaced in misplaced_files(workspace)
    ]
    points += _implausible(workspace.warehouse)
    points += _unfinished(workspace)
    for source in workspace.registry.sources:
        for month, reasons in sorted(stale_reasons(workspace, source).items()):
            # What waits for populations and balances is told with the month that brings them.
            reasons = tuple(reason for reason in reasons if reason != REFERENCES)
            if not reasons:
                continue
            remedy = f"backfill it: de06 run {month}"
            points.append(
                Attention(
                    source,
                    str(month),
                    "",
                    f"stale: {', '.join(reasons)} changed",
                    remedy,
                    f"cần tính lại: {', '.join(reasons)} đã đổi",
                    f"chạy lại tháng này: de06 run {month}",
                    STALE,
                )
            )
    return points


def _columns_gone(
    workspace: Workspace, not_in_force: Collection[tuple[str, Month, str]]
) -> Iterator[Attention]:
    """Columns that a supplier's last deliveries had and this one has not, where figures rest on
    them: nothing was refused, and the figures are not there.
    """
    follows: dict[tuple[str, Month], Callable[[Field], Message]] = {}
    for dataset, month, supplier, name in fields_told(workspace.warehouse, GONE):
        if dataset not in workspace.contracts or (dataset, month, supplier) in not_in_force:
            continue
        contract = workspace.contract(dataset).in_force(month)
        if (dataset, month) not in follows:
            follows[dataset, month] = what_is_lost(workspace, contract, month)
        for field in (field for field in contract.optional_fields if field.name == name):
            lost = follows[dataset, month](field)
            if lost != NOTHING_LOST:
                yield Attention(
                    dataset,
                    str(month),
                    supplier,
                    f"column “{field.header_vi}” ({name}) of earlier deliveries is gone: {lost.en}",
                    "ask the supplier for the file with the column; the next run takes it",
                    f"cột “{field.header_vi}” có trong các kỳ trước, nay không còn: {lost.vi}",
                    "yêu cầu đơn vị gửi lại tệp có cột này; lần chạy sau sẽ nhận",
                )


def misplaced_files(workspace: Workspace) -> list[Misplaced]:
    """Files in the landing zone that belong to no delivery; none where it cannot be listed, which
    the runs say.
    """
    try:
        return find_misplaced(
            workspace.settings.landing, workspace.contracts, workspace.suppliers.names
        )
    except LandingError:
        return []


def _unfinished(workspace: Workspace) -> list[Attention]:
    """Months that broke off between recording and publishing: one line a source or dataset."""
    lines: dict[tuple[str, str], Attention] = {}
    gaps = find_gaps(workspace)
    waiting = {
        (source, month): months[0]
        for source in {gap.what for gap in gaps} & workspace.registry.sources.keys()
        for month, months in awaited_references(workspace, source).items()
    }
    for gap in gaps:
        trouble = "not published to the end: rows are accepted that its figures do not contain"
        remedy = f"the next night run makes them, or de06 run {gap.month}"
        if gap.period == INGEST:
            trouble = "the run broke off before its reports and rates were written"
        elif gap.waits_for:
            trouble = f"not published: every delivery of {', '.join(gap.waits_for)} was refused"
            remedy = "a corrected delivery; the next run takes it"
        if since := waiting.get((gap.what, gap.month)):
            trouble += f"; stocks from {since} on wait for its populations or opening balances"
        lines[gap.what, str(gap.month)] = Attention(gap.what, str(gap.month), "", trouble, remedy)
    return list(lines.values())


def _implausible(warehouse: Warehouse) -> list[Attention]:
    """Open findings about figures: one line a source, month and rule, with the first of them."""
    by_rule: dict[tuple[str, str, str], list[PlausibilityFinding]] = defaultdict(list)
    for finding in stored_findings(warehouse, open_only=True):
        by_rule[finding.source, str(finding.month), finding.rule_id].append(finding)
    return [
        Attention(
            source,
            month,
            "",
            f"{len(each)} figure{'' if len(each) == 1 else 's'} to look at: {rule_id}",
            each[0].message.en,
            f"{len(each)} số liệu cần xem lại: {rule_id}",
            each[0].message.vi,
            kind=IMPLAUSIBLE,
        )
        for (source, month, rule_id), each in by_rule.items()
    ]


def expected_deliveries(workspace: Workspace) -> list[Expected]:
    """What every supplier that takes part owes, by dataset and month, with its due day."""
    taking_part = {s.supplier for s in delivery_summaries(workspace.warehouse)}
    return [
        Expected(
            dataset,
            month,
            supplier.name,
            due_on(contract.in_force(month), month),
            contract.snapshot,
        )
        for dataset, contract in workspace.contracts.items()
        if contract.source in workspace.registry.sources
        for month in months_accepted(workspace.warehouse, dataset)
        for supplier in workspace.suppliers.in_force(month)
        if supplier.name in taking_part
    ]


def _of(state: Standing) -> Attention:
    trouble = f"carried from {state.carried_from}" if state.carried_from else state.trouble.value
    if state.is_in_force and state.trouble is not Trouble.CARRIED:
        trouble += " (an earlier delivery stands)"
    trouble_vi = _TROUBLE_VI[state.trouble]
    if state.carried_from:
        trouble_vi += f" ({state.carried_from})"
    elif state.is_in_force:
        trouble_vi += " (lần gửi trước vẫn còn hiệu lực)"
    return Attention(
        state.dataset,
        str(state.month),
        state.supplier,
        trouble,
        _REMEDY[state.trouble],
        trouble_vi,
        _REMEDY_VI[state.trouble],
        state.trouble,
    )
