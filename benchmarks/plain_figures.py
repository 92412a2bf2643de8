"""The month's figures with pandas: one grouping of all rows, for the calendar month and the
administrative one, rolled up to country, provinces, districts.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.plain_values import areas_in_force

BY_AGENCY = ("agency_level", "agency_group")
BY_SERVICE = (*BY_AGENCY, "service_level")
BREAKDOWNS = (*BY_SERVICE, "sector", "procedure")
FOR_DISTRICTS = BY_SERVICE
COUNTS = {
    "received": BREAKDOWNS,
    **dict.fromkeys(
        (
            "carried_over",
            "finished",
            "pending",
            "received_online",
            "received_counter",
            "received_post",
        ),
        BREAKDOWNS[:-1],
    ),
    **dict.fromkeys(
        (
            "finished_early",
            "finished_on_time",
            "finished_overdue",
            "pending_in_time",
            "pending_overdue",
        ),
        BREAKDOWNS[:-1],
    ),
    "no_due_date": (),
    "not_accepted": ("agency_level",),
}
RATES = {
    "online_rate": (["received_online"], ["received"], BREAKDOWNS),
    "online_rate_of_online_services": (
        ["online_of_online_services"],
        ["received_of_online_services"],
        BY_SERVICE,
    ),
    "online_rate_of_full_services": (
        ["online_of_full_services"],
        ["received_of_full_services"],
        BY_AGENCY,
    ),
    "processed_online_rate": (["received_processed_online"], ["received"], BY_SERVICE),
    "online_payment_rate": (["received_paid_online"], ["received_with_fee"], BY_SERVICE),
    "sync_rate": (["received_synced"], ["received"], BY_SERVICE),
    "digitised_input_rate": (["received_digitised"], ["received"], BY_SERVICE),
    "digitised_output_rate": (["finished_electronic"], ["finished"], BY_SERVICE),
    "digitised_rate": (["finished_digitised"], ["finished"], BY_SERVICE),
    "data_reused_rate": (["received_reused"], ["received"], BY_SERVICE),
    "on_time_rate": (
        ["finished_early", "finished_on_time", "pending_in_time"],
        ["received", "carried_over"],
        BREAKDOWNS,
    ),
    "processing_days_mean": (["processing_seconds"], ["finished"], ("agency_level", "procedure")),
}
MEDIAN = "dvc.processing_days_median"
IDENTITIES = [
    (["received", "carried_over"], ["finished", "pending"]),
    (["finished_early", "finished_on_time", "finished_overdue"], ["finished"]),
    (["pending_in_time", "pending_overdue"], ["pending"]),
    (["received_online", "received_counter", "received_post"], ["received"]),
]
LEVELS = {"country": "country_id", "province": "province_id", "district": "district_id"}


def figures_of_month(
    rows: pd.DataFrame, reference: Path, month: pd.Timestamp, out: Path
) -> pd.DataFrame:
    """All figures of the calendar month and of the administrative month that ends in it, as one row
    a figure; the cells of both are kept too.

    The administrative month is counted by this delivery alone, since there is no earlier one.

    Raises:
        RuntimeError: a sum that must hold by definition does not.
    """
    areas = areas_in_force(reference, month)
    keys = _keys(rows, reference)
    cell = (
        keys.groupby(list(keys.columns), dropna=False, observed=True, sort=False)
        .ngroup()
        .to_numpy()
    )
    finest = keys[~pd.Series(cell, index=keys.index).duplicated()].reset_index(drop=True)
    procedures = _procedure_labels(reference)
    cut, end = month + pd.Timedelta(days=14), month + pd.offsets.MonthBegin()
    tables: list[pd.DataFrame] = []
    begun = month - pd.offsets.MonthBegin() + pd.Timedelta(days=14)
    for part, first, last in (("month", month, end), ("report_month", begun, cut)):
        measures = _measures(rows, first, last)
        cells = finest.join(measures.groupby(cell).sum())
        for left, right in IDENTITIES:
            if not cells[left].sum(axis="columns").equals(cells[right].sum(axis="columns")):
                raise RuntimeError(f"{left} differ from {right} in the cells of {part}.")
        cells.to_parquet(out / f"cells.{part}.parquet", index=False, compression="zstd")
        seconds = measures.loc[measures["finished"], ["processing_seconds"]].join(keys)
        totals = pd.concat(
            [
                _sums(cells, measures.columns.to_list(), procedures, areas),
                _medians(seconds, areas),
            ],
            ignore_index=True,
        )
        tables += _windows(totals, part, month)
    figures = pd.concat(tables, ignore_index=True)
    provinces = int((areas["level"] == "province").sum())
    figures["areas_expected"] = figures["level"].map(
        {"country": provinces, "province": 1, "district": 1}
    )
    figures["areas_reported"] = figures["areas_expected"].where(figures["is_whole"], 0)
    figures["status"] = "reported"
    figures["status"] = (
        figures["status"]
        .mask(figures["numerator"].eq(0).fillna(False), "reported_zero")
        .mask(~figures["is_whole"], "partial")
        .mask(figures["denominator"].eq(0).fillna(False), "no_denominator")
    )
    figures.insert(0, "month", str(month.date()))
    return figures.drop(columns=["dimension", "is_whole"])


def _windows(totals: pd.DataFrame, part: str, month: pd.Timestamp) -> list[pd.DataFrame]:
    """A period's figures, its year to date and, in a quarter's last month, the quarter: these have
    this month alone in them, are therefore partial, and have fewer breakdowns.
    """
    by_agency = [
        f"dvc.{name}" for name in (*COUNTS, "online_rate", "on_time_rate", "processing_days_mean")
    ] + [MEDIAN]
    short = totals["dimension"].isin(["", *BY_AGENCY]) & (
        (totals["dimension"] == "") | totals["indicator"].isin(by_agency)
    )
    longer = totals[short & (totals["indicator"] != "dvc.no_due_date")]
    own = totals if part == "month" else totals[short]
    names = ["ytd", *(["quarter"] if month.month % 3 == 0 else [])]
    return [
        own.assign(period_type=part, time_window="month", is_whole=part == "month"),
        *(longer.assign(period_type=part, time_window=name, is_whole=False) for name in names),
    ]


def _measures(rows: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """One column of true and false (or seconds) for each thing that is counted between two
    instants.
    """
    received_at, finished_at, due_at, status = (
        rows["received_at"],
        rows["finished_at"],
        rows["due_at"],
        rows["status"],
    )
    alive = ~status.isin([1, 3]) & (received_at < end) & ~(finished_at < start)
    received, carried_over = alive & (received_at >= start), alive & (received_at < start)
    finished = alive & (finished_at < end)
    pending = alive & ~(finished_at < end)
    paused = (rows["supplement_days"] * 86400).round(2)
    repeated = rows["supplement_requests"] > 1
    overdue = repeated | ((finished_at - due_at).dt.total_seconds() > paused)
    early = ((finished_at - due_at.dt.normalize()).dt.total_seconds() < paused) & ~overdue
    pending_overdue = repeated | (due_at < end)
    online, with_fee = rows["channel"] == 2, rows["fee_vnd"] > 0
    of_full, of_online = rows["service_level"] == "Toàn trình", rows["service_level"] != "Còn lại"
    digitised, electronic = rows["components_digitised"], rows["electronic_result"]
    not_accepted = (status == 3) & (rows["submitted_at"] >= start) & (rows["submitted_at"] < end)
    seconds = (finished_at - received_at).dt.total_seconds() - paused.round()
    return pd.DataFrame(
        {
            "received": received,
            "carried_over": carried_over,
            "finished": finished,
            "pending": pending,
            "received_online": received & online,
            "received_counter": received & (rows["channel"] == 1),
            "received_post": received & (rows["channel"] == 3),
            "finished_early": finished & early,
            "finished_on_time": finished & ~overdue & ~early,
            "finished_overdue": finished & overdue,
            "pending_in_time": pending & ~pending_overdue,
            "pending_overdue": pending & pending_overdue,
            "no_due_date": alive & due_at.isna(),
            "not_accepted": not_accepted,
            "received_of_online_services": received & of_online,
            "online_of_online_services": received & online & of_online,
            "received_of_full_services": received & of_full,
            "online_of_full_services": received & online & of_full,
            "received_processed_online": received & rows["processed_online"],
            "received_with_fee": received & with_fee,
            "received_paid_online": received & with_fee & (rows["online_payment"] > 0),
            "received_synced": received & rows["national_sync"],
            "received_digitised": received & digitised,
            "finished_electronic": finished & electronic,
            "finished_digitised": finished & electronic & digitised,
            "received_reused": received & rows["data_reused"],
            "processing_seconds": seconds.where(finished, 0).astype("int64"),
        }
    )


def _keys(rows: pd.DataFrame, reference: Path) -> pd.DataFrame:
    listed = pd.read_csv(reference / "sectors.csv", dtype="str", comment="#")["sector"]
    sector = rows["sector"].where(rows["sector"].isin(listed))
    keys = rows[["province_id", "district_id", "agency_level", "service_level"]].assign(
        country_id=1,
        agency_group="Khác",  # the agency that leads the procedure: nobody delivered a catalogue
        sector=sector.cat.remove_unused_categories().cat.add_categories("Khác").fillna("Khác"),
        procedure=rows["procedure_code"],
    )
    return keys.astype({"agency_group": "category"})


def _procedure_labels(reference: Path) -> pd.DataFrame:
    """The groups that a procedure is counted in besides its own code."""
    groups = pd.read_csv(reference / "procedure_groups.csv", dtype="str", comment="#")
    return groups.rename(columns={"procedure_code": "procedure"})[
        ["procedure", "group"]
    ].drop_duplicates()


def _sums(
    cells: pd.DataFrame, measures: list[str], procedures: pd.DataFrame, areas: pd.DataFrame
) -> pd.DataFrame:
    """Counts and rates for each area, in all and by breakdown."""
    parts = []
    for level, area in LEVELS.items():
        whole = (
            cells.groupby(area)[measures]
            .sum()
            .reindex(areas.loc[areas["level"] == level, "area_id"], fill_value=0)
        )
        parts.append(_long(whole.rename_axis("area_id").reset_index(), level, ""))
        for dimension in FOR_DISTRICTS if level == "district" else BREAKDOWNS:
            sums = cells.groupby([area, dimension], observed=True)[measures].sum().reset_index()
            if dimension == "procedure":
                grouped = (
                    sums.merge(procedures, on="procedure")
                    .groupby([area, "group"])[measures]
                    .sum()
                    .reset_index()
                )
                sums = pd.concat(
                    [sums, grouped.rename(columns={"group": "procedure"})], ignore_index=True
                )
            parts.append(_long(sums.rename(columns={area: "area_id"}), level, dimension))
    return pd.concat(parts, ignore_index=True)


def _long(sums: pd.DataFrame, level: str, dimension: str) -> pd.DataFrame:
    """One row for each area and indicator that has the breakdown; values that an indicator does not
    count have none.
    """
    about = _about(sums, level, dimension)
    wanted: dict[str, tuple[list[str], list[str], tuple[str, ...]]]
    wanted = {name: ([name], [], breakdowns) for name, breakdowns in COUNTS.items()} | RATES
    parts = []
    for name, (above, below, breakdowns) in wanted.items():
        if dimension in ("", *breakdowns):
            numerator = sums[above].sum(axis="columns")
            denominator = (
                sums[below].sum(axis="columns") if below else pd.Series(pd.NA, index=sums.index)
            )
            part = about.assign(
                indicator=f"dvc.{name}",
                numerator=numerator,
                denominator=denominator.astype("Int64"),
            )
            parts.append(
                part[(numerator != 0) | (part["denominator"].fillna(0) != 0)] if dimension else part
            )
    return pd.concat(parts, ignore_index=True)


def _about(sums: pd.DataFrame, level: str, dimension: str) -> pd.DataFrame:
    if not dimension:
        return sums[["area_id"]].assign(level=level, dimension="", breakdown="")
    label = (
        sums[dimension]
        .astype("str")
        .str.replace("\\", "\\\\")
        .str.replace("=", "\\=")
        .str.replace(";", "\\;")
    )
    return sums[["area_id"]].assign(
        level=level, dimension=dimension, breakdown=f"{dimension}=" + label
    )


def _medians(times: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The median processing time, rounded half up to a second, and of how many dossiers."""
    parts = []
    for level, area in LEVELS.items():
        for dimension in ("", "agency_level"):
            middles = times.groupby([area, dimension] if dimension else area, observed=True)[
                "processing_seconds"
            ].agg(["median", "size"])
            if not dimension:
                middles = middles.reindex(areas.loc[areas["level"] == level, "area_id"])
            middles = middles.reset_index(names=["area_id", *([dimension] if dimension else [])])
            numerator = ((middles["median"] + 0.5) // 1).astype("Int64")
            about = _about(middles, level, dimension).assign(indicator=MEDIAN)
            parts.append(
                about.assign(
                    numerator=numerator, denominator=middles["size"].fillna(0).astype("Int64")
                )
            )
    return pd.concat(parts, ignore_index=True)
