"""The month of public-service dossiers as one plain script: ``pandas.read_csv``, pandas, and Great
Expectations on pandas.

What a data engineer would write on a good day for one clean national CSV without this product:
columns with few distinct texts are categories and looked up once a text, everything else is
vectorised. It shares no code with ``de06_pipeline`` and reads no contract; ``docs/benchmarks.md``
compares its work with the product's.

Usage: ``python -m benchmarks.plain_pandas <csv> <reference folder> <YYYY-MM> <output folder>
[--reader arrow]``; prints the counts as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pandas as pd

from benchmarks.plain_figures import figures_of_month
from benchmarks.plain_rules import findings, judge, superseded_lines
from benchmarks.plain_values import COMPLETE, REPEATED, STORED, TIMES, typed


def run(csv: Path, reference: Path, month: pd.Timestamp, out: Path, reader: str) -> dict[str, int]:
    """Do the month and return its counts: rows read, accepted, quarantined, superseded, and three
    totals of the country.
    """
    out.mkdir(parents=True, exist_ok=True)
    raw = read(csv, reader)
    rows, superseded = without_repeats(typed(raw, month, reference))
    rules, broken = judge(rows)
    quarantine = findings(raw, broken, warnings=False)
    remarks = pd.concat([findings(raw, broken, warnings=True), superseded_lines(superseded)])
    quarantine.to_parquet(out / "quarantine.parquet", index=False, compression="zstd")
    remarks.sort_values(["row_number", "rule_id"]).to_parquet(
        out / "remarks.parquet", index=False, compression="zstd"
    )
    counts = {"read": len(raw)}
    del raw
    accepted = rows.loc[~rows.index.isin(quarantine["row_number"]), STORED]
    del rows
    accepted = accepted.sort_values(["file_no", "row_number"]).astype(COMPLETE)
    accepted.to_parquet(out / "accepted.parquet", index=False, compression="zstd")
    with (out / "accepted.parquet").open("rb") as file:
        content_hash = hashlib.file_digest(file, "sha256").hexdigest()
    figures = figures_of_month(accepted, reference, month, out)
    counts |= {
        "accepted": len(accepted),
        "quarantined": quarantine["row_number"].nunique(),
        "superseded": len(superseded),
    }
    if counts["read"] != counts["accepted"] + counts["quarantined"] + counts["superseded"]:
        raise RuntimeError(f"Rows are not accounted for: {counts}")
    delivery = pd.DataFrame([counts | {"content_hash": content_hash}])
    with closing(sqlite3.connect(out / "figures.sqlite")) as con, con:
        for name, table in {"delivery": delivery, "rule": rules, "figure": figures}.items():
            table.to_sql(name, con, if_exists="replace", index=False)
    country = figures.query(
        "level == 'country' and breakdown == '' and period_type == 'month' and time_window == 'month'"
    )
    totals = country.set_index("indicator")["numerator"]
    return counts | {
        name: int(totals[f"dvc.{name}"]) for name in ("received", "finished", "pending")
    }


def read(csv: Path, reader: str) -> pd.DataFrame:
    """All columns as text, cleaned; the index is the line in the file, if no record is broken over
    lines.
    """
    engine: Literal["c", "pyarrow"] = "pyarrow" if reader == "arrow" else "c"
    raw = pd.read_csv(
        csv, sep=";", dtype="str", engine=engine, keep_default_na=False, na_values=[""]
    )
    raw.index = pd.RangeIndex(
        2, 2 + len(raw)
    )  # unnamed: with a name Great Expectations lists dicts, more slowly
    for column in REPEATED:
        raw[column] = cleaned_texts(raw[column].astype("category"))
    for column in ("dossier_code", "applicant_id", *TIMES):
        raw[column] = raw[column].str.replace("\u00a0", " ").str.strip()
    return raw.drop(columns=["applicant_name", "phone"])  # no rule and no figure looks at them


def cleaned_texts(column: pd.Series) -> pd.Series:
    """A categorical column with its distinct texts composed, trimmed and with plain single spaces."""
    texts = column.cat.categories.str.normalize("NFC").str.split().str.join(" ")
    return pd.Series(
        pd.Categorical(texts.where(texts != "", None)).take(
            column.cat.codes.to_numpy(), allow_fill=True
        ),
        index=column.index,
    )


def without_repeats(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index]:
    """Keep the latest row of each dossier code; rows without a readable code do not compete.

    Returns the others' numbers too.
    """
    repeated = rows["dossier_code"].notna() & rows.duplicated("dossier_code", keep=False)
    if not repeated.any():
        return rows, rows.index[:0]
    latest_last = rows.loc[repeated].sort_values("updated_at", kind="stable", na_position="first")
    losers = latest_last.index[latest_last.duplicated("dossier_code", keep="last")].sort_values()
    return rows.drop(index=losers), losers


if __name__ == "__main__":
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain_pandas")
    parser.add_argument("csv", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("month", type=pd.Timestamp)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--reader",
        choices=("plain", "arrow"),
        default="plain",
        help="pandas' own CSV reader, or Arrow's behind it",
    )
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.csv, chosen.reference, chosen.month, chosen.out, chosen.reader)))
