"""Lakes on a real PostgreSQL: the contract of every history, a bucket, two machines, and moves that are killed.

Played by another Python, since DuckDB's extensions are packages for one version of it only (lakes.py says more).
"""

from __future__ import annotations

import subprocess

from lakes import ROOT, drop_lakes, lake_python
from object_storage import ObjectServer


def test_a_lake_keeps_what_a_history_promises(postgres_server: str, object_server: ObjectServer) -> None:
    played = ["tests/contracts/test_history.py", "tests/contracts/lake_stories.py"]
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        f"--lake={postgres_server}",
        f"--bucket={object_server.endpoint}",
    ]

    done = subprocess.run(
        [lake_python(), "-m", "pytest", *options, *played],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    drop_lakes(postgres_server)
    assert done.returncode == 0, done.stdout[-6000:]
