"""The sites: the demo shop, Datasette with a small library, and the site with every annoyance, each on loopback."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inspect_pipelines.domain.session import Value
from inspect_pipelines.examples import annoyances
from inspect_pipelines.examples.annoyances.pages.basic_auth import PASSWORD
from inspect_pipelines.examples.annoyances.server import AnnoyingSite
from inspect_pipelines.examples.demo import PROJECT
from inspect_pipelines.examples.shop.server import Shop

UP_SECONDS = 120.0
BOOKS = [(1, "Kristin Lavransdatter", 1920), (2, "A Doll's House", 1879), (3, "Hunger", 1890), (4, "The Birds", 1957)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """One of them.

    Attributes:
        pages: That are opened and photographed for the speed, by us and by plain Playwright: name and path.
        playbook: The file that is played for the differences; None: the pages.
        values: Of its variables, beside the site's address under each name of `addresses`.
        masks: Clocks of the server.
    """

    name: str
    serve: Callable[[Path], AbstractContextManager[str]]
    pages: Mapping[str, str]
    playbook: Path | None = None
    addresses: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    masks: tuple[str, ...] = ()

    def written(self, url: str, folder: Path) -> Path:
        """A playbook of nothing but its pages, on a desktop and a phone."""
        document = {
            "apiVersion": "v1",
            "kind": "Playbook",
            "metadata": {"id": f"{self.name}-pages"},
            "spec": {
                "base_url": url,
                "viewports": [
                    {"name": "desktop", "width": 1280, "height": 800},
                    {"name": "phone", "device": "iPhone 13"},
                ],
                "page": {"mask": list(self.masks)},
                "steps": [
                    {"id": name, "actions": [{"goto": path}, {"screenshot": name}]}
                    for name, path in self.pages.items()
                ],
            },
        }
        file = folder / f"{self.name}.yaml"
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")  # YAML holds all of JSON
        return file


@contextmanager
def _shop(folder: Path) -> Iterator[str]:
    with Shop() as shop:
        yield shop.url


@contextmanager
def _annoying(folder: Path) -> Iterator[str]:
    with AnnoyingSite() as site:
        yield site.url


@contextmanager
def datasette(folder: Path) -> Iterator[str]:
    """The application that nobody here wrote, from the package registry."""
    database = folder / "library.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, year INTEGER)")
        connection.executemany("INSERT INTO books VALUES (?, ?, ?)", BOOKS)
    connection.close()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    words = [sys.executable, "-m", "datasette", "serve", "--immutable", str(database), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield url
        finally:
            process.terminate()


def _wait(url: str) -> None:
    give_up_at = time.monotonic() + UP_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)


SITES = (
    Site(
        "shop",
        _shop,
        {"home": "/", "chair": "/products/chair", "lamp": "/products/lamp", "basket": "/basket", "about": "/about"},
        PROJECT / "playbooks/shop-tour.yaml",
        ("shop_url",),
    ),
    Site(
        "datasette",
        datasette,
        {"home": "/", "database": "/library", "table": "/library/books", "row": "/library/books/3"},
        masks=("footer",),  # "Queries took 0.9 ms"
    ),
    Site(
        "annoyances",
        _annoying,
        {
            "lazy-images": "/lazy-images",
            "sticky-header": "/sticky-header",
            "css-animation": "/css-animation",
            "late-content": "/late-content",
            "print-styles": "/print-styles",
        },
        Path(annoyances.__file__).parent / "playbooks/handled.yaml",
        ("site",),
        {"password": Value(PASSWORD)},
    ),
)  # fmt: skip
