from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW
from builders_of_incidents import OWN, a_cause, an_ended_run, an_incident
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.incident import (
    Incident,
    Say,
    accepted,
    acknowledged,
    announced,
    cleared,
    covered_by,
    joined,
    opened,
    rejected,
    stayed_away,
    unrejected,
    without_definition,
)
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.errors import Refused

HOUR = timedelta(hours=1)
RULES = Alerting(flap_minutes=6 * 60)
QA = ("slack:#qa", "pagerduty")
VIEWS = ("visual shop/home@desktop text", "visual shop/pay@desktop colour")


def told(incident: Incident | None = None, at=NOW, **rules) -> Incident:
    after, _ = announced(incident or an_incident(), QA, Alerting(**rules), is_hushed=False, at=at)
    return after


def again(incident: Incident, at=NOW, targets=QA, rules=RULES) -> tuple[Incident, tuple[Say, ...]]:
    """One more failing run."""
    after = joined(incident, an_ended_run(2), "still", at=at)
    return announced(after, targets, rules, is_hushed=False, at=at)


def test_the_first_failing_run_opens_and_tells():
    cause = a_cause()
    incident = opened(cause, an_ended_run(), "broken", before=None, rules=RULES, at=NOW)

    after, says = announced(incident, QA, RULES, is_hushed=False, at=NOW)

    assert says == (Say(MessageKind.OPENED, QA),)
    assert (after.id, after.fingerprint, after.announced_at, after.told) == (
        an_ended_run().id,
        cause.fingerprint,
        NOW,
        QA,
    )
    assert after.state == "open"


def test_later_runs_join_it_and_nobody_hears_twice():
    after, says = again(told(), NOW + HOUR)

    assert says == ()
    assert (after.runs, after.last_failed_at, after.sentence) == (2, NOW + HOUR, "still")


def test_a_target_that_a_later_definition_names_hears_of_it_once():
    after, says = again(told(), targets=("email:ada@acme.com", *QA))

    assert says == (Say(MessageKind.OPENED, ("email:ada@acme.com",)),)
    assert again(after, targets=("email:ada@acme.com",))[1] == ()


def test_everybody_is_reminded_after_the_repeat_interval():
    incident, says = again(told(), NOW + 24 * HOUR)

    assert says == (Say(MessageKind.REMINDER, QA),)
    assert again(incident, NOW + 25 * HOUR)[1] == ()
    assert again(incident, NOW + 48 * HOUR)[1] == (Say(MessageKind.REMINDER, QA),)


@pytest.mark.parametrize(
    "quiet",
    [
        lambda one: acknowledged(one, by="user:ada", at=NOW),
        lambda one: rejected(one, by="user:ada", note="ticket 7"),
        lambda one: replace(one, kind=CauseKind.VISUAL),
        lambda one: replace(one, told_at=None),
        lambda one: replace(one, is_flapping=True),
    ],
)
def test_who_knows_of_it_is_not_reminded(quiet):
    assert again(quiet(told()), NOW + 48 * HOUR)[1] == ()


def test_alert_after_waits_for_so_many_failing_runs():
    rules = Alerting(alert_after=3)
    first, says = announced(an_incident(), QA, rules, is_hushed=False, at=NOW)
    second, more = again(first, rules=rules)
    _, third = again(second, rules=rules)

    assert (says, more, third) == ((), (), (Say(MessageKind.OPENED, QA),))
    assert cleared(second, "run 9 passed", rules, at=NOW)[1] == (), "nobody had heard of it"


def test_what_is_hushed_is_told_by_the_first_failing_run_after_it():
    first, says = announced(an_incident(), QA, RULES, is_hushed=True, at=NOW)

    assert says == ()
    assert again(first, NOW + HOUR)[1] == (Say(MessageKind.OPENED, QA),)


def test_a_recovery_is_told_to_all_who_heard_and_to_those_who_asked():
    after, says = cleared(told(), "run 9 passed", RULES, also=("slack:#good", QA[0]), at=NOW + HOUR)

    assert says == (Say(MessageKind.RESOLVED, (*QA, "slack:#good")),)
    assert (after.is_open, after.state, after.resolution) == (False, "resolved", "run 9 passed")


def test_a_recovery_that_concerns_nobody_is_not_told():
    after, _ = announced(an_incident(), (), RULES, is_hushed=False, at=NOW)

    assert cleared(after, "run 9 passed", RULES, at=NOW)[1] == ()


def test_what_is_resolved_never_opens_again():
    done, _ = cleared(told(), "run 9 passed", RULES, at=NOW)

    for deed in (
        lambda: joined(done, an_ended_run(), "", at=NOW),
        lambda: cleared(done, "", RULES, at=NOW),
        lambda: announced(done, QA, RULES, is_hushed=False, at=NOW),
        lambda: accepted(done, (), by="user:ada", at=NOW),
        lambda: rejected(done, by="user:ada", note=""),
        lambda: unrejected(done),
        lambda: acknowledged(done, by="user:ada", at=NOW),
    ):
        with pytest.raises(Refused, match=r"is resolved already \(run 9 passed\)"):
            deed()


# flapping


def twice_there_and_back() -> tuple[Incident, tuple[Say, ...]]:
    first, _ = cleared(told(), "run 2 passed", RULES, at=NOW + HOUR)
    second = opened(a_cause(), an_ended_run(3), "", before=first, rules=RULES, at=NOW + 2 * HOUR)
    return cleared(told(second, at=NOW + 2 * HOUR), "run 4 passed", RULES, at=NOW + 3 * HOUR)


def test_twice_there_and_back_is_one_flapping_notice_instead_of_a_recovery():
    flapping, says = twice_there_and_back()

    assert says == (Say(MessageKind.FLAPPING, QA),)
    assert (flapping.is_open, flapping.state, len(flapping.changes)) == (True, "flapping", 4)


def test_while_it_flaps_nobody_hears_of_its_coming_and_going():
    flapping, _ = twice_there_and_back()
    back, failed = again(flapping, NOW + 4 * HOUR)
    gone, passed = cleared(back, "run 6 passed", RULES, at=NOW + 5 * HOUR)

    assert (failed, passed) == ((), ())
    assert (back.quiet_since, gone.quiet_since) == (None, NOW + 5 * HOUR)


def test_it_is_resolved_once_it_has_stayed_away_for_the_flap_window():
    flapping, _ = twice_there_and_back()

    still, nothing = cleared(flapping, "run 6 passed", RULES, at=NOW + 8 * HOUR)
    done, says = cleared(still, "run 7 passed", RULES, also=("slack:#good",), at=NOW + 9 * HOUR)

    assert (still.is_open, nothing) == (True, ())
    assert (done.resolution, says) == ("run 7 passed", (Say(MessageKind.RESOLVED, (*QA, "slack:#good")),))


def test_without_a_further_run_time_itself_resolves_it():
    flapping, _ = twice_there_and_back()

    assert stayed_away(flapping, RULES, at=NOW + 4 * HOUR) == (flapping, ())
    done, says = stayed_away(flapping, RULES, at=NOW + 9 * HOUR)
    assert (done.resolution, says) == ("it has not come back", (Say(MessageKind.RESOLVED, QA),))
    assert stayed_away(done, RULES, at=NOW + 20 * HOUR) == (done, ())
    assert stayed_away(told(), RULES, at=NOW + 20 * HOUR)[1] == ()


def test_a_cause_that_opens_once_too_often_is_told_as_flapping_at_once():
    rules = replace(RULES, flap_changes=3)
    first, _ = cleared(told(), "run 2 passed", rules, at=NOW + HOUR)
    second = opened(a_cause(), an_ended_run(3), "", before=first, rules=rules, at=NOW + 2 * HOUR)

    after, says = announced(second, QA, rules, is_hushed=False, at=NOW + 2 * HOUR)

    assert says == (Say(MessageKind.FLAPPING, QA),)
    assert after.is_flapping


def test_old_changes_are_forgotten():
    first, _ = cleared(told(), "run 2 passed", RULES, at=NOW + HOUR)

    later = opened(a_cause(), an_ended_run(3), "", before=first, rules=RULES, at=NOW + 7 * HOUR)

    assert later.changes == ()


# people's decisions


def test_accepting_all_its_views_resolves_it_and_tells():
    incident = told(an_incident(of=VIEWS))

    done, says = accepted(incident, ["shop/home@desktop", "shop/pay@desktop"], by="user:ada", at=NOW)

    assert (done.resolution, says) == ("accepted by ada", (Say(MessageKind.RESOLVED, QA),))


def test_accepting_some_of_its_views_leaves_the_others():
    rest, says = accepted(an_incident(of=VIEWS), ["shop/home@desktop"], by="user:ada", at=NOW)

    assert (rest.keys, rest.is_open, says) == ((VIEWS[1],), True, ())


def test_accepting_pictures_mends_no_finding():
    incident = an_incident()

    assert accepted(incident, ["shop/home@desktop"], is_whole=True, by="user:ada", at=NOW) == (incident, ())


def test_what_waits_for_review_is_told_as_such_and_ends_by_accepting():
    waiting = an_incident(of=("review nothing is approved yet",), kind=CauseKind.REVIEW)
    after, says = announced(waiting, QA, RULES, is_hushed=False, at=NOW)

    assert says == (Say(MessageKind.REVIEW, QA),)
    assert accepted(after, ["shop/home@desktop"], by="user:ada", at=NOW) == (after, ())
    assert not accepted(after, [], is_whole=True, by="user:ada", at=NOW)[0].is_open


def test_rejecting_makes_it_known_and_its_recovery_is_told_all_the_same():
    known = rejected(told(), by="user:ada", note="ticket 7")

    assert (known.state, known.note) == ("known", "ticket 7")
    assert cleared(known, "run 9 passed", RULES, at=NOW)[1] == (Say(MessageKind.RESOLVED, QA),)


def test_what_nobody_watches_any_more_is_over_and_told():
    done, says = without_definition(told(), DefinitionId("nightly-shop"), by="user:ada", at=NOW)

    assert (done.resolution, says) == ("'nightly-shop' was deleted by ada", (Say(MessageKind.RESOLVED, QA),))


def test_what_another_definition_suffers_from_goes_on_without_the_deleted_one():
    shared = an_incident(definitions=(DefinitionId("nightly-shop"), DefinitionId("hourly")))

    rest, says = without_definition(shared, DefinitionId("nightly-shop"), by="user:ada", at=NOW)

    assert (rest.definitions, rest.is_open, says) == (("hourly",), True, ())


def test_acknowledging_says_who_looks_after_it():
    seen = acknowledged(told(), by="user:ada", at=NOW)

    assert (seen.state, seen.acknowledged_by) == ("acknowledged", "user:ada")


# causes


def test_a_cause_joins_what_shares_a_part_of_it_in_the_same_scope():
    incident = an_incident(of=VIEWS)

    assert covered_by(a_cause(VIEWS[0], "visual shop/new@desktop added"), [incident]) == [incident]
    assert covered_by(a_cause("finding shop/pay"), [incident]) == []
    assert covered_by(a_cause(VIEWS[0], scope="definition:other"), [incident]) == []


def test_an_incident_of_a_host_collects_the_definitions_that_fail_by_it():
    shared = an_incident(scope="host:shop.test")

    after = joined(shared, an_ended_run(2, definition_id=DefinitionId("hourly")), "", at=NOW)

    assert after.definitions == ("nightly-shop", "hourly")
    assert (after.is_shared, an_incident(scope=OWN).is_shared) == (True, False)
