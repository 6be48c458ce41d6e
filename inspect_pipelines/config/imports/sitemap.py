"""A sitemap as a playbook: one page of each template.

No DOCTYPE is read: a sitemap has none, and every entity that reads a file, asks a host or grows a thousandfold needs one.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.parsers import expat

from inspect_pipelines.config.imports.draft import Draft, DraftStep
from inspect_pipelines.config.imports.not_yet import reason
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.domain.site_path import name_of, one_of_each
from inspect_pipelines.errors import UsageError

TOOL = "sitemap"
MOST_BYTES = 50_000_000  # sitemaps.org, as the following
MOST_ADDRESSES = 50_000
MOST_DEPTH = 20
MOST_PAGES = 50
SHOWN = 20  # addresses of one fate that are listed one by one


@dataclass(slots=True)
class Listed:
    """What one sitemap holds: addresses of pages, or of other sitemaps, with their lines."""

    is_index: bool = False
    addresses: list[tuple[str, int]] = field(default_factory=list)


def from_sitemap(raw: bytes, file: str, identifier: str, beside: Callable[[str], bytes | None]) -> Draft:
    """The playbook and what became of each page.

    Args:
        raw: Its bytes, also gzipped.
        beside: The bytes of a file that lies beside it, by its name; None: there is none.

    Raises:
        UsageError: It is no sitemap, too large, or lists no page of a web server.
    """
    draft = Draft(identifier, identifier, f"From {file}, a sitemap.")
    pages = _pages(raw, file, draft, beside)
    hosts = Counter(_origin(url) for url, _ in pages)
    if not hosts:
        raise UsageError(f"{file!r} cannot be imported: it lists no page of a web server")
    draft.base_url = hosts.most_common(1)[0][0]
    lines = dict(reversed(pages))
    ours = [url for url, _ in pages if _origin(url) == draft.base_url]
    chosen, others = one_of_each(ours)
    for url in chosen[:MOST_PAGES]:
        step = DraftStep(name_of(url).capitalize())
        step.add({"goto": draft.address(url)})
        step.add({"screenshot": draft.view(name_of(url))})
        draft.steps.append(step)
        draft.tell(lines[url], url, Fate.CONVERTED, f"a step and a picture, {step.name!r}")
    _tell(draft, [(url, lines[url]) for url, _ in others], "template")
    _tell(draft, [(url, lines[url]) for url in chosen[MOST_PAGES:]], "most")
    _tell(draft, [(url, line) for url, line in pages if _origin(url) != draft.base_url], "host")
    draft.told.sort(key=lambda one: one.line)
    return draft


def _pages(
    raw: bytes, file: str, draft: Draft, beside: Callable[[str], bytes | None]
) -> list[tuple[str, int]]:
    listed = read_sitemap(raw, file)
    if not listed.is_index:
        return [one for one in listed.addresses if _is_page(one, draft)]
    pages: list[tuple[str, int]] = []
    for url, line in listed.addresses:
        name = urlsplit(url).path.rpartition("/")[2]
        inner = beside(name) if name and name != file else None
        if inner is None:
            draft.tell(line, url, Fate.LEFT_OUT, reason(TOOL, "index"))
            continue
        found = read_sitemap(inner, name)
        draft.tell(line, url, Fate.CONVERTED, f"read from {name!r}, {len(found.addresses)} addresses")
        pages += [(page, line) for page, _ in found.addresses if _is_page((page, line), draft)]
        if len(pages) > MOST_ADDRESSES:
            raise UsageError(
                f"{file!r} cannot be imported: its sitemaps list more than {MOST_ADDRESSES:,} pages"
            )
    if not pages:
        raise UsageError(
            f"{file!r} is an index of sitemaps, and none of them lies beside it; fetch one of them and import that: "
            f"{listed.addresses[0][0] if listed.addresses else 'it names none'}"
        )
    return pages


def read_sitemap(raw: bytes, file: str) -> Listed:
    """What it lists; raises `UsageError` for whatever is no sitemap."""
    text = _unpacked(raw, file)
    found = _Reader(file)
    try:
        found.parser.Parse(text, True)
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, "broken")
        raise UsageError(
            f"{file}:{error.lineno}:{error.offset + 1}  cannot be imported: broken XML: {what}"
        ) from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise UsageError(f"{file!r} cannot be imported: {error}") from error
    if found.root not in ("urlset", "sitemapindex"):
        raise UsageError(
            f"{file!r} cannot be imported: it begins with <{found.root[:40]}>, a sitemap with <urlset> or <sitemapindex>"
        )
    return found.listed


def _unpacked(raw: bytes, file: str) -> bytes:
    if raw[:2] == b"\x1f\x8b":
        try:
            inflater = zlib.decompressobj(wbits=31)
            raw = inflater.decompress(raw, MOST_BYTES + 1)
        except zlib.error as error:
            raise UsageError(f"{file!r} cannot be imported: its gzip is damaged") from error
    if len(raw) > MOST_BYTES:
        raise UsageError(
            f"{file!r} cannot be imported: it has more than {MOST_BYTES // 1_000_000} MB, the most of a sitemap"
        )
    return raw


class _Reader:
    def __init__(self, file: str) -> None:
        self.file, self.listed, self.root = file, Listed(), ""
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._line = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise UsageError(
            f"{self.file}:{line}:1  cannot be imported: a sitemap has no DOCTYPE, and what one can define is not read"
        )

    def _start(self, name: str, _: object) -> None:
        plain = name.rpartition(":")[2]
        if not self._path:
            self.root, self.listed.is_index = plain, plain == "sitemapindex"
        self._path.append(name)
        if len(self._path) > MOST_DEPTH:
            raise UsageError(
                f"{self.file!r} cannot be imported: it is nested deeper than {MOST_DEPTH} elements"
            )
        if name == "loc" and len(self._path) == 3:  # urlset/url/loc; images and videos have prefixes
            self._text, self._line = [], self.parser.CurrentLineNumber

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _: str) -> None:
        self._path.pop()
        if self._text is None:
            return
        address = "".join(self._text).strip()[:2000]
        self._text = None
        if address:
            self.listed.addresses.append((address, self._line))
        if len(self.listed.addresses) > MOST_ADDRESSES:
            raise UsageError(
                f"{self.file!r} cannot be imported: it lists more than {MOST_ADDRESSES:,} addresses"
            )


def _is_page(listed: tuple[str, int], draft: Draft) -> bool:
    url, line = listed
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_one = False
    if not is_one or any(not sign.isprintable() or sign in " {}" for sign in url):
        draft.tell(line, url[:100], Fate.LEFT_OUT, reason(TOOL, "address"))
        return False
    return True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _tell(draft: Draft, left: list[tuple[str, int]], why: str) -> None:
    for url, line in left[:SHOWN]:
        draft.tell(line, url, Fate.LEFT_OUT, reason(TOOL, why))
    if len(left) > SHOWN:
        draft.tell(left[SHOWN][1], f"{len(left) - SHOWN:,} more addresses", Fate.LEFT_OUT, reason(TOOL, why))
