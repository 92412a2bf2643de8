"""``de06 ui`` without a browser: it looks before it starts, ends what it started, and has one daemon
a home.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from de06_pipeline.commands import ui
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.started import StartedProgram


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _ui(home: Home, *arguments: str) -> Iterator[tuple[StartedProgram, Path]]:
    log = home.path / f"ui-{'-'.join(arguments).strip('-')}.log"
    program = f"""
import sys
from de06_pipeline import cli
sys.argv = {["de06", "ui", *arguments]!r}
cli.main()"""
    process = StartedProgram(program, home.inherited(), log)
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)


def _answers(port: int, process: StartedProgram, log: Path) -> None:
    for _ in range(1200):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text(encoding="utf-8"))


def test_a_taken_port_starts_nothing(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        printed = home.de06("ui", "--port", str(port))
    assert printed.code == 2
    assert printed.says(f"http://127.0.0.1:{port} cannot be used", "--port"), printed.text
    assert not (home.path / "dagster" / ui.DAEMON_LOCK).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "0"), "from 1 to 65535"),
        (("--port", "70000"), "from 1 to 65535"),
        (("--host", "no-such-host.invalid"), "no such host"),
        (("--host", "192.0.2.1"), "cannot be used"),
    ],
)
def test_an_address_that_cannot_be_used(home: Home, arguments: tuple[str, ...], words: str) -> None:
    printed = home.de06("ui", *arguments)
    assert printed.code == 2
    assert printed.says(words), printed.text


def test_an_address_others_can_reach_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    ui.check_address("127.0.0.1", _free_port())
    assert "login" not in capsys.readouterr().err
    ui.check_address("0.0.0.0", _free_port())
    said = capsys.readouterr().err
    assert "no login" in said
    assert "không có đăng nhập" in said


def test_one_daemon_a_home_and_all_end_with_the_signal(home: Home) -> None:
    first_port, second_port = _free_port(), _free_port()
    with _ui(home, "--port", str(first_port)) as (first, first_log):
        _answers(first_port, first, first_log)
        with _ui(home, "--port", str(second_port)) as (second, second_log):
            _answers(second_port, second, second_log)
            assert "A daemon of this home runs already" in second_log.read_text(encoding="utf-8")
        assert second.returncode == 143
    assert first.returncode == 143
    assert _of_home(home) == []
    with home.instance() as instance:
        assert instance.get_daemon_heartbeats() == {}


def test_no_server_is_left_where_the_terminal_is_gone() -> None:
    """That the daemon ended can be told to nobody; the webserver has to end all the same."""
    program = (
        "import subprocess\n"
        "from de06_pipeline.commands.ui import Server, _serve\n"
        "def started(*a): return subprocess.Popen(a, stdout=subprocess.DEVNULL, start_new_session=True)\n"
        "webserver = started('sleep', '600')\n"
        "print(webserver.pid, flush=True)\n"
        "_serve([Server('webserver', webserver), Server('daemon', started('false'))])\n"
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=write, text=True
    )
    os.close(write)
    assert done.returncode != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_a_viewer_can_look_and_change_nothing(home: Home) -> None:
    port = _free_port()
    with home.instance() as instance:
        run = instance.add_run(dg.DagsterRun(job_name="monthly"))
    with _ui(home, "--read-only", "--port", str(port)) as (process, log):
        _answers(port, process, log)
        asked = _graphql(port, "{ version permissions { permission value } }")
        allowed = {each["permission"] for each in asked["data"]["permissions"] if each["value"]}
        assert allowed == set()
        answers = {
            name: _graphql(port, f"mutation {{ {name}{arguments} {{ __typename }} }}")
            for name, arguments in (
                ("launchRun", f'(executionParams: {{selector: {_MONTHLY}, mode: "default"}})'),
                ("deleteRun", f'(runId: "{run.run_id}")'),
                ("reloadWorkspace", ""),
            )
        }
    refused = {name: answer["data"][name]["__typename"] for name, answer in answers.items()}
    assert refused == dict.fromkeys(answers, "UnauthorizedError")
    assert "daemon" not in log.read_text(encoding="utf-8").lower()
    with home.instance() as instance:
        assert [left.run_id for left in instance.get_runs()] == [run.run_id]
        assert instance.get_daemon_heartbeats() == {}


_MONTHLY = '{jobName: "monthly", repositoryName: "__repository__", repositoryLocationName: "de06_pipeline"}'


def _graphql(port: int, query: str) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def _of_home(home: Home) -> list[int]:
    """Processes that still work in the home."""
    processes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"DE06_HOME={home.path}\0".encode() in environment:
            processes.append(int(folder.name))
    return processes
