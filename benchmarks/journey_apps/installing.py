"""The applications' packages, by pinned version, in a folder of their own: nothing of them is needed to run the product."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.journey_apps.applications import Installed

PYPI = {
    "mkdocs": "1.6.1",
    "mkdocs-material": "9.8.1",
    "jupyterlab": "4.6.6",
    "flower": "2.2.0",
    "celery": "5.7.0",
    "streamlit": "1.67.0",
}
NPM = {"vite": "8.3.8", "@vitejs/plugin-react": "6.3.0", "react": "19.3.1", "react-dom": "19.3.1"}
DEBIAN = ("prometheus",)  # unpacked, not installed: nothing of this machine's own changes
NEEDS = {
    "mkdocs": "pypi",
    "jupyterlab": "pypi",
    "flower": "pypi",
    "streamlit": "pypi",
    "vite": "npm",
    "prometheus": "debian",
}


def install(folder: Path) -> tuple[Installed, dict[str, str]]:
    """Install what is not there yet; which registry's packages could not be had, and why."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    missing = {}
    for registry, make in (("pypi", _pypi), ("npm", _npm), ("debian", _debian)):
        try:
            make(folder / registry)
        except (OSError, subprocess.CalledProcessError) as error:
            missing[registry] = _said(error)
    return Installed(folder), missing


def versions(installed: Installed) -> dict[str, str]:
    """Of what is served."""
    found = PYPI | NPM
    status = installed.debian / "versions.json"
    return found | (json.loads(status.read_text(encoding="utf-8")) if status.exists() else {})


def _pypi(folder: Path) -> None:
    if _is_done(folder, PYPI):
        return
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    words = [f"{name}=={version}" for name, version in PYPI.items()]
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *words])
    _done(folder, PYPI)


def _npm(folder: Path) -> None:
    if _is_done(folder, NPM):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": NPM}), encoding="utf-8")
    _run(["npm", "install", "--no-audit", "--no-fund", "--save-exact", "--prefix", str(folder)])
    _done(folder, NPM)


def _debian(folder: Path) -> None:
    """Download the packages with all that they depend on and this machine lacks, and unpack them here."""
    wanted = dict.fromkeys(DEBIAN, "")
    if _is_done(folder, wanted):
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "debs").mkdir(parents=True)
    names = [*DEBIAN, *_depended_on(DEBIAN)]
    subprocess.run(
        ["apt-get", "download", "-qq", *names],
        cwd=folder / "debs",
        check=True,
        capture_output=True,
        text=True,
    )
    found = {}
    for deb in sorted((folder / "debs").glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(deb), str(folder)])
        name, version = _run(["dpkg-deb", "--show", str(deb)]).split()
        found |= {name: version} if name in DEBIAN else {}
    _lead_inside(folder)
    (folder / "versions.json").write_text(json.dumps(found), encoding="utf-8")
    _done(folder, wanted)


def _depended_on(packages: Sequence[str]) -> list[str]:
    """What a web UI is made of: scripts and fonts that the packages share."""
    said = _run(["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
                 "--no-breaks", "--no-replaces", "--no-enhances", *packages])  # fmt: skip
    names = {line.split()[-1] for line in said.splitlines() if "Depends:" in line}
    return sorted(name for name in names if name.startswith(("libjs-", "fonts-", "node-")))


def _lead_inside(folder: Path) -> None:
    """Let links from the root of a system lead to the same place in this folder."""
    for link in [path for path in folder.rglob("*") if path.is_symlink()]:
        target = link.readlink()
        if target.is_absolute() and not target.is_relative_to(folder):
            link.unlink()
            link.symlink_to(folder / target.relative_to("/"))


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _is_done(folder: Path, wanted: dict[str, str]) -> bool:
    try:
        return json.loads((folder / "installed.json").read_text(encoding="utf-8")) == wanted
    except (OSError, ValueError):
        return False


def _done(folder: Path, wanted: dict[str, str]) -> None:
    (folder / "installed.json").write_text(json.dumps(wanted), encoding="utf-8")


def _said(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return " ".join(str(said).split())[-300:]
