"""Write inspect_pipelines/client/nouns/ anew, from the routes: `python docs/client.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from inspect_pipelines.cli.serve import application
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.web.api.client_text import client_texts

NOUNS = Path(__file__).parents[1] / "inspect_pipelines" / "client" / "nouns"
RUFF = (sys.executable, "-m", "ruff")


def write(folder: Path) -> None:
    """Each file, formatted; those of nouns that are gone are deleted."""
    with TemporaryDirectory() as home:
        app = application(Settings(home=Path(home)), "127.0.0.1", 8460)
        texts = client_texts(app.router.routes)
    for file in {*folder.glob("*.py")} - {folder / name for name in (*texts, "__init__.py")}:
        file.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [str(folder / name) for name in texts]
    subprocess.run([*RUFF, "check", "--quiet", "--fix", "--select", "F401,I", *files], check=True)
    subprocess.run([*RUFF, "format", "--quiet", *files], check=True)


if __name__ == "__main__":
    write(NOUNS)
