"""The reverse proxy of ``deploy/``, with nginx itself: it serves reports to who has a password, and
nothing else of the home.
"""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.redis_server import free_port

PROXY = REPOSITORY / "deploy" / "proxy"
OWNER = 10_006
"""The user of the image, which owns the home and runs nginx (compose.yaml)."""
PROGRAMS = [shutil.which(name) for name in ("nginx", "openssl", "setpriv")]
pytestmark = pytest.mark.skipif(
    not all(PROGRAMS) or os.geteuid() != 0,
    reason="needs nginx, openssl, and root to run it as another",
)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a proxy before a home with one report, whose files are their owner's alone."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="de06proxy") as name:
        folder = Path(name)
        secrets, home = folder / "secrets", folder / "home"
        secrets.mkdir()
        (home / "reports").mkdir(parents=True)
        (home / "reports" / "index.html").write_text("the report")
        (home / "warehouse.sqlite").write_text("not for readers")
        key = ("-keyout", str(secrets / "tls.key"), "-out", str(secrets / "tls.crt"))
        _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *key, "-subj", "/CN=here")
        for who in ("viewers", "engineers"):
            password = _run("openssl", "passwd", "-apr1", who).strip()
            (secrets / f"{who}.htpasswd").write_text(f"{who}:{password}\n")
        here = {
            "/etc/nginx/secrets": str(secrets),
            "/etc/nginx/de06.conf": str(folder / "de06.conf"),
            "/var/lib/de06": str(home),
            "webserver:3000": "127.0.0.1:1",
            "viewer:3001": "127.0.0.1:1",
            "listen 8443": f"listen 127.0.0.1:{port}",
            "/tmp/nginx.pid": str(folder / "pid"),
            "/dev/stdout": str(folder / "log"),
        }
        for file in PROXY.glob("*.conf"):
            text = file.read_text("utf-8")
            for there, place in here.items():
                text = text.replace(there, place)
            (folder / file.name).write_text(text)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
            os.chown(path, OWNER, OWNER)
        # Where the packages of nginx put what it is sent; the image's place is a tmpfs.
        temporary = "".join(
            f" {kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = folder / "nginx.conf"
        config.write_text(config.read_text().replace("http {", f"http {{{temporary}", 1))
        user = ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups")
        command = [*user, "nginx", "-c", str(config), "-g", "daemon off;"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            try:
                for _ in range(100):
                    if (folder / "pid").exists() or server.poll() is not None:
                        break
                    time.sleep(0.1)
                yield port
            finally:
                server.terminate()


def _status(port: int, path: str, who: str = "") -> int:
    trusting = ssl._create_unverified_context()
    login = {"Authorization": f"Basic {base64.b64encode(f'{who}:{who}'.encode()).decode()}"}
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting)
    connection.request("GET", path, headers=login if who else {})
    return connection.getresponse().status


def test_reports_are_for_viewers_and_nothing_else_of_the_home_is(port: int) -> None:
    assert _status(port, "/reports/") == 401
    assert _status(port, "/reports/", "viewers") == 200
    assert _status(port, "/reports/../warehouse.sqlite", "viewers") != 200
    assert _status(port, "/reports../warehouse.sqlite", "viewers") != 200
    assert _status(port, "/", "viewers") == 401
    assert _status(port, "/", "engineers") == 502, "the webserver, which is not there"
