"""What a killed process leaves is found by its lock, whatever its age; what a living one has is left
alone.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from de06_pipeline.duck.scratch import scratch_folder, sweep
from de06_pipeline.reports.whole import whole_file


def _holder(root: Path) -> subprocess.Popen[str]:
    """A process with a scratch folder with a row in it."""
    program = f"""
import time
from pathlib import Path
from de06_pipeline.duck.scratch import scratch_folder
with scratch_folder(Path({str(root)!r})) as folder:
    (folder / "rows").write_text("049099000001")
    print("ready", flush=True)
    time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_what_a_killed_process_left_goes_at_once_and_a_living_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    root = tmp_path / "scratch"
    living, killed = _holder(root), _holder(root)
    try:
        assert sweep(root) == 0
        assert len(list(root.rglob("rows"))) == 2
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert sweep(root) == 1
        assert len(list(root.rglob("rows"))) == 1
    finally:
        for process in (living, killed):
            process.kill()
            process.communicate()
    with scratch_folder(root) as folder:
        assert [path for path in root.iterdir() if path.is_dir()] == [folder]
    assert list(root.iterdir()) == []


def test_folders_of_before_without_a_lock_go_too(tmp_path: Path) -> None:
    (tmp_path / "12345-abcdef").mkdir()
    (tmp_path / "12345-abcdef" / "rows").write_text("x")
    with scratch_folder(tmp_path) as folder:
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700


def test_two_writers_of_one_report_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "report.csv"
    with whole_file(path) as first, whole_file(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
        assert not path.exists()
    assert path.read_text() == "first"
    try:
        with whole_file(path) as part:
            part.write_text("half")
            raise OSError
    except OSError:
        pass
    assert [entry.name for entry in path.parent.iterdir()] == ["report.csv"]
    assert path.read_text() == "first"
