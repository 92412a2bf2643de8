"""Random workbooks and CSV files of known values, many more than the suite makes: ``python -m
benchmarks.books --cases 20 --seed 7``.

Runs the laws of ``de06_pipeline_tests/property`` about reading, each with so many times as many
examples as in the suite. What is read must be what was written, or the difference must be named by
row and column. LibreOffice saves some of the workbooks where it is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from de06_pipeline.settings import REPOSITORY

LAWS = ("test_workbook_laws.py", "test_csv_meaning_laws.py")


def main() -> int:
    """Exit code 0 where every law held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books")
    parser.add_argument("--cases", type=int, default=20, help="times as many as in the suite")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    laws = [str(REPOSITORY / "de06_pipeline_tests" / "property" / law) for law in LAWS]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"]
    return subprocess.run(
        [*command, f"--hypothesis-seed={given.seed}", *laws],
        env=os.environ | {"DE06_LAW_EXAMPLES": str(given.cases)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
