"""Agents' traces and repairs, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.repair import Place, Repair, RepairStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trace import Trace
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.ledger import Ledger

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
INNER = Target(role="dialog", within=Target(selector="#app"))
PLACE = Place(
    "pay",
    2,
    "click",
    Target(selector="#pay"),
    Target(text="Pay", has=Target(alt="card"), within=INNER, nth=-1),
)
REPAIR = Repair(
    "x1", "r1", "shop", "pay", "click #pay: found none", RepairStatus.PROPOSED, AT, "r1.1.2", "", (PLACE,), 3, ("shop/pay@phone",)
)  # fmt: skip


def test_a_trace_is_kept_by_its_session_the_last_word_of_it(ledger: Ledger) -> None:
    first = Trace("r1.1", "r1", "shop", AT, {"pay": ('{"press": "Ü"}', '{"click": "#a"}')})
    second = replace(first, session_id="r1.2", at=AT + timedelta(seconds=1), steps={})

    with ledger.write() as session:
        session.repairs.keep_trace(second)
        session.repairs.keep_trace(replace(first, steps={}))
        session.repairs.keep_trace(first)

    with ledger.read() as session:
        assert session.repairs.traces(RunId("r1")) == [first, second]
        assert session.repairs.traces(RunId("r2")) == []


def test_a_repair_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    decided = replace(REPAIR, status=RepairStatus.DECLINED, reason="no", decided_by="user:ada", decided_at=AT)

    with ledger.write() as session:
        session.repairs.save(REPAIR)
        kept = session.repairs.find("x1")
        session.repairs.save(decided)

    with ledger.read() as session:
        assert kept == REPAIR
        assert session.repairs.of_run(RunId("r1")) == [decided]
        assert session.repairs.find("x2") is None


def test_repairs_are_listed_newest_first_and_the_newest_of_a_step_is_found(ledger: Ledger) -> None:
    others = [
        replace(REPAIR, id=f"x{number}", at=AT + timedelta(hours=number // 2)) for number in range(1, 6)
    ]
    others[2] = replace(others[2], status=RepairStatus.DECLINED)
    another = replace(REPAIR, id="y", step_id="login", at=AT + timedelta(days=1))

    with ledger.write() as session:
        for each in (*others, another):
            session.repairs.save(each)

    with ledger.read() as session:
        listed = session.repairs.latest(10)
        assert [each.id for each in listed] == ["y", "x5", "x4", "x3", "x2", "x1"]
        assert session.repairs.latest(2, before=Position(listed[2].at, listed[2].id)) == listed[3:5]
        assert session.repairs.last_of("shop", "pay") == others[-1]
        assert session.repairs.last_of("shop", "nowhere") is None
        assert [each.id for each in session.repairs.proposed(4)] == ["y", "x5", "x4", "x2"]


def test_an_organisation_sees_its_own_only(ledgers: Ledgers, ledger: Ledger) -> None:
    with ledger.write() as session:
        session.repairs.save(REPAIR)
        session.repairs.keep_trace(Trace("r1.1", "r1", "shop", AT, {}))

    with ledgers.of(OrgId("other")).read() as session:
        assert session.repairs.latest(10) == []
        assert session.repairs.proposed(10) == []
        assert session.repairs.find("x1") is None
        assert session.repairs.last_of("shop", "pay") is None
        assert session.repairs.traces(RunId("r1")) == []
