"""``de06 ui``: webserver and daemon on this machine, schedules on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import initialise
from de06_pipeline.settings import REPOSITORY, Settings


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Start the Dagster webserver and daemon; stop both with Ctrl+C."""
    settings = Settings()
    initialise(settings)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = [
        str(dagster),
        "dev",
        "--host",
        host,
        "--port",
        str(port),
        "--workspace",
        str(REPOSITORY / "workspace.yaml"),
    ]
    console.print(f"Dagster at http://{host}:{port} (home {settings.home}); Ctrl+C stops it.")
    environment = os.environ | {
        "DE06_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        # `dagster dev` greets with the advice to use another tool of its maker; it is not needed
        # here.
        "PYTHONWARNINGS": "ignore",
    }
    raise typer.Exit(
        subprocess.run(arguments, cwd=REPOSITORY, env=environment, check=False).returncode
    )
