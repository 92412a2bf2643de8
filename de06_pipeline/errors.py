"""The errors a person can meet, and the one gate through which errors leave a step.

No message here, or built from these classes, holds a value from a delivery: a file, a row, a
field and a rule are enough to find it. Libraries are not so careful (a DuckDB conversion error
quotes the value, and an exception chain carries it into Dagster's event log), so every step runs
inside :func:`no_values_leave`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.plain_reasons import plain_reason


class De06Error(Exception):
    """Base of every error meant for people. Its text is safe to show and to store."""


class UsageError(De06Error):
    """A command, setting or argument cannot be understood.

    Attributes:
        vi, en: the text in one language alone, for commands that answer in one.
    """

    def __init__(self, text: str, vi: str = "", en: str = "") -> None:
        super().__init__(text)
        self.vi = vi or text
        self.en = en or text

    @classmethod
    def in_two_languages(cls, vi: str, en: str) -> UsageError:
        """An error that most commands tell in both languages."""
        return cls(f"{vi} / {en}", vi, en)


class ContractError(De06Error):
    """A contract, registry entry or reference table is wrong; names file, line and remedy."""


class LandingError(De06Error):
    """The landing zone cannot be listed or read (permanent: not retried)."""


class UnreadableFile(De06Error):
    """One delivered file cannot be read.

    Attributes:
        code: short stable identifier of the cause, for example ``empty`` or ``encoding``.
        vi, en: what is wrong and what to do, for the supplier.
    """

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.vi = vi
        self.en = en


class AccountingError(De06Error):
    """Rows cannot be accounted for. Always a fault of this program, never of a supplier."""


class DisagreementError(De06Error):
    """Great Expectations' count of a rule and ours, over its own condition, differ: the step fails
    closed.
    """


class StaleRunError(De06Error):
    """A newer publication of the same scope exists; this run must not overwrite it."""


class OccupiedError(De06Error):
    """Another process is at what was not to be waited for."""


class StepFailed(De06Error):
    """What is left of a library's error at the border of a step: type and place, no text."""


def place_of(error: BaseException) -> tuple[str, str]:
    """Where in this program an error comes from: module and line, and the function; '' for both where
    none of it was running.
    """
    place = ("", "")
    for frame, line in walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] == "de06_pipeline":
            place = (f"{name}:{line}", frame.f_code.co_name)
    return place


@contextmanager
def no_values_leave(what: str) -> Iterator[None]:
    """Let our own errors pass and replace any other by its type and place.

    Args:
        what: the step in words, for example ``ingest dvc_dossiers 2024-06 quang-nam``.

    Raises:
        StepFailed: in place of any foreign exception, without its message and without a chain,
            since both may quote a personal value.
        KeyboardInterrupt: in place of any exception, if the process was asked to end.
    """
    try:
        yield
    except De06Error as error:
        end_if_interrupted()
        raise error from None
    except Exception as error:
        end_if_interrupted()
        line, function = place_of(error)
        place = f"{line} ({function})" if line else "unknown place"
        reason = plain_reason(error)
        kind = f"{type(error).__module__}.{type(error).__qualname__} at {place}"
        failure = StepFailed(
            f"{what}: {reason} ({kind})"
            if reason
            else f"{what}: {kind}. The library's own message is withheld because it may quote a row."
        )
        raise failure from None
