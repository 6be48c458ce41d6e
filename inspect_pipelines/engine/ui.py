"""`python -m inspect_pipelines.engine.ui`: Dagster's UI on a Unix socket; `dagster-webserver` can only listen on a port.

Its server answers mutations by GET and to any page, so nobody but our own door (`web/dagster_ui/`) and commands may reach it.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click
import dagster as dg
import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._utils.log import configure_loggers
from dagster_webserver import cli as webserver
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

POLL_MS = 2000  # how often the UI asks for news of assets, as `dagster-webserver` has it
STOP_SECONDS = 2  # for answers on their way


@click.command()
@click.option("--workspace", type=click.Path(path_type=Path), required=True)
@click.option("--socket", "path", type=click.Path(path_type=Path), required=True)
@click.option("--prefix", required=True, help="The path that everything is below.")
def serve(workspace: Path, path: Path, prefix: str) -> None:
    """Serve the UI until a signal."""
    configure_loggers(log_level="INFO")
    with dg.DagsterInstance.get() as instance:
        instance.optimize_for_webserver(
            webserver.DEFAULT_DB_STATEMENT_TIMEOUT,
            webserver.DEFAULT_POOL_RECYCLE,
            webserver.DEFAULT_POOL_MAX_OVERFLOW,
        )
        target = WorkspaceFileTarget(paths=[str(workspace)])
        with WorkspaceProcessContext(instance, target, version=__version__) as context:
            app = create_app_from_workspace_process_context(context, prefix, POLL_MS)
            config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=STOP_SECONDS)
            with private_socket(path) as listener:
                uvicorn.Server(config).run(sockets=[listener])


def private_socket(path: Path) -> socket.socket:
    """A Unix socket that only this user can connect to, in the place of what an earlier process left there."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    return listener


if __name__ == "__main__":
    serve()
