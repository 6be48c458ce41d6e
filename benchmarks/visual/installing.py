"""The peers' packages, by pinned version, in a folder of their own: nothing of them is needed to run the product."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NPM = {
    "odiff-bin": "4.5.0",
    "pixelmatch": "7.2.0",
    "pngjs": "7.0.0",
    "looks-same": "10.0.1",
    "@blazediff/core": "1.10.0",
}
PYPI = {"pixelhog": "1.3.1", "blazediff": "6.0.2"}
NEEDS_PYTHON = (3, 12)  # pixelhog's wheel asks for it
PYTHONS = ("python3.14", "python3.13", "python3.12", "python3")


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the peers are.

    Attributes:
        node: Command that starts the npm peers' process; None when they could not be installed.
        odiff: The server's binary; None likewise.
        python: Command that starts the PyPI peers' process; None likewise.
        pypi: Those that it has.
        notes: Which Python runs them, and what could not be installed and why.
    """

    node: list[str] | None
    odiff: Path | None
    python: list[str] | None
    pypi: frozenset[str]
    notes: tuple[str, ...]
    folder: Path


def install(folder: Path) -> Installed:
    """Install what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    workers = Path(__file__).parent / "workers"
    node = odiff = python = None
    pypi: set[str] = set()
    try:
        _npm(folder / "npm")
        node = ["node", str(workers / "npm.mjs"), str((folder / "npm").resolve())]
        odiff = next((folder / "npm").glob("node_modules/@odiff/*/odiff")).resolve()
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        notes.append(f"not measured, npm cannot install them: {', '.join(NPM)} ({_said(error)})")
    try:
        interpreter, pypi, note = _pypi(folder / "pypi")
        python = [interpreter, str(workers / "pypi.py")]
        notes.append(note)
    except (OSError, subprocess.CalledProcessError) as error:
        notes.append(f"not measured, pip cannot install them: {', '.join(PYPI)} ({_said(error)})")
    return Installed(node, odiff, python, frozenset(pypi), tuple(notes), folder)


def _npm(folder: Path) -> None:
    wanted = {"private": True, "dependencies": NPM}
    manifest = folder / "package.json"
    if _is_done(folder, wanted):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    manifest.write_text(json.dumps(wanted), encoding="utf-8")
    _run(["npm", "install", "--no-audit", "--no-fund", "--save-exact", "--prefix", str(folder)])
    _done(folder, wanted)


def _pypi(folder: Path) -> tuple[str, set[str], str]:
    """The interpreter that has them, which of them, and what to say about it."""
    base = next(filter(_is_new_enough, _interpreters()), None)
    pins = PYPI if base else {name: PYPI[name] for name in PYPI if name != "pixelhog"}
    interpreter = str((folder / "bin" / "python").absolute())
    wanted = {"python": base, **pins}
    if not _is_done(folder, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        _run([base or sys.executable, "-m", "venv", str(folder)])
        words = [f"{name}=={version}" for name, version in pins.items()]
        _run([interpreter, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *words])
        _done(folder, wanted)
    version = _run([interpreter, "-c", "import platform; print(platform.python_version())"]).strip()
    note = f"{' and '.join(pins)} of PyPI run under Python {version}, in one process of their own"
    if not base:
        note += f"; not measured: pixelhog, which needs Python {'.'.join(map(str, NEEDS_PYTHON))} or newer"
    return interpreter, set(pins), note


def _interpreters() -> list[str]:
    """Those on PATH, our own, and what pyenv keeps without having it on PATH."""
    kept: list[str] = []
    if pyenv := shutil.which("pyenv"):
        versions = Path(_run([pyenv, "root"]).strip()) / "versions"
        kept = [str(path) for path in sorted(versions.glob("3.*/bin/python"), reverse=True)]
    return [*PYTHONS, sys.executable, *kept]


def _is_new_enough(python: str) -> bool:
    code = f"import sys; sys.exit(sys.version_info < {NEEDS_PYTHON})"
    try:
        return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _is_done(folder: Path, wanted: dict[str, object]) -> bool:
    try:
        return json.loads((folder / "installed.json").read_text(encoding="utf-8")) == wanted
    except (OSError, ValueError):
        return False


def _done(folder: Path, wanted: dict[str, object]) -> None:
    (folder / "installed.json").write_text(json.dumps(wanted), encoding="utf-8")


def _said(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return " ".join(str(said).split())[-300:]
