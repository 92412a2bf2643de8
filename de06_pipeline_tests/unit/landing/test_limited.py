"""Opening a file in a process of its own: what it says comes back, and what it does to itself stays
there.
"""

from __future__ import annotations

import os
import signal
import sys

import pytest

from de06_pipeline.errors import StepFailed, UnreadableFile
from de06_pipeline.landing.process import limited as module
from de06_pipeline.landing.process.limited import in_limited_process

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux limits a process's address space as we do"
)

MARK = "Nguyễn Thị Dấu Vết"


def _raise(error: Exception) -> None:
    raise error


def test_the_answer_comes_back() -> None:
    assert in_limited_process(lambda: ("header", 3), "a.xlsx") == ("header", 3)


def test_it_runs_in_another_process() -> None:
    assert in_limited_process(os.getpid, "a.xlsx") != os.getpid()


def test_a_refusal_comes_back_whole() -> None:
    with pytest.raises(UnreadableFile, match="damaged") as error:
        in_limited_process(lambda: _raise(UnreadableFile("corrupt", "hỏng", "damaged")), "a.xlsx")
    assert (error.value.code, error.value.vi) == ("corrupt", "hỏng")


def test_an_error_of_a_library_comes_back_without_what_it_says() -> None:
    with pytest.raises(StepFailed) as error:
        in_limited_process(lambda: _raise(ValueError(MARK)), "a.xlsx")
    assert MARK not in str(error.value)
    assert "ValueError" in str(error.value)


@pytest.mark.parametrize(
    "end",
    [signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL],
    ids=["abort", "segmentation fault", "killed"],
)
def test_a_process_that_dies_refuses_the_file_and_nothing_else(end: signal.Signals) -> None:
    with pytest.raises(
        UnreadableFile, match=r"a\.xlsx: the file cannot be opened with 3 GiB of memory"
    ) as error:
        in_limited_process(lambda: os.kill(os.getpid(), end), "a.xlsx")
    assert error.value.code == "cannot_be_opened"


def test_more_memory_than_allowed_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MEMORY_GIB", 1)
    with pytest.raises(UnreadableFile) as error:
        in_limited_process(lambda: len(bytearray(2 << 30)), "a.xlsx")
    assert error.value.code == "cannot_be_opened"


def test_an_answer_larger_than_a_pipe_holds_comes_back() -> None:
    assert len(in_limited_process(lambda: "x" * 5_000_000, "a.xlsx")) == 5_000_000
