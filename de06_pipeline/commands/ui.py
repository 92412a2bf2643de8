"""``de06 ui``: webserver and daemon on this machine, schedules on."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console, err_console
from de06_pipeline.commands.init import open_home
from de06_pipeline.commands.report_server import report_server
from de06_pipeline.errors import UsageError
from de06_pipeline.interruption import interrupted_by
from de06_pipeline.settings import REPOSITORY, Settings

DAEMON_LOCK = "daemon.lock"
_HEARTBEAT_SECONDS = 30
"""How often Dagster's daemon reports; twice that without a report, and it is gone."""
_END_WITHIN_SECONDS = 60
_LOOK_SECONDS = 0.5
_REST_WITHIN_SECONDS = 5
_LOOK_AT_REST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    """A process of the UI and what people call it."""

    name: str
    process: subprocess.Popen[bytes]


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    read_only: Annotated[
        bool,
        typer.Option(help="For viewers: nothing can be started or changed, and no daemon runs."),
    ] = False,
) -> None:
    """Start the Dagster webserver and daemon; Ctrl+C or SIGTERM stops both.

    Where a daemon of the same home runs already, only the webserver is started.
    """
    check_address(host, port)
    settings = Settings()
    open_home(settings)
    assert settings.dagster_home is not None
    with report_server(settings), _daemon_lock(settings.dagster_home) as lock:
        with_daemon = not read_only and lock is not None and not _reports(settings)
        if not read_only and not with_daemon:
            err_console.print("A daemon of this home runs already; only the webserver is started.")
        console.print(
            escape(f"Dagster at http://{host}:{port} (home {settings.home}); Ctrl+C stops it.")
        )
        servers = [_start("webserver", _webserver(host, port, read_only), settings)]
        if with_daemon:
            assert lock is not None
            servers.append(_start("daemon", ["dagster-daemon", "run", *_WORKSPACE], settings, lock))
        code = _serve(servers)
        if with_daemon:
            _forget_daemon(settings)
    raise typer.Exit(code)


def check_address(host: str, port: int) -> None:
    """See that the address can be listened on, and warn where others can reach it.

    Raises:
        UsageError: the port is none, is taken, or the host is not one of this machine.
    """
    if not 1 <= port <= 65535:
        raise UsageError(f"--port {port}: a port is a number from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise UsageError(
                f"--port {port}: this user may not listen on it; choose one above 1023."
            ) from None
        except socket.gaierror:
            raise UsageError(f"--host {host}: there is no such host.") from None
        except OSError as error:
            raise UsageError(
                f"http://{host}:{port} cannot be used ({error.strerror}); is another de06 ui running? "
                "Choose another one with --port."
            ) from None
    if not _is_own(host):
        err_console.print(
            "[bold yellow]Cảnh báo: giao diện không có đăng nhập; ai kết nối được tới máy này đều điều khiển được. "
            "/ Warning: the UI has no login; whoever reaches this machine can start runs and read reports' places. "
            "Put a proxy with a login before it.[/]"
        )


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_WORKSPACE = ("--workspace", str(REPOSITORY / "workspace.yaml"))


def _webserver(host: str, port: int, read_only: bool) -> list[str]:
    arguments = ["dagster-webserver", "--host", host, "--port", str(port), *_WORKSPACE]
    return [*arguments, "--read-only"] if read_only else arguments


def _start(
    name: str, arguments: Sequence[str], settings: Settings, lock: IO[str] | None = None
) -> Server:
    program = Path(sys.executable).with_name(arguments[0])
    environment = os.environ | {
        "DE06_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DE06_REPORTS_URL": settings.reports_url,
        "PYTHONWARNINGS": "ignore",
    }
    process = subprocess.Popen(
        [str(program), *arguments[1:]],
        cwd=REPOSITORY,
        env=environment,
        # A group of its own: Ctrl+C reaches this process, which ends the others in order.
        start_new_session=True,
        # The lock lives as long as the daemon does, also where this process is killed.
        pass_fds=[lock.fileno()] if lock else [],
    )
    return Server(name, process)


def _serve(servers: Sequence[Server]) -> int:
    """Wait until a signal comes or one of the servers ends, then end all; the exit code."""
    code = 0
    try:
        while interrupted_by() is None:
            ended = next((server for server in servers if server.process.poll() is not None), None)
            if ended is not None:
                err_console.print(
                    f"[bold red]The {ended.name} ended (exit code {ended.process.returncode}).[/]"
                )
                code = 1
                break
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        # Also where what ended cannot be told: the terminal may be gone.
        for server in reversed(servers):
            _end(server)
    return code


def _end(server: Server) -> None:
    if server.process.poll() is not None:
        return
    server.process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + _END_WITHIN_SECONDS
    while server.process.poll() is None:
        try:
            if time.monotonic() > deadline:
                os.killpg(server.process.pid, signal.SIGKILL)
            time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            deadline = 0
    _wait_for_rest(server.process.pid)


def _wait_for_rest(group: int) -> None:
    """Wait a little for what a server that has ended had started: its code server is told to end, and
    does so a moment later. A run that is being worked on goes on.
    """
    deadline = time.monotonic() + _REST_WITHIN_SECONDS
    with suppress(ProcessLookupError, KeyboardInterrupt):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(_LOOK_AT_REST_SECONDS)


@contextmanager
def _daemon_lock(dagster_home: Path) -> Iterator[IO[str] | None]:
    """The lock of the one daemon of a home; None where another one holds it."""
    with (dagster_home / DAEMON_LOCK).open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file


def _reports(settings: Settings) -> bool:
    """Whether a daemon that was started by other means reports; watched where one did of late."""
    from de06_pipeline.defs.instance import create_instance

    with create_instance(settings) as instance:

        def newest() -> float:
            beats = instance.get_daemon_heartbeats().values()
            return max((beat.timestamp for beat in beats), default=0.0)

        last = newest()
        gone_at = last + 2 * _HEARTBEAT_SECONDS
        if time.time() < gone_at:
            err_console.print(
                f"A daemon reported {time.time() - last:.0f} s ago; looking whether it still runs ..."
            )
        while time.time() < gone_at:
            time.sleep(_LOOK_SECONDS)
            if newest() > last:
                return True
    return False


def _forget_daemon(settings: Settings) -> None:
    """The daemon has ended: its last reports would make the next start wait."""
    from de06_pipeline.defs.instance import create_instance

    with create_instance(settings) as instance:
        instance.wipe_daemon_heartbeats()
