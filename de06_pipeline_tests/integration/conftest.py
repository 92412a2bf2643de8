"""Fixtures of the tests of the whole: one initialised home a session, a copy of it for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock

from de06_pipeline_tests.integration.home import Home, PublishedHome, copy_of, known_in_step
from de06_pipeline_tests.integration.reported_month import publish_reported_months
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import finish_months


@pytest.fixture(scope="session", autouse=True)
def revisions_read_once() -> Iterator[None]:
    """Dagster reads the ninety files of its storage's revisions anew for every file it opens, six
    times a run: a tenth of the processor time of a small month. They stay as they are meanwhile.
    """
    read = ScriptDirectory.from_config
    known: dict[str | None, ScriptDirectory] = {}

    def from_config(config: Config) -> ScriptDirectory:
        location = config.get_main_option("script_location")
        if location not in known:
            known[location] = read(config)
        return known[location]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ScriptDirectory, "from_config", from_config)
        yield


@pytest.fixture(scope="session")
def published_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The months of :mod:`reported_month`, published once for all test processes; only ever copied."""
    return _made_once(tmp_path_factory, "published-months", publish_reported_months)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised home without deliveries, made once for all test processes; only ever copied."""

    def initialise(folder: Path) -> None:
        printed = Home(folder).de06("init")
        assert printed.code == 0, printed.text

    folder = _made_once(tmp_path_factory, "empty-home", initialise)
    known_in_step(Home(folder).workspace())
    return folder


@pytest.fixture(scope="session")
def published_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    """Copies of homes in which months are published, without Dagster; each of these homes is made once
    for all test processes.
    """

    def published(
        to: Path, dataset: str, months: Sequence[str], suppliers: Sequence[str] = (QUANG_NAM,)
    ) -> Home:
        def publish(folder: Path) -> None:
            folder.rmdir()
            home = copy_of(empty_home, folder)
            for month in months:
                for supplier in suppliers:
                    home.deliver(dataset, month, supplier)
            workspace = home.workspace()
            finish_months(workspace, months, [dataset])
            workspace.close()

        name = "-".join(["published", dataset, *months, *suppliers])
        template = _made_once(tmp_path_factory, name, publish)
        known_in_step(Home(template).workspace())
        return copy_of(template, to)

    return published


def _made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """A folder that the first of the test processes to need it makes for all of them."""
    ours = tmp_path_factory.getbasetemp()
    everybodys = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder = everybodys / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = tmp_path_factory.mktemp("unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture
def home(empty_home: Path, tmp_path: Path) -> Home:
    """A fresh home."""
    return copy_of(empty_home, tmp_path / "home")


@pytest.fixture
def new_home(empty_home: Path, tmp_path: Path) -> Callable[[str], Home]:
    """Makes further fresh homes by name."""
    return lambda name: copy_of(empty_home, tmp_path / name)
