"""Another browser, system, scale or other fonts: one review of all definitions that it touches, one word, and no excuse for what differs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from builders import ENVIRONMENT, a_plan, a_schedule, a_screenshot, a_session, a_view
from galleries import MemoryGallery
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.access import LOCAL, REVIEWING, Caller
from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.environment_incident import is_of_environment
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import Environment, Screenshot
from inspect_pipelines.errors import Forbidden, NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.environments import accepted_environments, environment_with, list_environments
from inspect_pipelines.queries.notifications import list_notifications
from inspect_pipelines.queries.reviews import list_reviews
from inspect_pipelines.usecases.pictures.accept_environment import EnvironmentAcceptance, accept_environment
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.pictures.revoke_environment import revoke_environment
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.start import Ticket

SHOP, BLOG = "nightly-shop", "weekly-blog"
NEWER = replace(ENVIRONMENT, browser="Chromium 157.0.1.2")
ADA = replace(LOCAL, actor="user:ada")
SIZE = (240, 180)
FAINT, CLEAR = 8, 90  # levels of a row of hairlines: within any tolerance, and far over it
TOLD = f"browser '{ENVIRONMENT.browser}' became '{NEWER.browser}'"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    rules = (NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("file",)),)
    for name in (SHOP, BLOG):
        apply(house, a_schedule(name, plan=a_plan(notify=rules)))
        adopt(house, a_night(house, name).id, by="user:ada")
    yield house
    house.ledgers.close()


def drawn(levels: int) -> bytes:
    image = Image.new("RGB", SIZE, "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), "Our shop", "#14161a", ImageFont.load_default(18))
    for x in range(20, 220, 4):
        draw.line((x, 120, x, 140), (255 - levels,) * 3)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def a_picture(house: House, name: str, levels: int, environment: Environment, says: str) -> Screenshot:
    return a_screenshot(
        name,
        sha256=house.gallery.put(drawn(levels)),
        width=SIZE[0],
        height=SIZE[1],
        environment=environment,
        elements=(("h1", Box(20, 20, 90, 20)),),
        texts=(says,),
    )


def a_night(
    house: House,
    name: str = SHOP,
    *,
    environment: Environment = ENVIRONMENT,
    home: int = 0,
    cart: int = 0,
    says: str = "Our shop",
) -> Run:
    """A run with two views, compared and judged."""
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    clock.at += timedelta(days=1)
    ticket = Ticket(DefinitionId(name), clock.new_id(), origin=f"cron:{name}:{clock.at:%Y-%m-%dT%H:%MZ}")
    run_id = start.admit(house, ticket).run.id
    shots = (
        a_picture(house, "home", home, environment, says),
        a_picture(house, "cart", cart, environment, "Our shop"),
    )
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run_id, a_session(id=f"{run_id}.1", screenshots=shots))
    compare_run(house, run_id)
    return judge(house, run_id).report.run


def accept(house: House, *, caller: Caller = ADA) -> EnvironmentAcceptance:
    (one,) = list_environments(house)
    return accept_environment(house, one.id, caller=caller, note="the image was updated")


def approved(house: House, name: str, set_name: str = SHOP) -> BaselineImage:
    with house.ledger.read() as ledger:
        active = ledger.baselines.active(set_name)
    assert active is not None
    return active.images[a_view(name)]


def incidents(house: House) -> list[Incident]:
    with house.ledger.read() as ledger:
        return [one for one in ledger.incidents.latest() if is_of_environment(one)]


def told(house: House) -> list[str]:
    ours = {one.id for one in incidents(house)}
    notes = (one.notification for one in list_notifications(house).items)
    return [note.message.kind.value for note in notes if note.incident_id in ours]


def single(house: House) -> list[str]:
    return [one.review.run_id for one in list_reviews(house, ReviewState.WAITING, is_single=True).items]


def test_many_definitions_in_another_environment_are_one_review_one_incident_and_one_message(
    house: House,
) -> None:
    shop, blog = (a_night(house, name, environment=NEWER, cart=CLEAR) for name in (SHOP, BLOG))

    (review,) = list_environments(house)
    assert [shop.status, blog.status] == [RunStatus.NEEDS_REVIEW] * 2
    assert (review.changes, review.definitions) == ((TOLD,), (SHOP, BLOG))
    assert (review.view_count, review.differing_count) == (4, 2)  # it lists them all, also those that pass
    assert single(house) == []
    (incident,) = incidents(house)
    assert (incident.kind, incident.definitions) == (CauseKind.REVIEW, (SHOP, BLOG))
    assert told(house) == ["review"]


def test_one_word_settles_what_is_within_its_tolerance_and_leaves_what_is_not(house: House) -> None:
    shop = a_night(house, SHOP, environment=NEWER, home=FAINT)
    blog = a_night(house, BLOG, environment=NEWER, cart=CLEAR)

    done = accept(house)

    assert (done.environment, done.settled, done.waiting) == (TOLD, (shop.id,), (blog.id,))
    assert (list_environments(house), single(house)) == ([], [blog.id])
    assert approved(house, "home").environment == ENVIRONMENT  # no picture is taken over by the word alone
    (incident,) = incidents(house)
    assert (incident.is_open, incident.resolution) == (False, "accepted by ada")
    assert told(house) == ["resolved", "review"]
    (kept,) = accepted_environments(house)
    assert (kept.change, kept.by, kept.note) == (TOLD, "user:ada", "the image was updated")


def test_the_next_run_that_passes_there_is_what_is_approved_from_then_on(house: House) -> None:
    a_night(house, environment=NEWER, home=FAINT)
    accept(house)

    again = a_night(house, environment=NEWER, home=FAINT)

    home, cart = approved(house, "home"), approved(house, "cart")
    assert again.status is RunStatus.PASSED
    assert (home.environment, home.source_run_id, home.anchor) == (NEWER, again.id, None)
    assert (cart.environment, cart.source_run_id) == (NEWER, again.id)
    with house.ledger.read() as ledger:
        active = ledger.baselines.active(SHOP)
    assert active is not None
    assert active.created_by == "policy:environment"
    assert a_night(house, environment=NEWER, home=FAINT).status is RunStatus.PASSED
    assert approved(house, "home").source_run_id == again.id  # once


def test_a_view_that_differs_by_more_fails_in_an_accepted_environment_and_keeps_its_picture(
    house: House,
) -> None:
    a_night(house, environment=NEWER)
    accept(house)

    broken = a_night(house, environment=NEWER, cart=CLEAR)

    assert broken.status is RunStatus.FAILED
    assert approved(house, "cart").environment == ENVIRONMENT
    assert single(house) == [broken.id]


def test_another_text_within_the_tolerance_is_shown_to_a_person_and_never_taken_over(house: House) -> None:
    a_night(house, environment=NEWER)
    accept(house)

    run = a_night(house, environment=NEWER, home=FAINT, says="Our shoe")

    assert run.status is RunStatus.NEEDS_REVIEW
    assert "the page says another text" in run.reason
    assert approved(house, "home").environment == ENVIRONMENT


def test_what_had_drifted_before_is_not_laid_on_the_environment(house: House) -> None:
    a_night(house, home=FAINT)
    a_night(house, environment=NEWER, home=FAINT)
    accept(house)

    run = a_night(house, environment=NEWER, home=FAINT)

    assert run.status is RunStatus.NEEDS_REVIEW
    assert "before another environment was accepted, over 1 run in a row" in run.reason
    adopt(house, run.id, by="user:ada", force=True)
    assert a_night(house, environment=NEWER, home=FAINT).status is RunStatus.PASSED


def test_the_way_back_is_another_change(house: House) -> None:
    a_night(house, environment=NEWER)
    accept(house)
    a_night(house, environment=NEWER)

    back = a_night(house, environment=ENVIRONMENT)

    assert back.status is RunStatus.NEEDS_REVIEW
    (one,) = list_environments(house)
    assert one.changes == (f"browser '{NEWER.browser}' became '{ENVIRONMENT.browser}'",)


def test_an_environment_that_was_there_by_mistake_asks_nobody_once_all_are_back(house: House) -> None:
    for name in (SHOP, BLOG):
        a_night(house, name, environment=NEWER)

    a_night(house, SHOP)
    (still,) = incidents(house)
    a_night(house, BLOG)
    (over,) = incidents(house)

    assert (still.is_open, still.definitions) == (True, (BLOG,))
    assert (over.is_open, list_environments(house)) == (False, [])


def test_adopting_by_hand_takes_a_definition_out_of_the_review(house: House) -> None:
    shop, _ = (a_night(house, name, environment=NEWER) for name in (SHOP, BLOG))

    adopt(house, shop.id, by="user:ada", force=True)

    (review,), (incident,) = list_environments(house), incidents(house)
    assert (review.definitions, incident.definitions, incident.is_open) == ((BLOG,), (BLOG,), True)


def test_only_who_may_make_pictures_the_approved_ones_accepts_what_waits(house: House) -> None:
    a_night(house, environment=NEWER)

    with pytest.raises(Forbidden, match="a token may not make pictures the approved ones"):
        accept(house, caller=Caller("user:ci", DEFAULT_ORG, REVIEWING, token_id="t1"))
    with pytest.raises(NotFound, match="no environment 'nothing' waits for a person; list them with"):
        accept_environment(house, "nothing", caller=ADA)

    assert environment_with(house, "nothing") is None


def test_what_is_revoked_asks_again_and_what_was_approved_there_stays(house: House) -> None:
    a_night(house, environment=NEWER)
    accept_environment(house, waiting_id(house), caller=ADA)
    a_night(house, environment=NEWER)  # SHOP is anchored there from now on
    accepted = accepted_environments(house)[0]

    with pytest.raises(Forbidden):
        revoke_environment(
            house, accepted.id, caller=Caller("user:ci", DEFAULT_ORG, REVIEWING, token_id="t1")
        )
    revoke_environment(house, accepted.id, caller=ADA, note="it was the wrong image")
    again = a_night(house, environment=NEWER)
    of_the_other = a_night(house, BLOG, environment=NEWER)

    assert accepted_environments(house) == []
    assert (again.status, of_the_other.status) == (RunStatus.PASSED, RunStatus.NEEDS_REVIEW)
    assert [one.definitions for one in list_environments(house)] == [(BLOG,)]
    with house.ledger.read() as ledger:
        entry = ledger.audit.last("environment.revoked")
    assert entry is not None
    assert (entry.subject, entry.actor, entry.detail) == (TOLD, "user:ada", "it was the wrong image")
    with pytest.raises(NotFound, match="no accepted environment"):
        revoke_environment(house, accepted.id, caller=ADA)


def test_a_run_in_an_accepted_environment_is_adopted_without_force(house: House) -> None:
    first = a_night(house, environment=NEWER)
    with pytest.raises(Refused, match=r"another environment than the baseline .*environments accept"):
        adopt(house, first.id, by="user:ada")

    accept_environment(house, waiting_id(house), caller=ADA)

    assert adopt(house, first.id, by="user:ada").baseline.source_run_id == first.id


def waiting_id(house: House) -> str:
    return list_environments(house)[0].id


def test_two_hosts_in_turn_ask_for_one_review_and_tell_of_it_once_a_week(house: House) -> None:
    """A run comes to whichever worker has room: tonight's has the fonts of before, tomorrow's others, and so on."""
    before = {one.notification.id for one in list_notifications(house).items}
    fonts = replace(ENVIRONMENT, fonts_hash="of another host")

    ended = [
        a_night(house, name, environment=environment, home=levels).status
        for environment, levels in [*[(fonts, CLEAR), (ENVIRONMENT, 0)] * 3, (fonts, CLEAR)]
        for name in (SHOP, BLOG)
    ]  # a fortnight

    assert ended[:4] == [RunStatus.NEEDS_REVIEW, RunStatus.NEEDS_REVIEW, RunStatus.PASSED, RunStatus.PASSED]
    assert RunStatus.FAILED not in ended
    assert len(list_environments(house)) == 1
    told = [one for one in list_notifications(house).items if one.notification.id not in before]
    assert [one.kind for one in told] == ["review", "review"], "before: seven"
