"""Dossiers: a cohort for every month of receipt, and what of the cohorts a month's delivery shows.

A cohort is a pure function of (seed, scale, office, month), and no dossier lives longer than
``LIFETIME_DAYS``; so a delivery needs its own cohort and the three before it, whatever months are
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples import people
from de06_pipeline.samples.catalogue import Procedure, used_by
from de06_pipeline.samples.draw import (
    Booleans,
    Integers,
    Text,
    Times,
    evenly,
    exactly,
    pick,
    running_number,
    stream,
)
from de06_pipeline.samples.layouts import Table, rows, same, size_of, stack, text
from de06_pipeline.samples.places import QUANG_NAM, TAM_KY, Office
from de06_pipeline.samples.targets import DOSSIER_RATES, FEE_STEP, Rates, flow, season

LIFETIME_DAYS = 85
"""From receipt to the end of processing at most; less than any three months, so a cohort spans
four.
"""
COHORTS = 4

_PER_PERSON = 0.0035
"""Dossiers a month for each inhabitant, where nothing is published."""
_PER_MONTH = {"502": 2_400, "803": 1_700}
"""Districts with published rates keep their volume at any scale, so that one decimal can be met."""
_POLICE_SHARE = 0.46
_PROVINCIAL = {"quang-nam": 900, "long-an": 800}
_ONLINE_SECTORS = (
    "Đăng ký, quản lý con dấu",
    "Quản lý xuất nhập cảnh",
    "Đăng ký, quản lý phương tiện giao thông cơ giới đường bộ",
)
_OFFICE_OPENS, _OFFICE_CLOSES = 7 * 60 + 30, 17 * 60
_NOT_ACCEPTED = 0.008
_UNKNOWN_PROCEDURE = "9.000000"
_SECOND = np.timedelta64(1, "s")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Unit:
    """Agencies of one district, or the provincial ones (``district == ""``)."""

    district: str
    number: int
    police: int
    others: int


def units(office: Office, month: Month, scale: float) -> list[Unit]:
    """How many dossiers each district receives in a month, from the police and from all others."""
    result = [_unit("", 10, _PROVINCIAL[office.supplier] * scale * season(month))]
    for number, district in enumerate(office.districts_in(month), start=11):
        police, others = (
            flow("dvc.received", district.code, f"agency_group={group}")
            for group in ("Công an", "Khác")
        )
        if police and others:
            result.append(
                Unit(district.code, number, police.in_month(month), others.in_month(month))
            )
        else:
            usual = _PER_MONTH.get(district.code) or district.population * _PER_PERSON * scale
            result.append(_unit(district.code, number, usual * season(month)))
    return result


def cohort(seed: int, scale: float, office: Office, month: Month) -> Table:
    """All dossiers received in a month, with their whole later life; ``final_status`` is the
    closing status each will have.
    """
    parts = [
        _unit_cohort(seed, office, month, unit)
        for unit in units(office, month, scale)
        if unit.police + unit.others
    ]
    table = stack(parts)
    rng = stream(seed, "dossiers", office.supplier, month, "people")
    table |= _applicants(rng, office, table["received_at"])
    table["dossier_code"] = _codes(rng, table)
    table["procedure_code"] = _procedure_codes_as_kept(rng, office, table)
    return table


def not_accepted(seed: int, like: Table, office: Office, month: Month) -> Table:
    """Dossiers registered online in the month and not, or not yet, taken (statuses 3 and 1): never
    received.

    Args:
        like: the month's cohort; the applications resemble some of it.
    """
    size = size_of(like)
    rng = stream(seed, "dossiers", office.supplier, month, "not accepted")
    chosen = rows(like, rng.permutation(size)[: int(size * _NOT_ACCEPTED)])
    count = size_of(chosen)
    never = np.full(count, np.datetime64("NaT"), dtype="datetime64[s]")
    empty = np.full(count, -1, dtype=np.int8)
    last_moment = np.datetime64(month.end, "s") - _SECOND
    chosen["submitted_at"] = np.maximum(chosen["submitted_at"], np.datetime64(month.start, "s"))
    chosen["updated_at"] = np.minimum(
        chosen["submitted_at"] + rng.integers(600, 40_000, size=count), last_moment
    )
    chosen["status"] = np.where(rng.random(count) < 0.6, 3, 1)
    for name in ("received_at", "due_at", "finished_at", "returned_at"):
        chosen[name] = never
    for name in (
        "processed_online",
        "components_digitised",
        "electronic_result",
        "data_reused",
        "national_sync",
    ):
        chosen[name] = empty
    chosen["channel"] = np.full(count, 2)
    chosen["online_payment"] = np.full(count, -1)
    chosen["supplement_requests"] = np.full(count, -1)
    chosen["supplement_days"] = np.full(count, np.nan)
    chosen["dossier_code"] = _coded(
        chosen["agency_code"], chosen["submitted_at"], 8_001 + np.arange(count)
    )
    return chosen


def delivery(cohorts: list[Table], unaccepted: Table, month: Month) -> Table:
    """What the office's system shows at the month's end: dossiers alive in the month, as they then
    stood.

    Args:
        cohorts: those of the month and of the ``COHORTS - 1`` months before it.
    """
    start, end = np.datetime64(month.start, "s"), np.datetime64(month.end, "s")
    table = stack(cohorts)
    alive = rows(table, (table["received_at"] < end) & (table["finished_at"] >= start))
    alive = as_seen_at(alive, end)
    names = [name for name in unaccepted if name in alive]
    everything = stack([{name: part[name] for name in names} for part in (alive, unaccepted)])
    order = np.argsort(everything["submitted_at"], kind="stable")
    return rows(everything, order)


def as_seen_at(table: Table, moment: np.datetime64) -> Table:
    """The dossiers as the system showed them just before ``moment``: nothing later is known."""
    seen = dict(table)
    finished = table["finished_at"] < moment
    returned = table["returned_at"] < moment
    never = np.datetime64("NaT")
    seen["finished_at"] = np.where(finished, table["finished_at"], never)
    seen["returned_at"] = np.where(returned, table["returned_at"], never)
    seen["electronic_result"] = np.where(finished, table["electronic_result"], -1).astype(np.int8)
    waited = moment - table["received_at"]
    open_status = np.select(
        [
            waited < _DAY,
            table["supplement_requests"] > 0,
            (table["fee_vnd"] > 0) & (table["online_payment"] == 0),
        ],
        [2, 5, 6],
        default=4,
    )
    closed_status = np.where((table["final_status"] == 10) & ~returned, 9, table["final_status"])
    seen["status"] = np.where(finished, closed_status, open_status)
    last_change = np.where(
        returned,
        table["returned_at"],
        np.where(finished, table["finished_at"], table["received_at"]),
    )
    seen["updated_at"] = np.minimum(last_change + np.timedelta64(95, "s"), moment - _SECOND)
    return seen


def earlier_versions(alive: Table, chosen: Integers) -> Table:
    """The same dossiers as an earlier synchronisation sent them, an hour after receipt: to be
    superseded.
    """
    earlier = rows(alive, chosen)
    count = len(chosen)
    for name in ("finished_at", "returned_at"):
        earlier[name] = np.full(count, np.datetime64("NaT"), dtype="datetime64[s]")
    earlier["status"] = np.where(
        earlier["status"] == 3, 1, np.where(np.isnat(earlier["received_at"]), 1, 2)
    )
    earlier["electronic_result"] = np.full(count, -1, dtype=np.int8)
    begun = np.where(
        np.isnat(earlier["received_at"]), earlier["submitted_at"], earlier["received_at"]
    )
    earlier["updated_at"] = np.minimum(begun, earlier["updated_at"]) - _SECOND
    return earlier


def _unit(district: str, number: int, volume: float) -> Unit:
    total = round(volume)
    police = round(total * _POLICE_SHARE)
    return Unit(district, number, police, total - police)


def _unit_cohort(seed: int, office: Office, month: Month, unit: Unit) -> Table:
    rng = stream(seed, "dossiers", office.supplier, month, unit.district)
    rates = _rates(seed, office, unit.district)
    police, others = (
        used_by(office, month, unit.district, by_police) for by_police in (True, False)
    )
    known = (*police, *others)
    chosen = np.concatenate(
        [
            pick(rng, unit.police, [p.weight for p in police]),
            len(police) + pick(rng, unit.others, [p.weight for p in others]),
        ]
    )
    table = _procedure_columns(office, unit, known, chosen)
    table |= _life(rng, month, known, chosen)
    table["channel"] = _channels(rng, office, table, rates)
    table |= _money(rng, unit, known, chosen, rates)
    table |= _digital(rng, table, rates)
    return table


def _rates(seed: int, office: Office, district: str) -> Rates:
    if district in DOSSIER_RATES:
        return DOSSIER_RATES[district]
    rng = stream(seed, "dossiers", office.supplier, "rates", district)
    online, processed, paid, synced, digitised, extra_in, extra_out, reused = rng.uniform(
        (0.55, 0.75, 0.45, 0.5, 0.5, 0.03, 0.02, 0.05),
        (0.86, 0.97, 0.85, 0.97, 0.85, 0.1, 0.08, 0.4),
    )
    return Rates(
        online,
        processed,
        paid,
        synced,
        digitised + extra_in,
        digitised + extra_out,
        digitised,
        reused,
    )


def _procedure_columns(
    office: Office, unit: Unit, known: tuple[Procedure, ...], chosen: Integers
) -> Table:
    size = len(chosen)
    place = (
        office.district(unit.district).named_in_text
        if unit.district
        else f"tỉnh {office.province_name}"
    )
    department = {False: f"UBND {place}", True: f"Công an {place}"}
    police_code, civil_code = (
        _agency_code(office, unit.number + 40),
        _agency_code(office, unit.number),
    )
    columns = {
        "procedure_code": [p.code for p in known],
        "procedure_name": [p.name for p in known],
        "sector": [p.sector for p in known],
        "agency_level": [p.agency_level for p in known],
        "service_level": [p.service_level for p in known],
        "agency_name": [department[p.by_police] for p in known],
        "agency_code": [police_code if p.by_police else civil_code for p in known],
    }
    table = {name: text(values)[chosen] for name, values in columns.items()}
    table["by_police"] = np.array([p.by_police for p in known])[chosen]
    table["province"] = same(office.province_code, size)
    table["district"] = same(unit.district, size)
    return table


def _agency_code(office: Office, number: int) -> str:
    return f"000.00.{number}.{office.agency}" if office.old_codes else f"{office.agency}.{number}"


def _life(
    rng: np.random.Generator, month: Month, known: tuple[Procedure, ...], chosen: Integers
) -> Table:
    """Submission, receipt, due time, end and return of every dossier."""
    size = len(chosen)
    received = _moments_in(rng, month, size)
    limit = np.array([p.limit_days for p in known])[chosen]
    before = np.where(
        rng.random(size) < 0.35, rng.integers(1, 3, size=size) * 86_400, 0
    ) + rng.integers(60, 3_600, size=size)
    due = (
        received.astype("datetime64[D]")
        + (limit * 7 // 5 + 1).astype("timedelta64[D]")
        + np.timedelta64(_OFFICE_CLOSES * 60, "s")
    )
    speed = np.where(
        rng.random(size) < 0.045, rng.uniform(1.15, 3.5, size=size), rng.beta(2.2, 2.0, size=size)
    )
    days = np.minimum((limit * 1.4 * speed).astype(np.int64), LIFETIME_DAYS)
    at_desk = rng.integers(_OFFICE_OPENS * 60, _OFFICE_CLOSES * 60, size=size)
    finished = received.astype("datetime64[D]").astype("datetime64[s]") + days * 86_400 + at_desk
    finished = np.where(days == 0, received + rng.integers(600, 14_000, size=size), finished)
    returned = finished + np.where(
        rng.random(size) < 0.5,
        rng.integers(60, 7_200, size=size),
        rng.integers(1, 4, size=size) * 86_400,
    )
    final = pick(rng, size, (0.15, 0.83, 0.01, 0.01))
    final_status = np.array([9, 10, 7, 8])[final]
    requests = pick(rng, size, (0.945, 0.05, 0.005))
    return {
        "submitted_at": received - before,
        "received_at": received,
        "due_at": np.where(
            rng.random(size) < 0.02, np.datetime64("NaT"), due.astype("datetime64[s]")
        ),
        "finished_at": finished,
        "returned_at": np.where(final_status == 10, returned, np.datetime64("NaT")),
        "final_status": final_status,
        "supplement_requests": requests,
        "supplement_days": np.where(
            requests > 0, np.minimum(rng.integers(1, 9, size=size), 2 * days) / 2, 0.0
        ),
    }


def _moments_in(rng: np.random.Generator, month: Month, size: int) -> Times:
    """Moments within office hours, on working days mostly."""
    days = np.arange(
        np.datetime64(month.first_day, "D"), np.datetime64(month.plus(1).first_day, "D")
    )
    weights = np.where(np.is_busday(days), 1.0, 0.12)
    day = days[pick(rng, size, weights.tolist())]
    second = rng.integers(_OFFICE_OPENS * 60, _OFFICE_CLOSES * 60, size=size)
    return np.sort(day.astype("datetime64[s]") + second)


def _channels(rng: np.random.Generator, office: Office, table: Table, rates: Rates) -> Integers:
    """Channels, with exactly the wanted number online.

    In Quảng Nam the procedures of S0-02 and S0-04 … S0-07 are online: seals all, the others above
    90 %.
    """
    size = size_of(table)
    fixed = table["by_police"] & (office is QUANG_NAM)
    offline_fixed = np.zeros(size, dtype=np.bool_)
    for code in np.unique(table["procedure_code"][fixed].astype(str)):
        mine = np.flatnonzero(table["procedure_code"] == code)
        seals = table["sector"][mine[0]] == _ONLINE_SECTORS[0]
        if not seals:
            offline_fixed[mine[16::17]] = True
    online = fixed & ~offline_fixed
    free = np.flatnonzero(~fixed)
    wanted = round(size * rates.online) - int(online.sum())
    online[free[exactly(rng, len(free), max(0, min(wanted, len(free))))]] = True
    offline = np.array([1, 3, -1])[pick(rng, size, (0.86, 0.06, 0.08))]
    return np.where(online, 2, offline).astype(np.int64)


def _money(
    rng: np.random.Generator,
    unit: Unit,
    known: tuple[Procedure, ...],
    chosen: Integers,
    rates: Rates,
) -> Table:
    size = len(chosen)
    fees = np.array([p.fee_vnd for p in known])[chosen]
    payable = np.flatnonzero(fees > 0)
    wanted = min(round(size * 0.42), len(payable))
    if unit.district == TAM_KY:
        wanted -= wanted % FEE_STEP
    bearing = np.zeros(size, dtype=np.bool_)
    bearing[rng.permutation(payable)[:wanted]] = True
    paid = np.zeros(size, dtype=np.bool_)
    paid[np.flatnonzero(bearing)[exactly(rng, wanted, round(wanted * rates.paid_online))]] = True
    gateway = np.where(rng.random(size) < 0.7, 1, 2)
    return {
        "fee_vnd": np.where(bearing, fees, 0).astype(np.int64),
        "online_payment": np.where(paid, gateway, 0).astype(np.int64),
    }


def _digital(rng: np.random.Generator, table: Table, rates: Rates) -> Table:
    """Flags of the digital file.

    The two that are counted over *finished* dossiers are spread evenly along the time of finishing,
    so that any window of months shows their rates.
    """
    size = size_of(table)
    by_end = np.argsort(table["finished_at"], kind="stable")
    both = np.zeros(size, dtype=np.bool_)
    both[by_end] = evenly(size, rates.digitised)
    rest = by_end[~both[by_end]]
    paper_only, result_only = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    single = rng.permutation(rest)
    papers = round(size * (rates.input_digitised - rates.digitised))
    results = round(size * (rates.output_digitised - rates.digitised))
    paper_only[single[:papers]] = True
    result_only[single[papers : papers + results]] = True

    def share(rate: float) -> Booleans:
        return exactly(rng, size, round(size * rate))

    flags = {
        "processed_online": share(rates.processed_online),
        "components_digitised": both | paper_only,
        "electronic_result": both | result_only,
        "data_reused": share(rates.reused),
        "national_sync": share(rates.synced),
    }
    return {name: values.astype(np.int8) for name, values in flags.items()}


def _applicants(rng: np.random.Generator, office: Office, on: Times) -> Table:
    size = len(on)
    kind = pick(rng, size, (0.93, 0.06, 0.01))
    ages = rng.integers(18, 80, size=size)
    ids = people.citizen_ids(
        rng, office.province_code, people.births(rng, on, ages), rng.random(size) < 0.5
    )
    taxes = people.tax_codes(rng, size)
    names = people.names(rng, size)
    firms = [
        ("", f"Công ty TNHH Mẫu {n}", f"Cơ quan Mẫu {n}")
        for n in rng.integers(1, 10_000, size=size)
    ]
    misread = rng.random(size) < 0.002
    return {
        "applicant_type": text(["Công dân", "Doanh nghiệp", "Cơ quan"])[kind],
        "applicant_name": text(
            [firm[k] or name for k, firm, name in zip(kind, firms, names, strict=True)]
        ),
        "applicant_id": text(
            [
                f"{i[:-2]}O{i[-1]}" if bad else tax if k else i
                for k, i, tax, bad in zip(kind, ids, taxes, misread, strict=True)
            ]
        ),
        "phone": text(people.phones(rng, size)),
    }


def _procedure_codes_as_kept(rng: np.random.Generator, office: Office, table: Table) -> Text:
    """Some systems append the province's agency code; and a few codes are in no catalogue (a
    warning), not where rates are published.
    """
    codes = table["procedure_code"]
    size = len(codes)
    if office.old_codes:
        codes = np.where(rng.random(size) < 0.03, codes + f".000.00.00.{office.agency}", codes)
    unknown = (
        (rng.random(size) < 0.002)
        & ~np.isin(table["district"].astype(str), [*DOSSIER_RATES, ""])
        & ~table["by_police"]
    )
    kept: Text = np.where(unknown, _UNKNOWN_PROCEDURE, codes)
    return kept


def _codes(rng: np.random.Generator, table: Table) -> Text:
    """Dossier codes: agency, day of receipt, running number of that agency and day.

    One in a thousand bears a day ten days off (a warning) and a number no other code can have.
    """
    agencies = table["agency_code"].astype(str)
    days = table["received_at"].astype("datetime64[D]")
    numbers = running_number(agencies, days)
    wrong = rng.random(len(days)) < 0.001
    days = np.where(wrong, days - 10, days)
    numbers = np.where(wrong, 100_000 + np.arange(len(days)), numbers)
    return _coded(agencies, days, numbers)


def _coded(agencies: Text, days: Times, numbers: Integers) -> Text:
    parts = zip(agencies, days.astype("datetime64[D]").astype(str), numbers, strict=True)
    return text(
        [f"{agency}-{day[2:4]}{day[5:7]}{day[8:10]}-{number:04d}" for agency, day, number in parts]
    )
