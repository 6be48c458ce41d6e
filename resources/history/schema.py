"""Which tables this program has; apart from `migrations`, since asking for it must not import DuckDB."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"
PATTERN = "[0-9][0-9][0-9][0-9]_*.sql"
VERSION = max(int(file.name[:4]) for file in FOLDER.glob(PATTERN))
