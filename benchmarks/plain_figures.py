"""The month's figures with pandas: one grouping of all rows, rolled up to country, provinces and districts, into SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd

BREAKDOWNS = ["agency_level", "service_level", "sector", "procedure"]
COUNTS = {
    name: [*BREAKDOWNS[:3], *more]
    for name, more in {
        "received": ["procedure"], "carried_over": [], "finished": [], "pending": [], "received_online": [], "received_counter": [],
        "received_post": [], "finished_early": [], "finished_on_time": [], "finished_overdue": [], "pending_in_time": [],
        "pending_overdue": [], "not_accepted": [], "no_due_date": [],
    }.items()
}  # fmt: skip
RATES_BY_PROCEDURE = ("online_rate", "on_time_rate", "processing_days_mean")
RATES = {
    "online_rate": (["received_online"], ["received"]),
    "online_rate_of_online_services": (["received_online_of_online_services"], ["received_of_online_services"]),
    "online_rate_of_full_services": (["received_online_of_full_services"], ["received_of_full_services"]),
    "processed_online_rate": (["received_processed_online"], ["received"]),
    "online_payment_rate": (["received_paid_online"], ["received_with_fee"]),
    "sync_rate": (["received_synced"], ["received"]),
    "digitised_input_rate": (["received_digitised"], ["received"]),
    "digitised_output_rate": (["finished_electronic"], ["finished"]),
    "digitised_rate": (["finished_digitised"], ["finished"]),
    "data_reused_rate": (["received_reused"], ["received"]),
    "on_time_rate": (["finished_early", "finished_on_time", "pending_in_time"], ["received", "carried_over"]),
    "processing_days_mean": (["processing_seconds"], ["finished"]),
}


def write_figures(rows: pd.DataFrame, reference: Path, month: pd.Timestamp, path: Path) -> dict[str, int]:
    """Compute and store the figures of the month; returns what was received, finished and pending in the country."""
    measures = _measures(rows, month)
    keys = _keys(rows, reference)
    names = list(measures.columns)
    cells = pd.concat([keys, measures], axis=1).groupby(list(keys.columns), dropna=False, observed=True)[names].sum().reset_index()
    figures = pd.concat([_figures(cells, names), _medians(rows, measures, keys)], ignore_index=True)
    figures.insert(0, "month", str(month.date()))
    with closing(sqlite3.connect(path)) as con, con:
        figures.to_sql("figure", con, if_exists="replace", index=False)
    return {name: int(cells[name].sum()) for name in ("received", "finished", "pending")}


def _measures(rows: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """One column of 0 and 1 (or seconds) for each thing that is counted."""
    end = start + pd.offsets.MonthBegin()
    received_at, finished_at, due_at = rows["received_at"], rows["finished_at"], rows["due_at"]
    status = rows["status"].astype("int64")
    alive = ~status.isin([1, 3]) & (received_at < end) & (finished_at.isna() | (finished_at >= start))
    received, carried_over = alive & (received_at >= start), alive & (received_at < start)
    finished = alive & (finished_at < end)
    pending = alive & (finished_at.isna() | (finished_at >= end))
    supplements = rows["supplement_days"].astype("float64") * 86400
    repeated = rows["supplement_requests"].astype("int64") > 1
    overdue = repeated | ((finished_at - due_at).dt.total_seconds() > supplements)
    early = ((finished_at - due_at.dt.normalize()).dt.total_seconds() < supplements) & ~overdue
    late_pending = repeated | (due_at < end)
    online, service = rows["channel"].astype("int64") == 2, rows["service_level"].astype("str")
    yes = {
        c: rows[c].astype("bool") for c in ("processed_online", "components_digitised", "electronic_result", "data_reused", "national_sync")
    }
    with_fee, paid = rows["fee_vnd"].astype("int64") > 0, rows["online_payment"].astype("int64") > 0
    not_accepted = (status == 3) & (rows["submitted_at"] >= start) & (rows["submitted_at"] < end)
    seconds = (finished_at - received_at).dt.total_seconds().fillna(0) - supplements
    found = {
        "received": received,
        "carried_over": carried_over,
        "finished": finished,
        "pending": pending,
        "received_online": received & online,
        "received_counter": received & (rows["channel"].astype("int64") == 1),
        "received_post": received & (rows["channel"].astype("int64") == 3),
        "finished_early": finished & early,
        "finished_on_time": finished & ~overdue & ~early,
        "finished_overdue": finished & overdue,
        "pending_in_time": pending & ~late_pending,
        "pending_overdue": pending & late_pending,
        "no_due_date": alive & due_at.isna(),
        "not_accepted": not_accepted,
        "received_of_online_services": received & (service != "Còn lại"),
        "received_online_of_online_services": received & online & (service != "Còn lại"),
        "received_of_full_services": received & (service == "Toàn trình"),
        "received_online_of_full_services": received & online & (service == "Toàn trình"),
        "received_processed_online": received & yes["processed_online"],
        "received_with_fee": received & with_fee,
        "received_paid_online": received & with_fee & paid,
        "received_synced": received & yes["national_sync"],
        "received_digitised": received & yes["components_digitised"],
        "finished_electronic": finished & yes["electronic_result"],
        "finished_digitised": finished & yes["electronic_result"] & yes["components_digitised"],
        "received_reused": received & yes["data_reused"],
        "processing_seconds": seconds.where(finished, 0).astype("int64"),
    }
    return pd.DataFrame(found)


def _keys(rows: pd.DataFrame, reference: Path) -> pd.DataFrame:
    listed = set(pd.read_csv(reference / "sectors.csv", dtype=str)["sector"])
    sector = rows["sector"].astype("category")
    return pd.DataFrame(
        {
            "province_id": rows["province_id"],
            "district_id": rows["district_id"],
            "agency_level": rows["agency_level"].astype("category"),
            "service_level": rows["service_level"].astype("category"),
            "sector": sector.cat.rename_categories(lambda text: text).where(sector.isin(listed)),
            "procedure": rows["procedure_code"].astype("category"),
        }
    )


def _figures(cells: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """Counts and rates for each area, in all and by breakdown; procedures not for districts."""
    parts = []
    for level, area in (("country", []), ("province", ["province_id"]), ("district", ["district_id"])):
        inside = cells.dropna(subset=area) if area else cells
        for breakdown in [None, *BREAKDOWNS]:
            if breakdown in ("sector", "procedure") and level == "district":
                continue
            by = area + ([breakdown] if breakdown else [])
            if by:
                sums = inside.groupby(by, observed=True)[measures].sum().reset_index()
            else:
                sums = inside[measures].sum().to_frame().T
            parts.append(_long(sums, level, area, breakdown))
    return pd.concat(parts, ignore_index=True)


def _long(sums: pd.DataFrame, level: str, area: list[str], breakdown: str | None) -> pd.DataFrame:
    """One row for each area and indicator."""
    about = {
        "level": level,
        "area_id": sums[area[0]] if area else 1,
        "breakdown": breakdown + "=" + sums[breakdown].astype("str") if breakdown else "",
    }
    parts = [
        pd.DataFrame({**about, "indicator": f"dvc.{name}", "numerator": sums[name], "denominator": None}, index=sums.index)
        for name, breakdowns in COUNTS.items()
        if breakdown is None or breakdown in breakdowns
    ]
    parts += [
        pd.DataFrame(
            {**about, "indicator": f"dvc.{name}", "numerator": sums[above].sum(axis=1), "denominator": sums[below].sum(axis=1)},
            index=sums.index,
        )
        for name, (above, below) in RATES.items()
        if breakdown not in ("sector", "procedure") or name in RATES_BY_PROCEDURE
    ]
    return pd.concat([part.astype({"denominator": "float64"}) for part in parts], ignore_index=True)


def _medians(rows: pd.DataFrame, measures: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    finished = measures["finished"]
    times = pd.concat(
        [keys.loc[finished, ["province_id", "district_id", "agency_level"]], measures.loc[finished, "processing_seconds"]], axis=1
    )
    parts = []
    for level, area in (("country", []), ("province", ["province_id"]), ("district", ["district_id"])):
        for breakdown in (None, "agency_level"):
            by = area + ([breakdown] if breakdown else [])
            values = times["processing_seconds"]
            grouped = times.groupby(by, observed=True)["processing_seconds"] if by else values.groupby([True] * len(values))
            found = grouped.agg(["median", "size"]).reset_index()
            parts.append(
                pd.DataFrame(
                    {
                        "level": level,
                        "area_id": found[area[0]] if area else 1,
                        "breakdown": breakdown + "=" + found[breakdown].astype("str") if breakdown else "",
                        "indicator": "dvc.processing_days_median",
                        "numerator": found["median"],
                        "denominator": found["size"].astype("float64"),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
