from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import Books
from builders import a_finding, a_run, a_screenshot, a_session
from ends import NIGHTLY, QA, Watch
from history_builders import a_comparison
from houses import a_house
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.runs.conclude import record_end

DEFINITIONS = (NIGHTLY, DefinitionId("hourly-shop"))
RULES = (
    NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa", "pagerduty")),
    NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)),
    NotifyRule(RuleEvent.ON_RECOVERY, ("email:good@acme.com",)),
    NotifyRule(RuleEvent.ON_COMPLETE, ("email:log@acme.com",)),
)
ENDS = st.tuples(
    st.sampled_from(DEFINITIONS),
    st.sampled_from(
        [RunStatus.PASSED, RunStatus.FAILED, RunStatus.ERROR, RunStatus.TIMEOUT, RunStatus.NEEDS_REVIEW]
    ),
    st.sets(st.sampled_from(("cart", "pay"))),
    st.sampled_from([1, 10, 90, 24 * 60]),
)


def play(
    house: Watch | Books, ends: Sequence[tuple[DefinitionId, RunStatus, set[str], int]], flap: int
) -> list:
    organization = Organization(DEFAULT_ORG, alerts=Alerting(5, 24 * 60, 1, 4, flap), budget=Budget(1000))
    for definition_id in DEFINITIONS:
        house.define(*RULES, definition_id=definition_id, organization=organization)
    return [
        house.end(
            status,
            "no answer",
            definition_id=definition_id,
            sessions=[a_session(findings=(a_finding(),), screenshots=(a_screenshot("pay"),))],
            comparisons=[a_comparison(place) for place in sorted(differing)],
            after=timedelta(minutes=minutes),
        )
        for definition_id, status, differing, minutes in ends
    ]


@given(ends=st.lists(ENDS, max_size=12), flap=st.sampled_from([0, 60]))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_asked_for_decides_the_same_as_all_that_the_ledger_knows(ends, flap) -> None:
    with tempfile.TemporaryDirectory() as folder:
        watch, books = Watch(a_house(Path(folder))), Books()

        asked, known = play(watch, ends, flap), play(books, ends, flap)

        assert asked == known
        assert watch.incidents() == sorted(books.incidents(), key=lambda one: (one.opened_at, one.id))
        watch.house.ledgers.close()


@pytest.mark.parametrize(
    ("status", "tables"),
    [
        (RunStatus.PASSED, "runs run_steps review_queue journal usage organizations incidents access_tokens"),
        (
            RunStatus.FAILED,
            "runs run_steps review_queue journal usage organizations incidents silences incidents journal incident_runs access_tokens",
        ),
    ],
)
def test_an_end_that_tells_nobody_anything_asks_for_little(tmp_path, status, tables) -> None:
    watch = Watch(a_house(tmp_path))
    watch.define(QA)
    watch.end(status)
    running = a_run(7, origin="request:7").claimed("d7", now=watch.house.clock.now())
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    with watch.house.ledger.write() as ledger:
        definition = ledger.definitions.find(NIGHTLY)
        ledger.runs.request(a_run(7, origin="request:7"))
        ledger.runs.claim(running)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        ended = running.concluded(status, "it is broken", now=watch.house.clock.now())
        told = record_end(ledger, ended, definition, at=watch.house.clock.now(), kinds=watch.house.kinds)
        sa.event.remove(sa.Engine, "before_cursor_execute", note)

    assert told == ()
    touched = [re.search(r"(?:FROM|INTO|UPDATE) (\w+)", one) for one in statements]
    assert sorted(one.group(1) for one in touched if one) == sorted(tables.split())
