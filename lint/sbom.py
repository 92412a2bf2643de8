"""``make sbom``: what the product is made of, with licences, as CycloneDX.

The environment holds the tools of development too, so its bill is cut down to the packages of
``requirements-run.lock``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from lint.locked import locked

OUTPUT = Path("build/sbom.json")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "sbom.json"
        program = Path(sys.executable).with_name("cyclonedx-py")
        command: list[str | Path] = [
            program,
            "environment",
            sys.executable,
            "--pyproject",
            "pyproject.toml",
        ]
        subprocess.run([*command, "--output-reproducible", "-o", whole], check=True)
        bill = json.loads(whole.read_text(encoding="utf-8"))
    versions = locked()
    kept = [c for c in bill["components"] if c["version"] in versions.get(_name(c), ())]
    names = {component["bom-ref"] for component in kept} | {"root-component"}
    bill["components"] = kept
    bill["dependencies"] = [
        entry | {"dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in names]}
        for entry in bill["dependencies"]
        if entry["ref"] in names
    ]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    unlicensed = sorted(_name(c) for c in kept if not c.get("licenses"))
    print(f"{OUTPUT}: {len(kept)} packages; without a declared licence: {unlicensed or 'none'}")


def _name(component: dict[str, str]) -> str:
    return component["name"].replace("_", "-").replace(".", "-").lower()


if __name__ == "__main__":
    main()
