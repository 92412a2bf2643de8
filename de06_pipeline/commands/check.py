"""``de06 check``: a page of this computer where a file is dropped and checked before it is sent.

The rules, the report and the marked workbook are those of ``de06 validate``. The page is for this
computer alone: it listens on the loopback address, on a port of its own, answers only to its own
name, and only under an address that nobody can guess. The file lies in the scratch folder while it
is checked and is gone before the answer is sent.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import typer

from de06_pipeline.areas.suppliers import NATIONAL
from de06_pipeline.commands.console import console
from de06_pipeline.commands.file_check import (
    Subject,
    check_file,
    nothing_left,
    one_file,
    scratch_root,
)
from de06_pipeline.commands.names import supplier_named
from de06_pipeline.commands.validate import Language
from de06_pipeline.contracts.model import Message
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.errors import De06Error, UsageError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_today
from de06_pipeline.reports.page import Occasion, verdict
from de06_pipeline.reports.places import ReportFiles, file_stem
from de06_pipeline.reports.summary import in_language
from de06_pipeline.settings import Settings

MOST_BYTES = 1_000_000_000
"""Of a file; a larger one is for ``de06 validate``, which does not copy it."""
_TEMPLATE = "check.html"
_PIECE = 1 << 20
_WORDS = {
    "checking": Message("Đang kiểm tra", "Checking"),
    "gone": Message(
        "Trang này đã kết thúc. Chạy lại de06 check.", "This page has ended. Run de06 check again."
    ),
    "marked": Message("Tải tệp đã đánh dấu", "Download the file, marked"),
    "csv": Message("Tải danh sách lỗi (CSV)", "Download the findings (CSV)"),
    "ended": Message("Đã kết thúc, có thể đóng trang này.", "Ended; this page can be closed."),
}


class CheckDesk:
    """What the page asks for; one file at a time."""

    def __init__(self, workspace: Workspace, language: str) -> None:
        self._workspace = workspace
        self._language = language
        self._say = in_language(language)
        self._one_at_a_time = threading.Lock()

    def page(self, nonce: str) -> str:
        """The page; ``nonce`` lets its own script run and no other."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        workspace, say = self._workspace, self._say
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=StrictUndefined,
        )
        month = Month.of(vietnam_today()).plus(-1)
        return environment.get_template(_TEMPLATE).render(
            t=lambda vi, en: say(Message(vi, en)),
            datasets=[(name, say(c.title)) for name, c in workspace.contracts.items()],
            month=str(month),
            words={name: say(text) for name, text in _WORDS.items()},
            nonce=nonce,
        )

    def suppliers(self, month: str) -> list[tuple[str, str]]:
        """Folder and title of those that deliver for a month; none where it is no month."""
        try:
            offices = self._workspace.suppliers.in_force(Month.parse(month))
        except UsageError:
            return []
        everywhere = self._say(Message("Cả nước", "The whole country"))
        return [*((office.name, office.title) for office in offices), (NATIONAL, everywhere)]

    def check(self, path: Path, subject: Subject) -> dict[str, Any]:
        """Check a file and return all there is to show, by value: nothing of it stays on the disk.

        Raises:
            UsageError: the month or the supplier is none.
        """
        month = Month.parse(subject.month)
        contract = self._workspace.contract(subject.dataset).in_force(month)
        known = supplier_named(self._workspace.suppliers, subject.supplier, month)
        stem = file_stem(path.stem)
        folder = path.parent / "report"
        files = ReportFiles(folder / f"{stem}.html", folder / f"{stem}.csv")
        with self._one_at_a_time:
            checked = check_file(
                self._workspace,
                contract,
                one_file(path, subject, month),
                known.title,
                files,
                self._language,
                lambda _stage, _share: None,
                mark=True,
            )
        said = verdict(checked.outcome, Occasion(known.title, before_sending=True))
        return {
            "exit_code": checked.exit_code,
            "verdict": self._say(said.title),
            "report": files.html.read_text(encoding="utf-8"),
            "csv": _base64(files.csv),
            "csv_name": files.csv.name,
            "marked": _base64(checked.marked) if checked.marked else "",
            "marked_name": checked.marked.name if checked.marked else "",
        }

    def said(self, error: UsageError) -> str:
        return self._say(Message(error.vi, error.en))

    @contextmanager
    def upload_folder(self) -> Iterator[Path]:
        """A folder for one file; gone at the end, or swept by whoever comes next."""
        settings = self._workspace.settings
        with nothing_left(settings), scratch_folder(scratch_root(settings)) as folder:
            yield Path(folder)


class CheckHandler(BaseHTTPRequestHandler):
    """The page, and the check of a file that is posted to it."""

    def __init__(self, *given: Any, desk: CheckDesk, token: str, **named: Any) -> None:
        self._desk, self._token = desk, token
        super().__init__(*given, **named)

    def do_GET(self) -> None:
        asked = self._asked()
        if asked == "":
            nonce = secrets.token_urlsafe(16)
            self._answer(HTTPStatus.OK, "text/html", self._desk.page(nonce), nonce)
        elif asked == "suppliers":
            listed = self._desk.suppliers(self._given().get("month", ""))
            self._answer(HTTPStatus.OK, "application/json", json.dumps(listed))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "")

    def do_POST(self) -> None:
        asked = self._asked()
        if asked == "quit":
            self._answer(HTTPStatus.OK, "text/plain", "")
            threading.Thread(target=self.server.shutdown).start()
        elif asked == "check":
            self._check()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "")

    def _check(self) -> None:
        given = self._given()
        length = self.headers.get("Content-Length", "")
        # The name as a browser of any system gives it, without folders.
        name = PurePosixPath(PureWindowsPath(given.get("name", "")).name).name
        if not name or not length.isdigit() or int(length) > MOST_BYTES:
            self._tell(
                Message("Tệp không có tên hoặc quá lớn.", "The file has no name or is too large.")
            )
            return
        try:
            with self._desk.upload_folder() as folder:
                path = folder / f"{file_stem(Path(name).stem)}{Path(name).suffix[:16]}"
                self._receive(path, int(length))
                subject = Subject(
                    *(given.get(part, "") for part in ("dataset", "month", "supplier"))
                )
                answer = self._desk.check(path, subject)
        except UsageError as error:
            self._error(self._desk.said(error))
            return
        except (De06Error, OSError) as error:
            self._error(str(error) if isinstance(error, De06Error) else type(error).__name__)
            return
        self._answer(HTTPStatus.OK, "application/json", json.dumps(answer))

    def _given(self) -> dict[str, str]:
        query = parse_qs(urlsplit(self.path).query)
        return {name: values[0] for name, values in query.items()}

    def _receive(self, path: Path, length: int) -> None:
        with path.open("xb") as stream:
            path.chmod(0o600)
            while length > 0:
                piece = self.rfile.read(min(length, _PIECE))
                if not piece:
                    raise ConnectionError
                stream.write(piece)
                length -= len(piece)

    def _tell(self, text: Message) -> None:
        self.close_connection = True
        self._error(self._desk.said(UsageError.in_two_languages(text.vi, text.en)))

    def _error(self, text: str) -> None:
        self._answer(HTTPStatus.OK, "application/json", json.dumps({"error": text}))

    def _asked(self) -> str | None:
        """What is asked for below the secret address, under the server's own name; None otherwise."""
        port = self.connection.getsockname()[1]
        if self.headers.get("Host", "").lower() not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return None
        begin = f"/{self._token}/"
        path = urlsplit(self.path).path
        if not secrets.compare_digest(path[: len(begin)].encode(), begin.encode()):
            return None
        return path[len(begin) :]

    def _answer(self, status: HTTPStatus, kind: str, text: str, nonce: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        script = f"'nonce-{nonce}'" if nonce else "'none'"
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {script}; style-src 'unsafe-inline'; connect-src 'self'; "
            "frame-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Which files are checked is nobody's business."""


def check_server(workspace: Workspace, language: str, port: int = 0) -> tuple[Any, str]:
    """A server of the page and its address; 0 for any free port.

    Raises:
        UsageError: the port is taken.
    """
    token = secrets.token_urlsafe(24)
    handler = partial(CheckHandler, desk=CheckDesk(workspace, language), token=token)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used ({error.strerror}); choose another."
        ) from None
    return server, f"http://127.0.0.1:{server.server_address[1]}/{token}/"


def command(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any free one.")
    ] = 0,
    lang: Annotated[Language, typer.Option(help="Language of the page.")] = Language.VI,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """A page of this computer on which a file is dropped and checked before it is sent.

    The same rules as de06 validate. Nobody else can reach the page; nothing is sent, nothing is
    kept. Ends with its button or with Ctrl+C.
    """
    server, address = check_server(Workspace(Settings()), lang.value, port)
    say = in_language(lang.value)
    told = Message(
        f"Mở trang này trong trình duyệt: {address} (Ctrl+C để kết thúc)",
        f"Open this page in a browser: {address} (Ctrl+C ends it)",
    )
    console.print(say(told), soft_wrap=True)
    if browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    finally:
        server.server_close()


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
