"""What parts on several machines say of themselves, in every ledger; and which code may work on a newer one."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from builders import NOW, a_presence
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import Refused
from resources.ledger.presence_tables import presences
from resources.ledger.store import SqlLedgers

WEB = a_presence(part="web", place="http://a:8460", browser="", plays=False, rows_behind=None)
UP = replace(WEB, part="up", place="/home", rows_behind=7)


def told(ledgers: SqlLedgers) -> list[tuple[str, str, str]]:
    return [(one.part, one.host, one.version) for one in ledgers.presences.told()]


def test_each_part_says_what_it_is_and_the_last_word_of_each_counts(new_ledgers) -> None:
    one, other = new_ledgers(), new_ledgers()
    one.presences.tell(WEB, time.time)
    other.presences.tell(UP, time.time)
    other.presences.tell(replace(WEB, host="b"), time.time)

    one.presences.tell(replace(WEB, version="1.5.0"), time.time)

    assert told(one) == [("up", "a", "1.4.0"), ("web", "a", "1.5.0"), ("web", "b", "1.4.0")]
    (up, *_) = one.presences.told()
    assert replace(up, clock_off=0.0, clock_bound=0.0, seconds_ago=0.0) == UP
    assert up.is_there


def test_one_that_leaves_is_missed_by_nobody(ledgers) -> None:
    ledgers.presences.tell(WEB, time.time)
    ledgers.presences.tell(UP, time.time)

    ledgers.presences.leave(WEB)

    assert told(ledgers) == [("up", "a", "1.4.0")]


def test_a_clock_is_measured_by_the_databases_with_what_asking_took(ledgers) -> None:
    """The machine's clock says 1000, then 1004: when the database was asked in between, it said 1002, two more or less."""
    looks = iter((1000.0, 1004.0))
    before = time.time()

    ledgers.presences.tell(WEB, lambda: next(looks))

    (one,) = ledgers.presences.told()
    assert one.clock_bound == 2.0
    assert before - 0.1 < 1002 - one.clock_off < time.time() + 0.1


def test_what_was_not_said_again_is_silent_first_and_forgotten_after_a_day(ledgers) -> None:
    for host, ago in (("minutes", 600.0), ("days", 90_000.0)):
        ledgers.presences.tell(replace(WEB, host=host), time.time)
        with ledgers.database.write() as connection:
            earlier = sa.update(presences).values(told_at=presences.c.told_at - ago)
            connection.execute(earlier.where(presences.c.host == host))

    assert [(one.host, one.is_there) for one in ledgers.presences.told()] == [("minutes", False)]
    ledgers.presences.tell(UP, time.time)
    with ledgers.looking() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(presences)) == 2


def test_connections_are_those_of_the_server_and_of_nothing_in_a_file(ledgers) -> None:
    found = ledgers.connections()

    if not ledgers.is_shared:
        assert found is None
        return
    used, most = found
    assert 1 <= used < most < 1000


def newer(ledgers: SqlLedgers, *, needs: str) -> None:
    """As a later release leaves it, that has added a column."""
    ledgers.migrate()
    with ledgers.database.write() as connection:
        connection.execute(sa.text("ALTER TABLE organizations ADD COLUMN hue TEXT"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("UPDATE needs SET revision = :needs"), {"needs": needs})


def test_code_that_is_started_works_on_a_newer_ledger_that_was_only_added_to(unmade_ledgers) -> None:
    newer(unmade_ledgers(), needs="0049")

    started = unmade_ledgers()
    with started.of(DEFAULT_ORG).write() as session:
        seq = session.journal.append("run", {"id": 3}, at=NOW)
    with started.read() as session:
        assert session.journal.head() == seq
    assert started.revisions()[0] == "9999", "it is left as it is"


def test_code_that_is_older_than_the_ledger_needs_is_refused_in_a_sentence(unmade_ledgers) -> None:
    newer(unmade_ledgers(), needs="9998")

    with pytest.raises(Refused, match="has schema '9999', written by a newer inspect-pipelines; install"):
        unmade_ledgers().migrate()
