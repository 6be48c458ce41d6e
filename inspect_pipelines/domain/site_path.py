"""Which pages of a site are made by one template, as far as their addresses tell: of each such group one is enough to watch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

VARIES = re.compile(
    r"\d+|[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}|.*\d{3,}.*|[A-Za-z0-9_-]{30,}",
    re.IGNORECASE,
)
ANY = "*"
TRACKING = re.compile(r"utm_.*|fbclid|gclid|ref|session.*|sid|phpsessid|jsessionid", re.IGNORECASE)
MOST_NAME = 60  # characters
SHORT_VALUE = 12  # characters of a parameter's value; longer ones are data
MOST_SIBLINGS = 3  # below one folder that is not the root; with more of them their names are data


def template_of(url: str) -> str:
    """The address with what is data in it replaced: `/products/1?page=2` and `/products/7?page=9` have one."""
    parts = urlsplit(url)
    segments = [ANY if VARIES.fullmatch(segment) else segment for segment in parts.path.split("/")]
    names = sorted(
        {name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(name)}
    )
    path = "/".join(segments).rstrip("/") or "/"
    return f"{path}?{'&'.join(names)}" if names else path


def one_of_each(urls: Iterable[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """(the first address of each template in order, the others with the one that stands for them)."""
    given = list(dict.fromkeys(urls))
    crowded = _crowded(given)
    first: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for url in given:
        template = template_of(url)
        folder = _folder(template)
        key = f"{folder}/{ANY}" if folder in crowded else template
        if key in first:
            others.append((url, first[key]))
        else:
            first[key] = url
    return list(first.values()), others


def _crowded(urls: Iterable[str]) -> set[str]:
    """Folders whose pages differ by a name only: /products/chair, /products/lamp, .."""
    templates = {template_of(url) for url in urls}
    counts = Counter(folder for folder in map(_folder, templates) if folder)
    return {folder for folder, count in counts.items() if count > MOST_SIBLINGS}


def _folder(template: str) -> str:
    """What a page stands in; empty at the root, where every page is a section of its own."""
    return "" if "?" in template else template.rpartition("/")[0]


def name_of(url: str) -> str:
    """A name for the view of an address: `/products/chair` is `products chair`, `/` is `home`."""
    parts = urlsplit(url)
    asked = [f"{name} {value if len(value) <= SHORT_VALUE else ''}" for name, value in parse_qsl(parts.query)]
    said = " ".join((unquote(parts.path), *asked, parts.fragment))
    words = re.sub(r"[\W_]+", " ", said).strip().lower()
    return words[:MOST_NAME].strip() or "home"
