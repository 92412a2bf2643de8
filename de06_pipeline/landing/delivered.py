"""The bytes of one delivered file, read once: in blocks, hashed on the way, from a disk or through
fsspec.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.store import is_local, open_bytes, readable

BLOCK_BYTES = 1 << 17
"""What the arrays made of a block need still fits a processor's cache; larger blocks were measured
to be slower.
"""
BytesDone = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


class DeliveredBytes:
    """One pass over a delivered file.

    Attributes:
        sha256: hex digest of the delivered bytes; complete when :meth:`blocks` has been read to its
            end.
        bytes: how many bytes were read.
    """

    def __init__(
        self, file: LandedFile, progress: BytesDone | None = None, block_bytes: int = BLOCK_BYTES
    ) -> None:
        self.file = file
        self.sha256 = ""
        self.bytes = 0
        self._progress = progress
        self._block_bytes = block_bytes

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes in order.

        Raises:
            LandingError: the file cannot be read (any more).
        """
        digest = hashlib.sha256()
        with readable(self.file.name), open_bytes(self.file.url) as stream:
            while block := stream.read(self._block_bytes):
                digest.update(block)
                self.bytes += len(block)
                if self._progress:
                    self._progress(self.bytes, max(self.file.bytes, self.bytes))
                yield block
        self.sha256 = digest.hexdigest()

    @contextmanager
    def local_copy(self, workdir: Path, name: str) -> Iterator[Path]:
        """A path where the hashed file can be read at random: its own, or for a remote file a copy
        in ``workdir``, removed afterwards.
        """
        if is_local(self.file.url):
            for _ in self.blocks():
                pass
            yield Path(self.file.url)
            return
        copy = workdir / name
        try:
            with copy.open("wb") as out:
                for block in self.blocks():
                    out.write(block)
            yield copy
        finally:
            copy.unlink(missing_ok=True)
