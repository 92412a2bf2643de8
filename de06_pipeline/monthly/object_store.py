"""Opening an object store by its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from de06_pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A folder of a store.

    Attributes:
        files: fsspec's file system.
        root: path of the folder there, without a slash at its end.
        protocol: the kind of store, such as ``s3``.
    """

    files: Any
    root: str
    protocol: str


def open_store(url: str, setting: str) -> ObjectStore:
    """Open the store behind an fsspec URL such as ``s3://bucket/folder``; nothing is asked of it yet.

    Args:
        setting: which one the URL is from, for the message.

    Raises:
        UsageError: no library for this kind of store is installed.
    """
    import fsspec

    protocol = url.partition("://")[0]
    try:
        files, root = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(
            f"{setting}: {protocol}:// needs a library that is not installed "
            f"({type(error).__name__}); for S3 install the extra 's3'."
        ) from None
    return ObjectStore(files, root.rstrip("/"), protocol)
