from __future__ import annotations

import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_plan, a_playbook, a_run, a_schedule, a_source
from houses import a_house
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.access import local_person
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits, Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import Forbidden, Refused, Unavailable
from inspect_pipelines.usecases.definitions.apply import apply
from inspect_pipelines.usecases.definitions.plan import propose


def a_project(*definitions, org_id: OrgId = DEFAULT_ORG, **organization) -> Project:
    return Project(tuple(definitions), (), Organization(org_id, **organization), (), ("schedules.yaml",))


def ran(house, *minutes: float) -> None:
    """Runs of the nightly schedule that took so long."""
    with house.ledger.write() as ledger:
        for number, each in enumerate(minutes, start=1):
            ledger.runs.request(a_run(number))
            run = a_run(number).claimed(f"d-{number}", now=NOW)
            ledger.runs.claim(run)
            ledger.runs.conclude(run.concluded(RunStatus.PASSED, "", now=NOW + timedelta(minutes=each)))


def a_trigger() -> Trigger:
    return Trigger(DefinitionId("deploy"), DEFAULT_ORG, "Deploy", "deployment.completed", a_plan())


def journal_of(house) -> list[tuple[str, dict]]:
    with house.ledgers.read() as ledger:
        return [(kind, json.loads(text)) for _, kind, text in ledger.journal.after(0)]


def stored(house) -> list[str]:
    with house.ledger.read() as ledger:
        return [definition.id for definition in ledger.definitions.all()]


def test_after_apply_a_plan_shows_nothing(tmp_path):
    house = a_house(tmp_path)
    rules = (NotifyRule(RuleEvent.ON_FAILURE, ("email:a@b.c",)),)
    project = a_project(a_schedule(plan=a_plan(notify=rules, variables={"a": "b"})), a_trigger())

    applied = apply(house, project, by="user:ada", may_delete=())

    assert len(applied.changes) == 2
    assert applied.is_published
    assert propose(house.ledger, project, now=NOW).changes == ()
    assert house.publication.read(DEFAULT_ORG).digest == propose(house.ledger, project, now=NOW).digest


def test_what_is_published_is_what_the_ledger_holds(tmp_path):
    house = a_house(tmp_path)

    apply(house, a_project(a_trigger(), a_schedule()), by="user:ada", may_delete=())

    compiled = house.publication.read(DEFAULT_ORG)
    with house.ledger.read() as ledger:
        assert list(compiled.definitions) == ledger.definitions.all()
    assert (compiled.org_id, compiled.published_at) == (DEFAULT_ORG, NOW)


def test_applying_twice_changes_nothing(tmp_path):
    house = a_house(tmp_path)
    project = a_project(a_schedule())
    apply(house, project, by="user:ada", may_delete=())
    before, journal = (tmp_path / "compiled" / "default.json").stat().st_mtime_ns, journal_of(house)
    house.clock.sleep(60)

    applied = apply(house, project, by="user:ada", may_delete=())

    assert (applied.changes, applied.is_published) == ((), False)
    assert (tmp_path / "compiled" / "default.json").stat().st_mtime_ns == before
    assert journal_of(house) == journal


def test_a_deletion_that_nobody_agreed_to_changes_nothing(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(a_schedule("old")), by="user:ada", may_delete=())
    before = (tmp_path / "compiled" / "default.json").read_bytes()

    with pytest.raises(Refused) as error:
        apply(house, a_project(a_schedule("new")), by="user:ada", may_delete=("other",))

    assert str(error.value) == (
        "schedule 'old' with 0 runs would be deleted; nothing was changed: "
        "look at `inspect-pipelines plan`, then apply with --yes"
    )
    assert stored(house) == ["old"]
    assert (tmp_path / "compiled" / "default.json").read_bytes() == before


def test_a_deletion_that_was_agreed_to_is_stored_journalled_and_published(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(a_schedule("old"), a_trigger()), by="user:ada", may_delete=())

    apply(house, a_project(a_trigger()), by="user:eve", may_delete=("old",))

    assert stored(house) == ["deploy"]
    assert [definition.id for definition in house.publication.read(DEFAULT_ORG).definitions] == ["deploy"]
    kind, facts = journal_of(house)[-1]
    assert (kind, facts["schedule"]["id"]) == ("definition", "old")
    assert facts["schedule"]["deleted_at"] is not None


def test_each_change_is_one_fact_for_the_history(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(a_schedule(), a_trigger()), by="user:ada", may_delete=())

    apply(house, a_project(a_schedule(name="New"), a_trigger()), by="user:ada", may_delete=())

    facts = journal_of(house)
    assert [kind for kind, _ in facts] == ["definition"] * 3
    assert facts[0][1]["schedule"]["created_by"] == "user:ada"
    assert facts[1][1]["trigger"]["event_type"] == "deployment.completed"
    assert facts[2][1]["schedule"]["name"] == "New"


def test_a_crash_between_storing_and_publishing_is_mended_by_the_next_apply(tmp_path):
    house = a_house(tmp_path)
    project = a_project(a_schedule())
    (tmp_path / "compiled" / "default.json").mkdir(
        parents=True
    )  # cannot be read nor replaced, as on a full or broken disk
    with pytest.raises(Unavailable):
        apply(house, project, by="user:ada", may_delete=())
    (tmp_path / "compiled" / "default.json").rmdir()

    applied = apply(house, project, by="user:ada", may_delete=())

    assert (applied.changes, applied.is_published) == ((), True)
    assert len(house.publication.read(DEFAULT_ORG).definitions) == 1


def test_a_damaged_publication_is_mended_by_the_next_apply(tmp_path):
    house = a_house(tmp_path)
    project = a_project(a_schedule())
    apply(house, project, by="user:ada", may_delete=())
    (tmp_path / "compiled" / "default.json").write_text("{")

    assert apply(house, project, by="user:ada", may_delete=()).is_published
    assert len(house.publication.read(DEFAULT_ORG).definitions) == 1


def test_an_agent_does_not_apply_that_agents_may_decide(tmp_path):
    """Else one line in organization.yaml, applied by the agent itself, makes its pictures the approved ones."""
    house, agent = a_house(tmp_path), local_person("ada", is_agent=True)
    lets = a_project(a_schedule(), machines_finalize=True)
    apply(house, a_project(), by="user:ada", may_delete=())

    with pytest.raises(Forbidden, match="an agent may not let agents decide"):
        apply(house, lets, by="user:ada", may_delete=(), caller=agent)
    assert stored(house) == []
    apply(house, lets, by="user:ada", may_delete=())
    again = apply(house, lets, by="user:ada", may_delete=(), caller=agent)

    assert again.changes == ()


def test_an_empty_project_is_published_too(tmp_path):
    house = a_house(tmp_path)

    assert apply(house, a_project(), by="user:ada", may_delete=()).is_published
    assert not apply(house, a_project(), by="user:ada", may_delete=()).is_published


def test_another_organisation_is_published_though_nothing_else_differs(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(), by="user:ada", may_delete=())

    assert apply(house, a_project(org_id=OrgId("acme")), by="user:ada", may_delete=()).is_published
    assert house.publication.organizations() == ("acme", "default")


def test_the_first_organisation_has_plain_names_for_ever_and_later_ones_theirs_in_front(tmp_path):
    house = a_house(tmp_path)
    for org_id in ("acme", "beta", "acme"):
        apply(house, a_project(org_id=OrgId(org_id), name=org_id), by="user:ada", may_delete=())

    assert [one.naming for one in house.publication.all()] == [
        Naming(OrgId("acme"), is_first=True),
        Naming(OrgId("beta"), is_first=False),
    ]


def test_a_later_organisation_keeps_its_names_when_what_was_published_is_lost(tmp_path):
    house = a_house(tmp_path)
    for org_id in ("acme", "beta"):
        apply(house, a_project(org_id=OrgId(org_id)), by="user:ada", may_delete=())
    shutil.rmtree(tmp_path / "compiled")

    apply(house, a_project(org_id=OrgId("beta")), by="user:ada", may_delete=())

    assert [one.naming for one in house.publication.all()] == [Naming(OrgId("beta"), is_first=False)]


def test_an_id_whose_name_in_dagster_another_organisation_has_is_refused(tmp_path):
    house, beta = a_house(tmp_path), OrgId("beta")
    apply(house, a_project(a_schedule("beta__nightly")), by="user:ada", may_delete=())
    colliding = replace(a_schedule("nightly"), org_id=beta)

    with pytest.raises(Refused) as error:
        apply(house, a_project(colliding, org_id=beta), by="user:ada", may_delete=())

    assert str(error.value) == (
        "schedule 'nightly' would be 'beta__nightly' in Dagster, as schedule 'beta__nightly' of organisation "
        "'default' is; nothing was changed: choose another id"
    )
    assert house.publication.organizations() == (DEFAULT_ORG,)


def test_an_organisation_whose_publication_is_damaged_keeps_no_other_from_being_applied(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(a_schedule("beta__nightly")), by="user:ada", may_delete=())
    (tmp_path / "compiled" / "default.json").write_text("{")

    applied = apply(house, a_project(org_id=OrgId("beta")), by="user:ada", may_delete=())

    assert applied.is_published


def test_a_changed_playbook_changes_the_definitions_that_use_it(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_project(a_schedule()), by="user:ada", may_delete=())
    edited = a_schedule(plan=a_plan(playbooks=(a_playbook(base_url="http://other.test"),)))

    (change,) = apply(house, a_project(edited), by="user:ada", may_delete=()).changes

    assert [(field.path, field.new) for field in change.fields] == [
        ("playbooks[shop].base_url", "http://other.test")
    ]


def test_the_organisation_is_stored_and_its_limits_are_published(tmp_path):
    house = a_house(tmp_path)
    limits = Limits(target_host=3)
    apply(house, a_project(a_schedule()), by="user:ada", may_delete=())

    applied = apply(house, a_project(a_schedule(), limits=limits), by="user:ada", may_delete=())

    assert applied.is_published
    assert house.publication.read(DEFAULT_ORG).limits == limits
    with house.ledger.read() as ledger:
        assert ledger.organizations.find() == Organization(DEFAULT_ORG, limits=limits)


def test_each_apply_is_remembered_also_when_it_changes_nothing(tmp_path):
    house = a_house(tmp_path)
    for _ in range(2):
        house.clock.sleep(60)
        apply(house, a_project(a_schedule()), by="user:ada", may_delete=())

    with house.ledger.read() as ledger:
        assert ledger.organizations.applied_at() == house.clock.now()


def test_a_budget_that_would_be_overrun_is_refused_until_somebody_accepts_the_cost(tmp_path):
    """2 minutes a night at the 95th percentile are 60 a month."""
    house = a_house(tmp_path)
    ran(house, *[1.0] * 17, 2.0, 2.0, 9.0)
    project = a_project(a_schedule(), budget=Budget(59))

    with pytest.raises(Refused) as caught:
        apply(house, project, by="user:ada", may_delete=())

    assert str(caught.value) == (
        "organisation 'default' will take about 60 run-minutes a month, and its budget is 59; "
        "nothing was changed: raise the budget, run less often, or apply with --accept-cost"
    )
    assert stored(house) == []
    apply(house, project, by="user:ada", may_delete=(), accept_cost=True)
    apply(house, project, by="user:ada", may_delete=())  # what was accepted needs no second yes
    assert stored(house) == ["nightly-shop"]


def test_a_budget_that_is_lowered_below_the_forecast_is_refused_too(tmp_path):
    house = a_house(tmp_path)
    ran(house, 2.0)
    apply(house, a_project(a_schedule(), budget=Budget(60)), by="user:ada", may_delete=())

    with pytest.raises(Refused, match="its budget is 10"):
        apply(house, a_project(a_schedule(), budget=Budget(10)), by="user:ada", may_delete=())


def test_a_source_whose_id_another_organisation_has_is_refused(tmp_path):
    """Its address has no organisation in it: it was applied without a word, and received nothing."""
    house, beta = a_house(tmp_path), OrgId("beta")
    apply(house, a_project(sources=(a_source(),)), by="user:ada", may_delete=())

    with pytest.raises(Refused) as error:
        apply(house, a_project(org_id=beta, sources=(a_source(),)), by="user:bob", may_delete=())

    assert str(error.value) == (
        "source 'github-acme' would receive nothing, since organisation 'default' has one of that id; "
        "nothing was changed: choose another id"
    )
    assert house.publication.organizations() == (DEFAULT_ORG,)
    apply(house, a_project(sources=(a_source(),)), by="user:ada", may_delete=())


def test_two_organisations_that_are_applied_first_at_once_are_held_to_each_others_names(tmp_path):
    """Both saw no other, took themselves for the first one, and passed the check of names."""
    house, beta = a_house(tmp_path), OrgId("beta")
    colliding = replace(a_schedule("nightly"), org_id=beta)
    both = threading.Barrier(2)

    def applied(project: Project) -> str:
        both.wait()
        try:
            apply(house, project, by="user:ada", may_delete=())
        except Refused as error:
            return str(error)
        return ""

    projects = (a_project(a_schedule("beta__nightly")), a_project(colliding, org_id=beta))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(applied, projects))

    published = {each.naming.org_id: each.naming.is_first for each in house.publication.all()}
    names = [each.naming.job(one.id) for each in house.publication.all() for one in each.definitions]
    assert sum(published.values()) == 1
    assert len(names) == len(set(names))
    assert told == ["", ""] or "would be 'beta__nightly' in Dagster" in "".join(told)


def test_an_apply_waits_for_the_one_that_is_under_way(tmp_path):
    house = a_house(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        with house.publication.alone():
            waiting = pool.submit(apply, house, a_project(), by="user:ada", may_delete=())
            time.sleep(0.2)
            assert not waiting.done()

        assert waiting.result(timeout=300).is_published
