"""``make audit``: known vulnerabilities of what a server installs, and how much could be looked up.

An index that answers without its vulnerability records must not pass for a clean bill, so what
could not be audited is counted and said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lint.locked import SERVER_LOCK

ARGUMENTS = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]


def main() -> int:
    """Exit code 0 where nothing is known, 1 where something is, 2 where nothing could be asked."""
    program = Path(sys.executable).with_name("pip-audit")
    done = subprocess.run(
        [program, "--requirement", SERVER_LOCK, *ARGUMENTS],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print("audit: no database of vulnerabilities could be reached")
        return 2
    asked = [package for package in packages if "skip_reason" not in package]
    known = [(package, fault) for package in asked for fault in package["vulns"]]
    for package, fault in known:
        remedy = ", ".join(fault["fix_versions"]) or "no version without it yet"
        print(f"{package['name']} {package['version']}: {fault['id']}, mended in {remedy}")
    print(
        f"audit: {len(asked)} of {len(packages)} packages looked up, {len(known)} vulnerabilities"
    )
    return 2 if packages and not asked else int(bool(known))


if __name__ == "__main__":
    sys.exit(main())
