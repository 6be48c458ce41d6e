"""Launch runs in the code server, and keep the way back to the very server that a run was launched in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.launcher import (
        LaunchRunContext,
    )  # the one type of the interface that Dagster does not export

GRPC_INFO_TAG = ".dagster/grpc_info"  # Dagster's note of a run's code server; `terminate` goes there


class ServedRunLauncher(dg.DefaultRunLauncher):
    """`up` swaps the link `code.sock` to a new code server on publish, while the old one still ends its runs.

    Dagster notes the link; we note what it points to, so that a run of the old server can be terminated.
    """

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start it, then note its server's own socket."""
        super().launch_run(context)
        run = self._instance.get_run_by_id(context.dagster_run.run_id)
        noted = json.loads(run.tags.get(GRPC_INFO_TAG, "{}")) if run else {}
        socket = noted.get("socket")
        if run is not None and socket and str(Path(socket).resolve()) != socket:
            noted["socket"] = str(Path(socket).resolve())
            self._instance.add_run_tags(run.run_id, {GRPC_INFO_TAG: json.dumps(noted)})
