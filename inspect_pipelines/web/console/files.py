"""Static files, at addresses that hold the hash of their content, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.web.access.declaration import ANYBODY, is_for

FOLDER = files("inspect_pipelines.web.console") / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
IMPORTED = re.compile(rb'(from |import )"\./([a-z0-9-]+\.js)"')  # how our modules name each other
FOR_EVER = "public, max-age=31536000, immutable"
DIGEST_SIGNS = 16


@dataclass(frozen=True, slots=True)
class File:
    """One, read once."""

    digest: str
    content: bytes
    packed: bytes  # the same with gzip
    media_type: str


class Files:
    """All of a folder, in memory: they are a few dozen kilobytes, and are what the program was built with."""

    def __init__(self, folder: Traversable = FOLDER) -> None:
        self._files: dict[str, File] = {}
        for found in folder.iterdir():
            if _suffix(found) in TYPES:
                self._read(folder, found.name)

    def url(self, name: str) -> str:
        """Where a file is. Raises KeyError when there is none of that name."""
        return f"/static/{self._files[name].digest}/{name}"

    def text(self, name: str) -> str:
        """What a file says. Raises KeyError when there is none of that name."""
        return self._files[name].content.decode()

    def routes(self) -> list[BaseRoute]:
        """`GET /static/{digest}/{name}`."""

        @is_for(ANYBODY)
        def static(request: Request) -> Response:
            name, digest = request.path_params["name"], request.path_params["digest"]
            file = self._files.get(name)
            if file is None or file.digest != digest:  # a page of an older program asks
                sentence = "there is no such file, or not any more; load the page again"
                return JSONResponse({"error": sentence}, status_code=404)
            headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
            if "gzip" not in request.headers.get("accept-encoding", ""):
                return Response(file.content, media_type=file.media_type, headers=headers)
            headers["Content-Encoding"] = "gzip"
            return Response(file.packed, media_type=file.media_type, headers=headers)

        return [Route("/static/{digest}/{name}", static, methods=["GET"])]

    def _read(self, folder: Traversable, name: str) -> File:
        """A file, once; modules ask for each other by the addresses that hold their hashes, too."""
        if name not in self._files:

            def addressed(found: re.Match[bytes]) -> bytes:
                imported = self._read(folder, found[2].decode())
                return b'%s"/static/%s/%s"' % (found[1], imported.digest.encode(), found[2])

            content = (folder / name).read_bytes()
            if name.endswith(".js"):
                content = IMPORTED.sub(addressed, content)
            digest = hashlib.sha256(content).hexdigest()[:DIGEST_SIGNS]
            packed = gzip.compress(content, mtime=0)
            self._files[name] = File(digest, content, packed, TYPES[_suffix(folder / name)])
        return self._files[name]


def _suffix(found: Traversable) -> str:
    return f".{found.name.rpartition('.')[2]}"
