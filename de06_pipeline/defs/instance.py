"""The Dagster instance of a home folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import dagster as dg
from filelock import FileLock

TEMPLATE = Path(__file__).with_name("dagster.yaml")


def create_instance(dagster_home: Path) -> dg.DagsterInstance:
    """Create the instance in ``dagster_home`` if it is not there, and open it.

    SQLite storages that several processes create at the same moment break for good, so creation
    happens once, under a lock. An existing ``dagster.yaml`` is left as its owner changed it.
    """
    dagster_home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(dagster_home)
    with FileLock(str(dagster_home / ".create.lock")):
        config = dagster_home / "dagster.yaml"
        if not config.exists():
            partial = config.with_suffix(".yaml.part")
            shutil.copyfile(TEMPLATE, partial)
            partial.rename(config)
        instance = dg.DagsterInstance.get()
        # Touch each storage once: this is what creates its tables.
        instance.get_run_records(limit=1)
        instance.all_asset_keys()
        instance.all_instigator_state()
    return instance
