"""The applications: what is served of each, at which addresses, and what in them is a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class Installed:
    """Where applications were installed to."""

    folder: Path

    def python(self, command: str) -> str:
        return str(self.folder / "pypi" / "bin" / command)

    @property
    def node_modules(self) -> Path:
        return self.folder / "npm" / "node_modules"

    @property
    def debian(self) -> Path:
        return self.folder / "debian"


Command = Callable[[Installed, Path, int], list[str]]


@dataclass(frozen=True, slots=True)
class Application:
    """One of them.

    Attributes:
        routes: Name of the view and its address.
        start: Its command, from where it is installed, the folder that it is served from, and its port.
        beside: A second process that it needs, likewise.
        masks: Clocks and other readings of this very machine, and nothing else; a selector, or a selector with the width that it is given.
        environment: Variables that it is started with.
    """

    name: str
    routes: Mapping[str, str]
    start: Command
    beside: Command | None = None
    masks: tuple[str | tuple[str, int], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def _mkdocs(installed: Installed, folder: Path, port: int) -> list[str]:
    return [installed.python("mkdocs"), "serve", "--dev-addr", f"127.0.0.1:{port}", "--config-file", str(folder / "mkdocs.yml")]  # fmt: skip


def _jupyterlab(installed: Installed, folder: Path, port: int) -> list[str]:
    return [
        installed.python("jupyter-lab"),
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={folder}",
        "--IdentityProvider.token=",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _prometheus(installed: Installed, folder: Path, port: int) -> list[str]:
    # Debian's looks for its pages below /usr/share: there they are, in a namespace of its own.
    share = f"mount -t overlay overlay -o lowerdir={installed.debian / 'usr/share'}:/usr/share /usr/share"
    return [
        "unshare", "--mount", "sh", "-c", f'{share} && exec "$0" "$@"',
        str(installed.debian / "usr" / "bin" / "prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip


def _flower(installed: Installed, folder: Path, port: int) -> list[str]:
    return [installed.python("celery"), "-A", "shop", "flower", "--address=127.0.0.1", f"--port={port}"]


def _celery(installed: Installed, folder: Path, port: int) -> list[str]:
    return [installed.python("celery"), "-A", "shop", "worker", "--hostname=bench@shop", "--pool=solo", "--loglevel=warning"]  # fmt: skip


def _vite(installed: Installed, folder: Path, port: int) -> list[str]:
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(installed.node_modules.resolve())
    return [str(installed.node_modules / ".bin" / "vite"), "--host", "127.0.0.1", "--port", str(port), "--strictPort"]  # fmt: skip


def _streamlit(installed: Installed, folder: Path, port: int) -> list[str]:
    return [
        installed.python("streamlit"), "run", "home.py", "--server.headless=true", f"--server.port={port}",
        "--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--server.fileWatcherType=none",
    ]  # fmt: skip


APPLICATIONS = (
    Application(
        "mkdocs",
        {"home": "/", "guide": "/guide/", "tables": "/tables/", "code": "/code/"},
        _mkdocs,
    ),
    Application(
        "jupyterlab",
        {
            "launcher": "/lab?reset",
            "notebook": "/lab/tree/analysis.ipynb?reset",
            "text": "/lab/tree/notes.md?reset",
            "document": "/doc/tree/analysis.ipynb",
        },
        _jupyterlab,
        masks=(".jp-DirListing-itemModified",),
    ),
    Application(
        "prometheus",
        {
            "graph": "/classic/graph",
            "targets": "/classic/targets",
            "flags": "/classic/flags",
            "rules": "/classic/rules",
        },
        _prometheus,
        # How long ago, and how long it took.
        masks=(
            (".last-scrape", 140),
            (".scrape-duration", 140),
            ("thead td:nth-child(2)", 180),
            ("thead td:nth-child(3)", 180),
            ("tr:has(.rule_cell) td:nth-child(4)", 180),
            ("tr:has(.rule_cell) td:nth-child(5)", 180),
        ),
    ),
    Application(
        "flower",
        {
            "workers": "/workers",
            "tasks": "/tasks",
            "worker": "/worker/bench@shop",
            "queues": "/worker/bench@shop#tab-queues",
        },
        _flower,
        beside=_celery,
        # When it was asked last, and the load of this very machine.
        masks=("#workers-refresh-status", ("#workers-table td:last-child", 180)),
    ),
    Application(
        "vite",
        {"home": "/", "board": "/board", "settings": "/settings", "report": "/report"},
        _vite,
    ),
    Application(
        "streamlit",
        {"home": "/", "table": "/table", "chart": "/chart", "form": "/form"},
        _streamlit,
        environment={"PYTHONUNBUFFERED": "1"},
    ),
)
BY_NAME = {application.name: application for application in APPLICATIONS}
