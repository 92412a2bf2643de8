"""``python -m de06_pipeline.contracts.lint FOLDER``: one line a finding; exit 1 when there is any,
2 when called wrongly.
"""

from __future__ import annotations

import sys
from pathlib import Path

from de06_pipeline.contracts.lint import lint


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m de06_pipeline.contracts.lint FOLDER", file=sys.stderr)
        return 2
    findings = lint(Path(arguments[0]))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings" if findings else "contracts are clean", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
