"""What has been counted about deliveries: the facts the checks are made from. Filled by whoever ingests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from de06_pipeline.contracts.model import Message
from de06_pipeline.quality.judge import RuleCount


@dataclass(frozen=True, slots=True)
class FileCount:
    """Where the rows of one file went. ``quarantined`` counts rows and broken records, not rules.

    Attributes:
        unreadable, wrong_header: what is wrong with the file as a whole, if anything; its rows are then not counted.
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
        """Rows read that went nowhere (or, below 0, rows that came from nowhere). 0 when the accounting holds."""
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
        vanished: suppliers whose delivery was there before and is gone now (the last good one stays in force).
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
        """Expected and not arrived. A national delivery, of the supplier ``all``, stands for everyone."""
        if "all" in self.arrived:
            return ()
        return tuple(s for s in self.expected if s not in self.arrived)

    @property
    def is_overdue(self) -> bool:
        """The due day has passed and someone has not delivered."""
        return bool(self.missing) and self.today > self.due


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a delivery that does not fit the supplier's earlier months."""

    supplier: str
    rule_id: str
    message: Message
