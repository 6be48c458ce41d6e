"""The ledger's schema and how it gets up to date: Alembic, run from here, never by hand."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from inspect_pipelines.errors import Refused
from resources.ledger.row_security import fence

HEAD = "0053"  # the newest file of migrations/versions, kept here so that a start need not import Alembic (0.3 s)
MIGRATIONS = Path(__file__).parent / "migrations"


def version(connection: sa.Connection) -> str | None:
    """The schema's version; None when there is no schema yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def needed(connection: sa.Connection) -> str | None:
    """The schema that code must know to work here; None: an older schema than 0049, where nobody wrote it down."""
    if not sa.inspect(connection).has_table("needs"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT revision FROM needs"))
    return found


def upgrade(connection: sa.Connection, name: str) -> None:
    """Bring the schema to HEAD within the connection's transaction, which must hold the writers' lock.

    A newer one that has only been added to (`needs`) is left as it is: code of the release before works beside the new one.

    Raises:
        Refused: The schema is newer than this program, and what it uses is not there any more.
    """
    found = version(connection)
    if found == HEAD:
        return  # another process was first
    # A migration may compute for longer than a writer may be silent.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout TO 0"))

    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        if needed(connection) in known:
            return
        raise Refused(
            f"the ledger {name!r} has schema {found!r}, written by a newer inspect-pipelines; "
            "install that version, or set INSPECT_HOME to another folder"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    fence(connection)
