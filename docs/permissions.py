"""Write docs/permissions.md anew: `python docs/permissions.py`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from inspect_pipelines.cli.serve import application
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.web.access.page import permissions_page

if __name__ == "__main__":
    with TemporaryDirectory() as home:
        app = application(Settings(home=Path(home)), "127.0.0.1", 8460)
        Path(__file__).with_suffix(".md").write_text(permissions_page(app.router.routes), encoding="utf-8")
