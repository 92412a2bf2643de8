"""``de06 worker``: a process that runs months handed out by the daemon of another machine."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import initialise
from de06_pipeline.errors import UsageError
from de06_pipeline.settings import Settings


def command(
    concurrency: Annotated[
        int, typer.Option(min=1, help="Months worked on side by side by this worker.")
    ] = 1,
    name: Annotated[
        str, typer.Option(help="Name among the workers; by default made from machine and process.")
    ] = "",
) -> None:
    """Run months as they are handed out, until it is stopped; a first Ctrl+C or SIGTERM lets the
    present month end.
    """
    settings = Settings()
    if not settings.celery_broker:
        raise UsageError(
            "DE06_CELERY_BROKER is not set; without a broker runs stay on the machine of the "
            "daemon and need no worker."
        )
    if not settings.dagster_url or settings.warehouse_url.startswith("sqlite"):
        raise UsageError(
            "Workers on several machines need PostgreSQL for Dagster (DE06_DAGSTER_URL) and for "
            "the warehouse (DE06_WAREHOUSE_URL): SQLite files cannot be shared by machines."
        )
    initialise(settings)
    os.environ["DE06_HOME"] = str(settings.home)
    from de06_pipeline.defs.celery_app import app

    label = name or f"de06-{os.getpid()}@{socket.gethostname()}"
    console.print(
        escape(f"worker {label}: {concurrency} month(s) side by side (home {settings.home})")
    )
    app.worker_main(
        [
            "worker",
            "--loglevel=WARNING",
            "--queues=dagster",
            f"--concurrency={concurrency}",
            f"--hostname={label}",
            "--without-mingle",
        ]
    )
