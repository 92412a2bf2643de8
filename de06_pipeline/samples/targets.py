"""Published figures that the samples reproduce, and how much of them falls in each month.

Every entry names the id of the published figure (``published_figures.csv``), whose documents are:
S0 Quảng Nam, conference on two years of Đề án 06; S1 Tam Kỳ, first six months of 2024; S3 Long An
(Bến Lức, Cần Giuộc), early September 2024. ``made`` is the number the samples hold: the published
one where it is exact, and just inside the bound where the document says "hơn" (``>``) or "gần"
(``<``). These numbers do not move with the scale of the samples.

A window ends at the last month's end at or before the document's date, which is how a published
figure is compared: S1 says "đến ngày 15/6/2024", so its flows lie in January to May 2024. S0 speaks
of the end of 2023: its figures hold in December 2023, the first sample month, and in January 2024;
S0-11 of 22 June 2023: it holds at the end of May.
"""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.periods import Month
from de06_pipeline.samples.draw import apportion

BASELINE = Month(2023, 12)
"""Opening balances stand at the end of this month, the first of the samples' default months."""
EARLY = Month(2023, 5)
"""The month that S0-11 (22 June 2023) is compared with. The demo has the cards of it alone."""
FIRST = Month(2024, 1)
"""Published flows are counted from here."""
S1_END = Month(2024, 5)
S3_ASM_END = Month(2024, 7)
S3_END = Month(2024, 8)

_SEASON = (1.02, 0.78, 1.08, 1.02, 1.0, 0.98, 1.04, 1.06, 0.94, 1.0, 1.02, 1.06)
"""Share of an average month, January to December: Tết empties the offices in February."""


def season(month: Month) -> float:
    return _SEASON[month.month - 1]


@dataclass(frozen=True, slots=True)
class Flow:
    """A count of events from ``first`` through ``last``."""

    ids: str
    indicator: str
    area: str
    breakdown: str
    published: str
    made: int
    first: Month
    last: Month

    def in_month(self, month: Month) -> int:
        """Events of one month. Outside the window: the window's monthly average, with the season."""
        months = [
            self.first.plus(i)
            for i in range(
                (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            )
        ]
        if month in months:
            return apportion(self.made, [season(m) for m in months])[months.index(month)]
        return round(self.made / len(months) * season(month))


@dataclass(frozen=True, slots=True)
class Stock:
    """A cumulative count at the end of ``at``."""

    ids: str
    indicator: str
    area: str
    breakdown: str
    published: str
    made: int
    at: Month


FLOWS = (
    Flow("S1-11", "cccd.received", "502", "", "2222", 2_222, FIRST, S1_END),
    Flow("S1-15", "cccd.received", "502", "venue=Cơ sở tập trung", "240", 240, FIRST, S1_END),
    Flow("S1-16", "cccd.received", "502", "venue=Tại nhà", "14", 14, FIRST, S1_END),
    Flow("S1-12", "eid.received", "502", "level=2", "4099", 4_099, FIRST, S1_END),
    Flow("S3-03", "cccd.received", "803", "", ">6400", 6_412, FIRST, S3_END),
    Flow("S3-04", "eid.received", "803", "", ">8200", 8_217, FIRST, S3_END),
    Flow("S3-08", "dvc.received", "807", "agency_group=Công an", ">108000", 108_024, FIRST, S3_END),
    Flow("S3-09", "dvc.received", "807", "agency_group=Khác", "<19000", 18_976, FIRST, S3_END),
    Flow(
        "S3-15", "cccd.received", "807", "product=Căn cước", ">3200", 3_216, Month(2024, 7), S3_END
    ),
    Flow(
        "S3-23",
        "asm.notices",
        "80",
        "site_group=Khám chữa bệnh",
        "<25000",
        24_948,
        Month(2024, 2),
        S3_ASM_END,
    ),
)

STOCKS = (
    Stock("S0-11", "cccd.issued_stock", "49", "", ">1400000", 1_400_318, BASELINE),
    Stock("S0-12", "eid.created_stock", "49", "", ">760000", 760_442, BASELINE),
    Stock("S1-13", "cccd.received_stock", "502", "", "92471", 92_471, S1_END),
    Stock("S1-14", "eid.received_stock", "502", "level=2", "56681", 56_681, S1_END),
    Stock("S3-05", "cccd.issued_stock", "803", "", "<141000", 140_973, S3_END),
    Stock("S3-06", "eid.created_stock", "803", "", ">91600", 91_618, S3_END),
    Stock("S3-14", "cccd.received_stock", "807", "product=CCCD", ">198600", 198_617, S3_END),
    Stock("S3-16", "cccd.handed_over_stock", "807", "product=CCCD", ">178000", 178_026, S3_END),
    Stock("S3-17", "eid.received_stock", "807", "", "<124000", 123_981, S3_END),
    Stock("S3-18", "eid.activated_stock", "807", "", ">110100", 110_119, S3_END),
)


EARLY_STOCK = Stock("S0-11", "cccd.issued_stock", "49", "", ">1400000", 1_400_104, EARLY)
"""S0 gives this number once, for 22 June; so the samples hold hardly more of it in December."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of a district's dossiers.

    Attributes:
        digitised: component papers and electronic result, among finished.
        input_digitised, output_digitised: either alone; never below ``digitised``.
    """

    online: float
    processed_online: float
    paid_online: float
    synced: float
    input_digitised: float
    output_digitised: float
    digitised: float
    reused: float


DOSSIER_RATES = {
    # S1-03 … S1-07: 70,7 %; 96,4 %; 71,2 %; 54,8 %; 77,1 %.
    "502": Rates(0.707, 0.964, 0.712, 0.548, 0.852, 0.801, 0.771, 0.18),
    # S3-02: more than 76 %.
    "803": Rates(0.684, 0.902, 0.766, 0.873, 0.861, 0.842, 0.793, 0.21),
    # S3-10: "gần 100 %" of the dossiers that come in, and that go out.
    "807": Rates(0.812, 0.941, 0.683, 0.911, 0.988, 0.984, 0.979, 0.26),
}

FEE_STEP = 125
"""Fee-bearing dossiers of Tam Kỳ come in multiples of this, so that 71,2 % of them is a whole
number.
"""

SERVICES = {
    ("Huyện", "Toàn trình"): 201,
    ("Huyện", "Một phần"): 10,
    ("Xã", "Toàn trình"): 67,
    ("Xã", "Một phần"): 15,
}
"""S1-01, S1-02: online services of the district and commune level in Quảng Nam (QĐ 1059/QĐ-UBND,
2023-05-25).
"""

ESSENTIAL_SIZES = {"QĐ06": 25, "QĐ422": 28, "QĐ206": 23}
ESSENTIAL_LED_BY_POLICE = {"QĐ06": 11, "QĐ422": 1}
"""S0-01."""
ESSENTIAL_DEPLOYED = {
    # S3-01: 14 of the 25 in Bến Lức; S3-07: 11 of the 25 in Cần Giuộc. Which ones is not published.
    "803": frozenset({1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 25}),
    "807": frozenset({1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 25}),
}

LODGING_SITES, LODGING_ACCOUNTS = 1344, 1273
"""S0-09, Quảng Nam in January 2024."""
HEALTH_ACCOUNTS = 36
"""S0-10, Quảng Nam in January 2024."""
LONG_AN_HEALTH_ACCOUNTS, LONG_AN_HEALTH_REPORTING = 50, 24
"""S3-21 and S3-22, Long An at the end of July 2024; S3-20: in all 15 districts."""


def flow(indicator: str, area: str, breakdown: str = "") -> Flow | None:
    """The published flow of an area, if there is one."""
    return next(
        (f for f in FLOWS if (f.indicator, f.area, f.breakdown) == (indicator, area, breakdown)),
        None,
    )


def stock(indicator: str, area: str, breakdown: str = "") -> Stock | None:
    """The published stock of an area, if there is one."""
    return next(
        (s for s in STOCKS if (s.indicator, s.area, s.breakdown) == (indicator, area, breakdown)),
        None,
    )
