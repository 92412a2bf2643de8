"""Taking files out of the landing zone for good, once the time they are kept is over. Nothing else
in the pipeline changes anything there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.store import is_local, readable


def remove_delivery(landing: str, delivery: Delivery) -> None:
    """Delete the files of a delivery, those of its earlier versions too, and the folders that are
    empty then.

    Raises:
        LandingError: a file cannot be deleted.
    """
    files = [*delivery.files, *delivery.replaced]
    with readable(f"{delivery.dataset}/{delivery.month}/{delivery.supplier}"):
        if is_local(landing):
            for file in files:
                Path(file.url).unlink(missing_ok=True)
                _remove_empty(Path(file.url).parent, Path(landing))
        else:
            import fsspec

            store: Any = fsspec.core.url_to_fs(landing)[0]
            for file in files:
                with suppress(FileNotFoundError):
                    store.rm_file(file.url)


def _remove_empty(folder: Path, landing: Path) -> None:
    """The folder and those above it below the month's, as far as nothing is left in them."""
    while len(folder.relative_to(landing).parts) > 2:
        if os.listdir(folder):
            return
        folder.rmdir()
        folder = folder.parent
