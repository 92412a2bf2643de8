"""The eight checks of a dataset: what each says, from facts that others have counted.

No data access, no Dagster.

The same functions serve one delivery (is it accepted?) and a month of deliveries (what does the
asset show?). The first four checks block: a delivery that fails one is refused whole, and the last
good one stays in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.quality.wording import listed, markdown, markdown_table, percent

if TYPE_CHECKING:
    from de06_pipeline.quality.judge import RuleCount


@dataclass(frozen=True, slots=True)
class Check:
    """One declared check. ``blocking``: a delivery that fails it is refused."""

    name: str
    blocking: bool
    description: str


CHECKS = (
    Check(
        "readable",
        True,
        "Every file of the delivery can be read, and it is not empty where a reported zero is not allowed.",
    ),
    Check("headers", True, "Every file has the columns the contract requires, each once."),
    Check("accounting", True, "For every file, rows read = accepted + quarantined + superseded."),
    Check(
        "tolerance",
        True,
        "The share of quarantined rows, broken records included, in (rows read − superseded) is within the contract's.",
    ),
    Check(
        "critical_rules",
        False,
        "Rows that break a critical rule are quarantined and counted: information while no rule is broken by more rows than tolerated.",
    ),
    Check(
        "warning_rules",
        False,
        "Rows that break a warning rule stay and are counted: information while no rule is broken by more rows than tolerated.",
    ),
    Check(
        "arrival",
        False,
        "Every supplier expected in the month has delivered by the due day, and nothing delivered has vanished.",
    ),
    Check("cross_month", False, "The delivery fits the supplier's earlier months."),
)


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """One check after it has run.

    Attributes:
        summary: one or two sentences with the numbers; names suppliers, files and rules, never a
            value.
        table: makes :attr:`rules_markdown`, which is not asked for when a delivery is worked on.
    """

    name: str
    passed: bool
    blocking: bool
    summary: Message
    table: Callable[[], str] = field(default=str, repr=False, compare=False)

    @property
    def rules_markdown(self) -> str:
        """The details as a Markdown table; empty where there are none."""
        return self.table()


@dataclass(frozen=True, slots=True)
class FileCount:
    """Where the rows of one file went. ``quarantined`` counts rows and broken records, not rules.

    Attributes:
        unreadable, wrong_header: what is wrong with the file as a whole, if anything; its rows are
            then not counted.
    """

    name: str
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    superseded: int = 0
    unreadable: Message | None = None
    wrong_header: Message | None = None

    @property
    def unaccounted(self) -> int:
        """Rows read that went nowhere (or, below 0, rows that came from nowhere). 0 when the
        accounting holds.
        """
        return self.rows_read - self.accepted - self.quarantined - self.superseded


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """One supplier's delivery, counted."""

    supplier: str
    files: tuple[FileCount, ...]
    rules: tuple[RuleCount, ...] = ()

    @property
    def judged(self) -> int:
        """Rows read − superseded: what the tolerance is a share of."""
        return sum(f.rows_read - f.superseded for f in self.files)

    @property
    def quarantined(self) -> int:
        return sum(f.quarantined for f in self.files)

    @property
    def quarantined_share(self) -> Decimal:
        """Quarantined ÷ judged; 0 where nothing was judged."""
        return Decimal(self.quarantined) / self.judged if self.judged else Decimal(0)

    @property
    def holds_no_row(self) -> bool:
        """Every file could be used and none has a data record: a nil return."""
        return not any(f.unreadable or f.wrong_header or f.rows_read for f in self.files)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who should have delivered the month, and who has.

    Attributes:
        expected: suppliers in force in the month.
        arrived: suppliers with a delivery, accepted or refused.
        vanished: suppliers whose delivery was there before and is gone now (the last good one stays
            in force).
        due: day by which the month is expected.
        today: the day of the check, in Vietnam.
    """

    expected: tuple[str, ...]
    arrived: tuple[str, ...]
    vanished: tuple[str, ...]
    due: date
    today: date

    @property
    def missing(self) -> tuple[str, ...]:
        """Expected and not arrived.

        A national delivery, of the supplier ``all``, stands for everyone.
        """
        if "all" in self.arrived:
            return ()
        return tuple(s for s in self.expected if s not in self.arrived)

    @property
    def is_overdue(self) -> bool:
        """The due day has passed and someone has not delivered."""
        return bool(self.missing) and self.today > self.due


@dataclass(frozen=True, slots=True)
class CrossMonthFinding:
    """Something about a delivery that does not fit the supplier's earlier months."""

    supplier: str
    rule_id: str
    message: Message


_NOTHING_IN_IT = Message(
    "Không có dòng dữ liệu nào; bộ dữ liệu này không nhận báo cáo không phát sinh. Gửi lại tệp đầy đủ.",
    "No data rows, and this dataset takes no nil return. Send the complete file.",
)


def delivery_checks(contract: Contract, delivery: DeliveryCount) -> tuple[CheckOutcome, ...]:
    """The six checks that need nothing but the delivery itself, in the order of :data:`CHECKS`."""
    return _delivered_checks(contract, [delivery])


def month_checks(
    contract: Contract,
    deliveries: Sequence[DeliveryCount],
    arrival: Arrival,
    findings: Sequence[CrossMonthFinding],
) -> tuple[CheckOutcome, ...]:
    """All eight checks over a month's deliveries, in the order of :data:`CHECKS`.

    A check fails where it fails for one delivery; its table says for which.
    """
    return (*_delivered_checks(contract, deliveries), _arrival(arrival), _cross_month(findings))


def refusal_reasons(outcomes: Iterable[CheckOutcome]) -> tuple[Message, ...]:
    """Why a delivery is refused: the summaries of the blocking checks it fails.

    Empty: it is accepted.
    """
    return tuple(outcome.summary for outcome in outcomes if outcome.blocking and not outcome.passed)


def _delivered_checks(
    contract: Contract, deliveries: Sequence[DeliveryCount]
) -> tuple[CheckOutcome, ...]:
    counts = [count for delivery in deliveries for count in delivery.rules]
    return (
        _readable(contract, deliveries),
        _headers(deliveries),
        _accounting(deliveries),
        _tolerance(contract, deliveries),
        _rules("critical_rules", Severity.CRITICAL, counts),
        _rules("warning_rules", Severity.WARNING, counts),
    )


def _readable(contract: Contract, deliveries: Sequence[DeliveryCount]) -> CheckOutcome:
    problems = _file_problems(deliveries, lambda f: f.unreadable)
    if not contract.nil_return:
        problems += [
            (d.supplier, file.name, _NOTHING_IN_IT)
            for d in deliveries
            if d.holds_no_row
            for file in d.files
        ]
    return _of_files(
        "readable",
        deliveries,
        problems,
        Message("đọc được", "can be read"),
        Message("không dùng được", "cannot be used"),
    )


def _headers(deliveries: Sequence[DeliveryCount]) -> CheckOutcome:
    problems = _file_problems(deliveries, lambda f: f.wrong_header)
    return _of_files(
        "headers",
        deliveries,
        problems,
        Message("đủ cột bắt buộc", "have their columns"),
        Message("sai cột", "have wrong columns"),
    )


def _file_problems(
    deliveries: Sequence[DeliveryCount], problem: Callable[[FileCount], Message | None]
) -> list[tuple[str, str, Message]]:
    problems = [(d.supplier, f.name, problem(f)) for d in deliveries for f in d.files]
    return [
        (supplier, name, message) for supplier, name, message in problems if message is not None
    ]


def _of_files(
    name: str,
    deliveries: Sequence[DeliveryCount],
    problems: Sequence[tuple[str, str, Message]],
    good: Message,
    bad: Message,
) -> CheckOutcome:
    files = sum(len(d.files) for d in deliveries)
    if not problems:
        return _outcome(
            name, True, Message(f"Cả {files} tệp {good.vi}.", f"All {files} files {good.en}.")
        )
    where = listed(
        [Message(f"{s}/{f}: {m.vi}", f"{s}/{f}: {m.en}") for s, f, m in problems], separator=" "
    )
    return _outcome(
        name,
        False,
        Message(
            f"{len(problems)} trong {files} tệp {bad.vi}. {where.vi}",
            f"{len(problems)} of {files} files {bad.en}. {where.en}",
        ),
        partial(
            markdown,
            ("Đơn vị gửi", "Tệp", "Vấn đề"),
            [(supplier, file, message.vi) for supplier, file, message in problems],
        ),
    )


def _accounting(deliveries: Sequence[DeliveryCount]) -> CheckOutcome:
    files = [(d.supplier, f) for d in deliveries for f in d.files]
    wrong = [f"{supplier}/{f.name} ({f.unaccounted:+d})" for supplier, f in files if f.unaccounted]
    table = partial(
        markdown,
        ("Đơn vị gửi", "Tệp", "Đã đọc", "Chấp nhận", "Cách ly", "Bị thay thế", "Chênh lệch"),
        [
            (supplier, f.name, f.rows_read, f.accepted, f.quarantined, f.superseded, f.unaccounted)
            for supplier, f in files
        ],
    )
    if not wrong:
        read = sum(f.rows_read for _, f in files)
        return _outcome(
            "accounting",
            True,
            Message(f"Cả {read} dòng đều có nơi đến.", f"All {read} rows read are accounted for."),
            table,
        )
    where = listed(wrong)
    return _outcome(
        "accounting",
        False,
        Message(
            f"Đã đọc ≠ chấp nhận + cách ly + bị thay thế: {where.vi}. Lỗi của chương trình, không phải của đơn vị gửi.",
            f"Rows read ≠ accepted + quarantined + superseded: {where.en}. A fault of the program, not of the supplier.",
        ),
        table,
    )


def _tolerance(contract: Contract, deliveries: Sequence[DeliveryCount]) -> CheckOutcome:
    limit = Decimal(str(contract.tolerance))
    allowed = percent(limit)
    above = [d for d in deliveries if d.quarantined > limit * d.judged]
    table = partial(
        markdown,
        ("Đơn vị gửi", "Dòng phải xét", "Cách ly", "Tỷ lệ", "Ngưỡng"),
        [
            (d.supplier, d.judged, d.quarantined, percent(d.quarantined_share).vi, allowed.vi)
            for d in deliveries
        ],
    )
    if not above:
        rows = sum(d.quarantined for d in deliveries)
        return _outcome(
            "tolerance",
            True,
            Message(
                f"{rows} dòng bị cách ly, trong ngưỡng {allowed.vi}.",
                f"{rows} rows quarantined, within the {allowed.en} allowed.",
            ),
            table,
        )
    shares = [(d, percent(d.quarantined_share)) for d in above]
    where = listed(
        [
            Message(
                f"{d.supplier} {d.quarantined}/{d.judged} ({p.vi})",
                f"{d.supplier} {d.quarantined}/{d.judged} ({p.en})",
            )
            for d, p in shares
        ]
    )
    return _outcome(
        "tolerance",
        False,
        Message(
            f"Tỷ lệ dòng bị cách ly vượt ngưỡng {allowed.vi}: {where.vi}. Sửa các dòng trong danh sách lỗi rồi gửi lại cả kỳ.",
            f"More rows are quarantined than the {allowed.en} allowed: {where.en}. Correct the rows listed and send the month again.",
        ),
        table,
    )


def _rules(name: str, severity: Severity, counts: Sequence[RuleCount]) -> CheckOutcome:
    counts = [count for count in counts if count.rule.severity is severity]
    rules = len({count.rule.id for count in counts})
    broken = sorted({count.rule.id for count in counts if count.failed})
    if not broken:
        return _outcome(
            name,
            True,
            Message(f"Cả {rules} quy tắc đều đạt.", f"All {rules} rules hold."),
            partial(markdown_table, counts),
        )
    times = sum(count.failed for count in counts)
    which = listed(broken)
    return _outcome(
        name,
        False,
        Message(
            f"{len(broken)} trong {rules} quy tắc bị vi phạm, {times} lượt: {which.vi}.",
            f"{len(broken)} of {rules} rules are broken, {times} times: {which.en}.",
        ),
        partial(markdown_table, counts),
    )


def _arrival(arrival: Arrival) -> CheckOutcome:
    missing, vanished = listed(arrival.missing), listed(arrival.vanished)
    arrived = len(arrival.expected) - len(arrival.missing)
    vi = f"{arrived} trong {len(arrival.expected)} đơn vị đã gửi; hạn {arrival.due:%d/%m/%Y}."
    en = f"{arrived} of {len(arrival.expected)} suppliers have delivered; due {arrival.due:%Y-%m-%d}."
    state = (
        Message("quá hạn", "overdue") if arrival.is_overdue else Message("chưa gửi", "not here yet")
    )
    if arrival.missing:
        vi, en = (
            f"{vi} {state.vi.capitalize()}: {missing.vi}.",
            f"{en} {state.en.capitalize()}: {missing.en}.",
        )
    if arrival.vanished:
        vi += f" Tệp đã biến mất: {vanished.vi}; lần gửi đạt gần nhất vẫn có hiệu lực."
        en += f" Files have vanished: {vanished.en}; the last good delivery stays in force."
    rows = [(s, state.vi) for s in arrival.missing] + [
        (s, "tệp đã biến mất") for s in arrival.vanished
    ]
    passed = not arrival.vanished and not arrival.is_overdue
    return _outcome(
        "arrival", passed, Message(vi, en), partial(markdown, ("Đơn vị gửi", "Tình trạng"), rows)
    )


def _cross_month(findings: Sequence[CrossMonthFinding]) -> CheckOutcome:
    if not findings:
        return _outcome(
            "cross_month", True, Message("Khớp với các tháng trước.", "Fits the earlier months.")
        )
    suppliers = listed(sorted({finding.supplier for finding in findings}))
    return _outcome(
        "cross_month",
        False,
        Message(
            f"{len(findings)} điểm không khớp với các tháng trước: {suppliers.vi}.",
            f"{len(findings)} findings do not fit the earlier months: {suppliers.en}.",
        ),
        partial(
            markdown,
            ("Đơn vị gửi", "Quy tắc", "Thông báo"),
            [(f.supplier, f.rule_id, f.message.vi) for f in findings],
        ),
    )


def _outcome(
    name: str, passed: bool, summary: Message, table: Callable[[], str] = str
) -> CheckOutcome:
    blocking = next(check.blocking for check in CHECKS if check.name == name)
    return CheckOutcome(name, passed, blocking, summary, table)
