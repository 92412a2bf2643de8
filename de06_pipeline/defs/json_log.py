"""What Dagster logs about runs, as lines of JSON for a log collector: one file a day.

Dagster makes the handler from ``dagster.yaml`` in every process that works on runs, so the daemon,
workers and the command line write alike. Steps let no value of a row into their messages.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path


class JsonLog(logging.Handler):
    """Appends each record to ``<folder>/de06-<YYYY-MM-DD>.jsonl`` (UTC).

    A line is written at once and whole, so that several processes may write to one file. A log that
    cannot be written ends no run.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = Path(folder)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = json.dumps(as_line(record), ensure_ascii=False) + "\n"
            day = datetime.fromtimestamp(record.created, UTC).date()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"de06-{day}.jsonl"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except Exception:
            self.handleError(record)


def as_line(record: logging.LogRecord) -> dict[str, str]:
    """The keys of a line; those of the run only where the record is about one."""
    about = getattr(record, "dagster_meta", {})
    event = about.get("dagster_event")
    tags = about.get("job_tags") or {}
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "message": about.get("orig_message") or record.getMessage(),
        # As the UI calls it; Dagster's storage still has the old word.
        "event": getattr(event, "event_type_value", "").replace("PIPELINE_", "RUN_"),
        "run_id": about.get("run_id") or "",
        "job": about.get("job_name") or "",
        "month": tags.get("dagster/partition", "")[:7],
        "step": about.get("step_key") or "",
    }
    return {name: value for name, value in line.items() if value}
