"""Pictures of a page that are not kept any longer, and the sentence in their place; text and numbers stay as they were told."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from inspect_pipelines.errors import Unavailable
from resources.disk.atomic import write_atomically

# As parts.html.j2 writes a picture, with the boxes drawn over it. Nothing that a page quotes can look so: `<` is escaped there.
PICTURE = re.compile(
    rb'<img (?:data-picture="(?P<sha>[0-9a-f]{64})" )?src="data:image/(?:png|webp);base64,[^"]*"[^>]*? alt="(?P<alt>[^"]*)">'
    rb'(?:\s*<svg class="marks".*?</svg>)?',
    re.DOTALL,
)


def let_go(
    folder: Path, kept: Mapping[Path, Collection[str]], sentence: str, *, is_dry_run: bool
) -> tuple[int, int]:
    """Take pictures out of these pages, and out of the copies of them that are the newest of a definition; (pages, bytes).

    Raises:
        Unavailable: There is no room, or no access.
    """
    copies: dict[int, list[Path]] = {}  # by their size
    for copy in folder.glob("latest-*.html"):
        copies.setdefault(copy.stat().st_size, []).append(copy)
    pages = size = 0
    for path, shas in kept.items():
        try:
            before = path.read_bytes()
        except FileNotFoundError:
            continue
        after, gone = without_pictures(before, shas, sentence)
        if not gone:
            continue
        pages, size = pages + 1, size + len(before) - len(after)
        if not is_dry_run:
            for copy in copies.get(len(before), ()):
                if copy.read_bytes() == before:
                    _replace(copy, after)
            _replace(path, after)  # last: whoever is interrupted finds it as it was
    return pages, size


def without_pictures(page: bytes, kept: Collection[str], sentence: str) -> tuple[bytes, int]:
    """The page, and how many pictures went.

    Args:
        page: A report as it was written; one of an older version does not say which picture is which, so its pictures go
            when none are kept.
        kept: Hashes of those that stay.
        sentence: Why they are gone; each tells its hash behind it.
    """
    gone = 0

    def told(found: re.Match[bytes]) -> bytes:
        nonlocal gone
        sha = (found["sha"] or b"").decode()
        if sha in kept or (kept and not sha):
            return found[0]
        gone += 1
        its_hash = f"; its hash is {sha}" if sha else ""
        said = html.escape(sentence + its_hash)
        return (
            b'<div class="nopicture" role="img" aria-label="%s: not kept any more">'
            b"\n  <strong>Not kept any more</strong>\n  <span>%s</span>\n</div>"
            % (found["alt"], said.encode())
        )

    return PICTURE.sub(told, page), gone


def _replace(target: Path, page: bytes) -> None:
    try:
        write_atomically(target, page, mode=0o644)
    except OSError as error:
        raise Unavailable(
            f"report {str(target)!r} cannot be written without its old pictures: {error.strerror}; free the disk and retry"
        ) from error
