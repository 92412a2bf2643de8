"""Results that are kept: ``benchmarks/results.json``, by name, each with the machine and the versions
it was measured on.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Measured

RESULTS = Path(__file__).with_name("results.json")
_LIBRARIES = ("dagster", "duckdb", "great-expectations", "pandas", "pyarrow")

Numbers = dict[str, float]


def numbers(run: Measured) -> Numbers:
    return {
        "wall_s": round(run.wall_s, 2),
        "cpu_s": round(run.cpu_s, 2),
        "peak_mib": round(run.peak_mib),
    }


def keep(name: str, runs: dict[str, Numbers], ratios: Numbers, path: Path = RESULTS) -> None:
    """Write one result over the last one of its name.

    Args:
        name: what was measured, with its size.
        runs: what was run → seconds and MiB.
        ratios: of runs made side by side; what may be compared between machines.
    """
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[name] = {
        "runs": runs,
        "ratios": {what: round(ratio, 2) for what, ratio in ratios.items()},
        "machine": {
            "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "load_before": round(os.getloadavg()[0], 1),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(
        json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=2) + "\n",
        encoding="utf-8",
    )
