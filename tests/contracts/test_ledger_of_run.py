"""A run executes as its organisation's service account: who may come in is withheld from it, over both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

import ledger_rows
from builders import NOW, a_run
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Forbidden
from inspect_pipelines.ports.ledger import LedgerSession
from resources.ledger.store import SqlLedgers

WITHHELD: dict[str, Callable[[LedgerSession], object]] = {
    "members.save": lambda s: s.members.save(ledger_rows.MEMBER),
    "members.all": lambda s: s.members.all(),
    "members.remove": lambda s: s.members.remove("ada", by="x", at=NOW),
    "tokens.add": lambda s: s.tokens.add(ledger_rows.TOKEN),
    "tokens.all": lambda s: s.tokens.all(),
    "tokens.revoke": lambda s: s.tokens.revoke("t1", by="x", at=NOW),
    "passwords.find": lambda s: s.passwords.find("ada"),
    "passwords.save": lambda s: s.passwords.save("ada", "x", by="x", at=NOW),
    "sign_ins.add": lambda s: s.sign_ins.add(ledger_rows.SIGN_IN),
    "sign_ins.all": lambda s: s.sign_ins.all(),
    "identities.invite": lambda s: s.identities.invite("a@b.c", "ada", by="x", at=NOW),
    "kept_answers.find": lambda s: s.kept_answers.find("user:ada", "k"),
}


@pytest.mark.parametrize("deed", WITHHELD)
def test_a_run_neither_reads_nor_changes_who_may_come_in(ledgers: SqlLedgers, deed: str) -> None:
    ledger = ledgers.of(DEFAULT_ORG).by_way_of("x").of_run()

    for session in (ledger.write(), ledger.by_way_of("cli").read()):
        with session as opened, pytest.raises(Forbidden, match="'service:runs', which has no part in"):
            WITHHELD[deed](opened)
    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.members.all() == []


def test_a_run_does_what_runs_do(ledgers: SqlLedgers) -> None:
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.members.save(ledger_rows.MEMBER)
        session.tokens.add(ledger_rows.TOKEN)

    with ledgers.of(DEFAULT_ORG).of_run().write() as session:
        session.runs.request(a_run())
        session.audit.append("run.looked", "x", by="automatic", at=NOW)
        ending = session.tokens.ending(after=NOW, until=NOW + timedelta(days=400))

    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.runs.find(a_run().id) is not None
        assert session.audit.entries()[0].actor == "service:runs"
        assert session.members.find(ledger_rows.MEMBER.login).role is Role.ADMIN
    assert [one.id for one in ending] == [ledger_rows.TOKEN.id]
