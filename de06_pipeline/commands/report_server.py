"""The reports in a browser of this machine: a small server beside ``de06 ui``.

Files below the reports folder and nothing else: no listing, no way out by ``..`` or by a symbolic
link, and no answer to a page elsewhere that calls this machine by another name.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.markup import escape

from de06_pipeline.commands.console import console
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.report_store import share_or_say
from de06_pipeline.settings import Settings

_FRESH_SECONDS, _ALL_FRESH_SECONDS = 5.0, 60.0
"""How long a folder, and all of them, are not looked at again."""


class SharedReports:
    """What other machines wrote, fetched when it is asked for; nothing without a store."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looked: dict[str, float] = {}

    def look(self, folder: str) -> None:
        """Fetch what is new in a folder, unless it was looked at just now; what is here is served
        where the store cannot be reached.
        """
        below = "" if folder == "." else folder
        now = time.monotonic()
        fresh = _FRESH_SECONDS if below else _ALL_FRESH_SECONDS
        last = self._looked.get(below)
        if not self._settings.reports_store or (last is not None and now < last + fresh):
            return
        self._looked[below] = now
        share_or_say(self._settings, below, lambda _: None)


class ReportHandler(SimpleHTTPRequestHandler):
    """GET and HEAD of files below a folder, asked for under the server's own names."""

    def __init__(
        self, *given: Any, names: frozenset[str], shared: SharedReports, **named: Any
    ) -> None:
        self._names, self._shared = names, shared
        super().__init__(*given, **named)

    def send_head(self) -> Any:
        if self.headers.get("Host", "").lower() not in self._names:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        root = Path(self.directory).resolve()
        path = Path(self.translate_path(self.path)).resolve()
        if path.is_dir():
            path /= "index.html"
        if path.resolve().is_relative_to(root):
            self._shared.look(path.parent.relative_to(root).as_posix())
        if not path.resolve().is_relative_to(root) or not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Who reads what is nobody's business."""


@contextmanager
def report_server(settings: Settings) -> Iterator[ThreadingHTTPServer | None]:
    """Serve the reports while inside, where ``DE06_REPORTS_URL`` is an address of this machine
    alone (``http://127.0.0.1:3001``); any other one is served by somebody else.

    Raises:
        UsageError: the address cannot be listened on.
    """
    address = own_address(settings.reports_url)
    if address is None:
        yield None
        return
    host, port = address
    names = frozenset({f"{host}:{port}", f"127.0.0.1:{port}", f"localhost:{port}"})
    handler = partial(
        ReportHandler,
        names=names,
        shared=SharedReports(settings),
        directory=str(settings.reports),
    )
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UsageError(
            f"DE06_REPORTS_URL: {settings.reports_url} cannot be used ({error.strerror}); is another de06 ui running? "
            "Choose another port."
        ) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    console.print(escape(f"Reports at {settings.reports_url} (for browsers of this machine)."))
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def own_address(url: str) -> tuple[str, int] | None:
    """Host and port of an address that reaches only this machine, without a path; None for others."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.path or not parts.hostname or not parts.port:
        return None
    if parts.hostname == "localhost":
        return parts.hostname, parts.port
    try:
        loopback = ipaddress.ip_address(parts.hostname) == ipaddress.ip_address("127.0.0.1")
    except ValueError:
        return None
    return (parts.hostname, parts.port) if loopback else None
