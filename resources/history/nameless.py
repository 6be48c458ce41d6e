"""A published copy that DuckDB reads without knowing where it lies: its databases, settings and errors show an address of ours."""

from __future__ import annotations

import io
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem

ADDRESS = "published://history"


class Whole(io.FileIO):
    """Read without a buffer, since DuckDB asks for whole blocks; closed when DuckDB forgets it, which closes nothing itself.

    Its place is one for each thread: DuckDB reads with several, whatever `threads` says, and lets another in between its
    `seek` and its `read`. It got another block then, whole and with a right checksum, so that an answer could be wrong.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._places: dict[int, int] = {}  # by thread

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: os.fstat(self.fileno()).st_size}[
            whence
        ]
        self._places[threading.get_ident()] = base + offset
        return base + offset

    def tell(self) -> int:
        return self._places.get(threading.get_ident(), 0)

    def read(self, size: int | None = -1, /) -> bytes:
        place = self.tell()
        whole = os.fstat(self.fileno()).st_size - place
        found = os.pread(self.fileno(), max(whole, 0) if size is None or size < 0 else size, place)
        self._places[threading.get_ident()] = place + len(found)
        return found

    def __del__(self) -> None:
        self.close()


class Nameless(AbstractFileSystem):  # type: ignore[misc]  # it has no types
    """A file system of one file, which is read and never written.

    Args:
        path: Where it lies.
    """

    protocol = "published"
    cachable = False  # fsspec would give the file system of another path

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        if not self.isfile(path) or mode != "rb":
            raise FileNotFoundError(path)
        return Whole(self._path)

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        if not self.isfile(path):
            raise FileNotFoundError(path)
        return {"name": path, "size": self._path.stat().st_size, "type": "file"}

    def exists(self, path: str, **options: Any) -> bool:
        return self.isfile(path)

    def isfile(self, path: str) -> bool:
        return path.removeprefix("published://") == "history"

    def isdir(self, path: str) -> bool:
        return False

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
