"""The publication of machines that share a ledger: a row an organisation there, and a file in each machine's home.

Dagster's processes read the file, without any database, as on one machine; `refresh` brings it up to the row.
"""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.ports.leases import Lease
from inspect_pipelines.stored.compiled import dump_compiled, load_compiled
from resources.disk.atomic import write_atomically
from resources.disk.lock import take_lock
from resources.ledger.publication_tables import publications
from resources.ledger.store import SqlLedgers
from resources.ledger.tables import insert
from resources.publication import DAMAGED, LOCK, FilePublication

LEASE = "publication"
LEASE_SECONDS = 120.0  # an `apply` of thousands of definitions takes ten
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2


class SharedPublication(FilePublication):
    """`ports.Publication` in a home and in the ledger that it shares.

    Args:
        home: INSPECT_HOME of this machine.
        ledgers: In PostgreSQL.
    """

    def __init__(self, home: Path, ledgers: SqlLedgers) -> None:
        super().__init__(home)
        self._ledgers = ledgers

    @contextmanager
    def alone(self) -> Iterator[None]:
        """On all machines; begins with what the others have published."""
        with super().alone():
            lease = self._leased()
            try:
                self._bring_up()
                yield
            finally:
                self._ledgers.leases.release(lease)

    def publish(self, compiled: Compiled) -> None:
        """Into the ledger first: a file that is not written then comes with the next refresh."""
        body = dump_compiled(compiled)
        said = {"body": body, "sha256": _hash(body.encode()), "published_at": compiled.published_at}
        with self._ledgers.database.write(of=compiled.org_id) as connection:
            first = insert(connection, publications).values(org_id=compiled.org_id, **said)
            connection.execute(first.on_conflict_do_update(index_elements=["org_id"], set_=said))
        super().publish(compiled)

    def refresh(self) -> bool:
        self._ledgers.migrate()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = take_lock(self._folder / LOCK)
            if lock is None:
                return False  # somebody publishes here, and begins with this
            try:
                return self._bring_up()
            finally:
                os.close(lock)
        except OSError as error:
            raise self._unwritable(self._folder, error) from error

    def _bring_up(self) -> bool:
        """Write what differs from its row, and tell the ledger of what a release before has only written here.

        Raises:
            Unreadable: This code is too old for one of them; what it had of that stays.
        """
        here = {org_id: self._path(org_id).read_bytes() for org_id in self.organizations()}
        with self._ledgers.database.read() as connection:
            query = sa.select(publications.c.org_id, publications.c.sha256)
            there = {OrgId(row.org_id): row.sha256 for row in connection.execute(query)}
        for org_id in here.keys() - there.keys():
            self._tell(org_id, here[org_id].decode())
        wanted = [org_id for org_id, sha in there.items() if org_id not in here or _hash(here[org_id]) != sha]
        refused: Unreadable | None = None
        for org_id in wanted:
            with self._ledgers.database.read() as connection:
                query = sa.select(publications.c.body).where(publications.c.org_id == org_id)
                body: str = connection.execute(query).scalar_one()
            try:
                load_compiled(body.encode())
            except Unreadable as error:
                refused = Unreadable(
                    f"what another machine published of {org_id!r} {error}; upgrade this machine"
                )
            else:
                write_atomically(self._path(org_id), body)
        if refused is not None:
            raise refused
        return bool(wanted)

    def _tell(self, org_id: OrgId, body: str) -> None:
        try:
            compiled = load_compiled(body.encode())
        except (Unreadable, *DAMAGED):  # who reads it says so
            return
        row = {
            "org_id": org_id,
            "body": body,
            "sha256": _hash(body.encode()),
            "published_at": compiled.published_at,
        }
        with self._ledgers.database.write(of=org_id) as connection:
            connection.execute(insert(connection, publications).values(**row).on_conflict_do_nothing())

    def _leased(self) -> Lease:
        holder, give_up_at = f"{socket.gethostname()}/{os.getpid()}", time.monotonic() + PATIENCE_SECONDS
        while (lease := self._ledgers.leases.take(LEASE, holder, seconds=LEASE_SECONDS)) is None:
            if time.monotonic() > give_up_at:
                raise Unavailable(
                    f"nothing was published: another machine has been publishing for {PATIENCE_SECONDS:.0f} s; try again"
                )
            time.sleep(PAUSE_SECONDS)
        return lease


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
