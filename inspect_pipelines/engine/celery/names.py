"""What the worker's supervisor and its Celery agree upon."""

from __future__ import annotations

from pathlib import Path


def ready_file(home: Path) -> Path:
    """There while orders are taken."""
    return home / "run" / "worker.ready"
