"""``de06 init``: create the home folder, the Dagster instance and the warehouse schema."""

from __future__ import annotations

import os
from pathlib import Path

from rich.markup import escape

from de06_pipeline.commands.console import console
from de06_pipeline.defs.run_files import has_files
from de06_pipeline.duck.scratch import sweep
from de06_pipeline.errors import UsageError
from de06_pipeline.landing.store import is_local
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.settings import Settings


def initialise(settings: Settings, *, makes_landing: bool = True) -> Workspace:
    """Create whatever is not there yet; safe to repeat and to run at the same time from several
    processes.

    Raises:
        UsageError: as :func:`check_owner`, or the home was made with servers that the settings do
            not name.
    """
    from de06_pipeline.defs.instance import check_servers, open_instance

    check_owner(settings)
    check_servers(settings)
    _make_folder("DE06_HOME", settings.home)
    if makes_landing and is_local(settings.landing):
        _make_folder("DE06_LANDING", Path(settings.landing))
    workspace = Workspace(settings)
    if workspace.lake_store is not None:
        workspace.lake.mkdir(mode=0o700, parents=True, exist_ok=True)
    workspace.create_warehouse()
    with open_instance(settings):
        pass
    protect(settings)
    clean_up(settings)
    return workspace


def _make_folder(setting: str, place: Path) -> None:
    """Raises: UsageError: there is none, and none can be made, for a reason of the place's own (in
    ``/proc``, or on a share that is gone); of rights and disks :mod:`~de06_pipeline.plain_reasons`
    tells.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{setting}: no folder can be made at {place} ({error.strerror}); choose another place."
        ) from None


def protect(settings: Settings) -> None:
    """Take from others what an earlier version, or another umask, let them read.

    The home may be passed through and not listed: offices deliver into the landing zone, whose rights
    are its owner's matter.
    """
    folder, file = (0o750, 0o640) if settings.group_readable else (0o700, 0o600)
    settings.home.chmod(0o711)
    places = [settings.reports, settings.scratch, settings.dagster_home, settings.logs]
    places.append(settings.lake_copy if "://" in settings.lake else Path(settings.lake))
    for place in places:
        if place is not None and place.is_dir():
            place.chmod(0o700 if place == settings.scratch else folder)
    for database in settings.home.glob("*.sqlite*"):
        database.chmod(file)


def open_home(settings: Settings) -> Workspace:
    """Bring a home that is there up to date.

    Raises:
        UsageError: there is none, see :func:`check_home`.
    """
    check_home(settings)
    return initialise(settings, makes_landing=False)


def check_landing(settings: Settings) -> None:
    """See that there is a landing zone.

    Raises:
        UsageError: there is none. An empty one made in its place would say that nobody has delivered,
            and that whatever was delivered is gone.
    """
    if is_local(settings.landing) and not Path(settings.landing).is_dir():
        raise UsageError(
            f"There is no landing zone at {settings.landing}. Is DE06_LANDING right, and its share mounted? "
            "'de06 init' makes a new folder there."
        )


def check_owner(settings: Settings) -> None:
    """See that this is not root in somebody else's home.

    Raises:
        UsageError: it is. The services could neither read nor write what root leaves there, and every
            night would fail until somebody gave it back to them.
    """
    owner = settings.home.stat().st_uid if settings.home.exists() else 0
    if os.geteuid() == 0 and owner != 0:
        try:
            user = settings.home.owner()
        except KeyError:
            user = f"#{owner}"
        raise UsageError(
            f"The home {settings.home} belongs to user {user}, who could not use what root writes "
            f"there. Run the command as that user, with its settings: sudo -u '{user}' …"
        )


def check_home(settings: Settings) -> None:
    """See that there is a home.

    Raises:
        UsageError: as :func:`check_owner`, or there is none, perhaps through a slip in DE06_HOME:
            only ``de06 init`` and ``de06 demo`` make one, and ``de06 worker`` on its own machine.
    """
    check_owner(settings)
    assert settings.dagster_home is not None
    if not settings.home.is_dir() or not (settings.dagster_home / "dagster.yaml").exists():
        raise UsageError(
            f"There is no home at {settings.home}. Is DE06_HOME right (and DAGSTER_HOME, {settings.dagster_home})? "
            "'de06 init' makes a new home there."
        )


def clean_up(settings: Settings) -> None:
    """Remove what killed processes left in the scratch folder, and mark their runs as failed;
    Dagster is loaded only where there may be some.
    """
    sweep(settings.scratch)
    assert settings.dagster_home is not None
    if has_files(settings.dagster_home):
        from de06_pipeline.defs.instance import open_instance
        from de06_pipeline.defs.run_state import mark_dead_runs

        with open_instance(settings) as instance:
            mark_dead_runs(instance, settings.dagster_home)


def command() -> None:
    """Create the home folder, the Dagster instance and the warehouse schema. Safe to repeat."""
    settings = Settings()
    workspace = initialise(settings)
    console.print(escape(f"home       {settings.home}"))
    console.print(escape(f"landing    {settings.landing}"))
    console.print(escape(f"lake       {settings.lake}"))
    console.print(escape(f"warehouse  {workspace.warehouse.display_url}"))
    console.print(escape(f"dagster    {settings.dagster_home}"))
