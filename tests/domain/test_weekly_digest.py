"""One message an owner; none to who owes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import NOW, a_run
from inspect_pipelines.domain.debt import Debt, DebtKind
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, RunId
from inspect_pipelines.domain.message import Message, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.weekly_digest import digests_of, notes_of, summary
from resources.channels.registry import CHANNELS

OURS = Organization(DEFAULT_ORG, digest=DigestPolicy(default=("slack:#qa",)))


def debt(kind: DebtKind, sentence: str = "so it is", days: int | None = None, *owners: str) -> Debt:
    since = None if days is None else NOW - timedelta(days=days)
    return Debt(kind, DefinitionId("nightly"), RunId(f"r{days}"), sentence, owners, since)


def note(*debts: Debt, public_url: str = "https://qa.acme.example") -> Notification:
    (found,) = digests_of(debts, OURS, CHANNELS)
    (told,) = notes_of(found, a_run(1), week="2026-W49", public_url=public_url, at=NOW)
    return told


def message(*debts: Debt, **changes: str) -> Message:
    found = note(*debts, **changes).message
    assert found is not None
    return found


def test_each_owner_has_one_and_what_nobody_owns_comes_last() -> None:
    shared, ada, nobody = (
        debt(DebtKind.DRIFT, "both", None, "payments", "ada"),
        debt(DebtKind.BROKEN, "hers", None, "ada"),
        debt(DebtKind.UNSTABLE, "nobody's"),
    )

    found = digests_of([nobody, shared, ada], OURS, CHANNELS)

    assert [(one.owner, [each.sentence for each in one.debts]) for one in found] == [
        ("ada", ["hers", "both"]),
        ("payments", ["both"]),
        ("", ["nobody's"]),
    ]
    assert {one.targets for one in found} == {("slack:#qa",)}


def test_nobody_owing_gets_none_and_without_a_place_nobody_is_told() -> None:
    assert digests_of([], OURS, CHANNELS) == ()
    (found,) = digests_of([debt(DebtKind.DRIFT)], replace(OURS, digest=None), CHANNELS)
    assert [*notes_of(found, a_run(1), week="2026-W49", public_url="", at=NOW)] == []


def test_it_says_how_many_the_oldest_first_and_where_to_look() -> None:
    told = message(
        debt(DebtKind.REVIEW, "young", 2, "ada"),
        debt(DebtKind.UNSTABLE, "shaky", None, "ada"),
        debt(DebtKind.REVIEW, "old", 18, "ada"),
    )

    assert told.title == "This week for ada"
    assert told.sentence == (
        "2 reviews wait, the oldest for 18 days; 1 view or playbook is unstable. "
        "All of it: inspect-pipelines digest show --owner ada"
    )
    assert told.lines == ("old", "young", "shaky")
    assert [(one.label, one.url.removeprefix("https://qa.acme.example")) for one in told.links] == [
        ("review nightly", "/runs/r18/review"),
        ("review nightly", "/runs/r2/review"),
        ("inbox", "/inbox?owner=ada"),
    ]
    assert (told.mentions, told.severity) == (("ada",), Urgency.INFO)


def test_what_is_broken_is_a_warning_and_links_need_an_address() -> None:
    told = message(debt(DebtKind.BROKEN), debt(DebtKind.REVIEW, "waits", 1), public_url="")

    assert (told.severity, told.links, told.mentions) == (Urgency.WARNING, (), ())
    assert told.title == "This week, and nobody owns it"
    assert message(debt(DebtKind.REVIEW, "waits", 1)).links[-1].url.endswith("/inbox")
    assert told.sentence.endswith("All of it: inspect-pipelines digest show --owner ''")


def test_a_summary_counts_each_kind_in_words() -> None:
    one = [debt(kind, days=1) for kind in DebtKind]

    assert summary(one, NOW) == (
        "1 review waits for 1 day; 1 view or playbook is broken, 1 is unstable, 1 is at risk; 1 view drifts; "
        "1 of what was set aside counts again within a week"
    )
    assert summary([*one, *one], NOW) == (
        "2 reviews wait, the oldest for 1 day; 2 views or playbooks are broken, 2 are unstable, 2 are at risk; 2 views drift; "
        "2 of what was set aside count again within a week"
    )


def test_a_week_an_owner_and_a_target_are_one_key() -> None:
    first, again = note(debt(DebtKind.DRIFT, days=1)), note(debt(DebtKind.DRIFT, "another", 1))

    assert first.id == again.id
    assert first.occasion == "digest:2026-W49:"
