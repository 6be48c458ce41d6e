"""Teardowns that are owed, over both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.teardown import OwedTeardown
from resources.ledger.store import SqlLedgers

RUN = a_run()
OWED = OwedTeardown("s.1", RUN.id, "shop", NOW)


def test_what_is_owed_is_kept_until_the_first_who_settles_it(ledgers: SqlLedgers) -> None:
    younger = replace(OWED, session_id="s.0", begun_at=NOW + timedelta(minutes=1))
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.teardowns.owe(younger)
        session.teardowns.owe(OWED)
        session.teardowns.owe(replace(OWED, playbook="another"))

    with ledgers.of(DEFAULT_ORG).write() as session:
        assert session.teardowns.of_run(RUN.id) == [OWED, younger]
        assert session.teardowns.of_run(RunId("another")) == []
        assert session.teardowns.settle("s.1")
        assert not session.teardowns.settle("s.1")
        assert session.teardowns.of_run(RUN.id) == [younger]


def test_only_runs_that_have_ended_are_tidied_up_by_others_and_only_of_one_s_own_organisation(
    ledgers: SqlLedgers,
) -> None:
    ended = replace(RUN, status=RunStatus.ERROR, reason="its worker died", completed_at=NOW)
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.runs.request(RUN)
        session.teardowns.owe(OWED)
        assert session.teardowns.of_ended_runs(limit=5) == []
        session.runs.conclude(ended)

    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.teardowns.of_ended_runs(limit=5) == [OWED]
        assert session.teardowns.of_ended_runs(limit=0) == []
    with ledgers.of(OrgId("other")).write() as session:
        assert session.teardowns.of_run(RUN.id) == []
        assert not session.teardowns.settle("s.1")
