"""Two live environments: what is played at the other address, what the sides are called, and what is no difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import (
    NOW,
    a_baseline,
    a_finding,
    a_plan,
    a_playbook,
    a_run,
    a_schedule,
    a_screenshot,
    a_session,
    a_trigger,
)
from inspect_pipelines.domain.acceptance import accepted_by_policy
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.against import (
    base_of,
    names_of,
    other_address,
    other_sides,
    refuse_as_baseline,
    side_faults,
    side_labels,
    terms_of,
    with_other_side,
)
from inspect_pipelines.domain.asked import asked_by
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import ChangeKind, Comparison, Measurement, Outcome, Region
from inspect_pipelines.domain.consequences import of_end
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import BaselinePolicy, Plan
from inspect_pipelines.domain.playbook import Playbook, Step, Variable, VariableType
from inspect_pipelines.domain.retry import RetryClass, cause_of, is_faulty
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.sentence import Sides, sentence
from inspect_pipelines.domain.session import OtherSide, SessionRequest, SessionResult, Value
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.verdict import Verdict, VerdictKind, decide, observed
from inspect_pipelines.errors import Refused, UsageError

WWW = "https://www.shop.test"
NAMES = ("pr7.shop.test", "www.shop.test")
ADDRESSES = ("https://pr7.shop.test", WWW)
HOSTS = ("*.shop.test",)


def a_pair(own: str = "/pay", other: str = "/pay", **of_other: object) -> SessionResult:
    """A session whose sides stand at these paths, or addresses, of their own hosts."""
    urls = [
        path if "://" in path else f"{home}{path}" for home, path in zip(ADDRESSES, (own, other), strict=True)
    ]
    shots = [a_screenshot("pay", url=url, route=url.partition(".test")[2] or "/") for url in urls]
    side = OtherSide(NAMES, ADDRESSES, (shots[1],), **of_other)  # type: ignore[arg-type]
    return a_session(screenshots=(shots[0],), beside=side)


def a_request_of(playbook: Playbook, **values: str) -> SessionRequest:
    return SessionRequest("s", "r", playbook, {name: Value(text) for name, text in values.items()}, HOSTS)


def test_the_other_side_is_the_same_playbook_at_the_other_address() -> None:
    steps = (
        Step(
            "a",
            "A",
            (
                Goto("/cart"),
                Goto("https://pr7.shop.test/pay?x=1"),
                Goto("https://pay.test/"),
                TakeScreenshot("a"),
            ),
        ),
    )
    around = Step("in", "In", (Goto("https://pr7.shop.test"),))
    playbook = a_playbook(base_url="https://pr7.shop.test/", steps=steps, login=around, teardown=around)

    other = with_other_side(a_request_of(playbook), WWW).beside

    assert other is not None
    assert other.beside is None
    assert base_of(other) == WWW
    assert [action.url for action in other.playbook.actions() if isinstance(action, Goto)] == [
        WWW, "/cart", f"{WWW}/pay?x=1", "https://pay.test/", WWW,
    ]  # fmt: skip


def test_a_host_that_only_begins_alike_is_another_one() -> None:
    playbook = a_playbook(
        base_url="https://shop.test", steps=(Step("a", "A", (Goto("https://shop.testing.dev/x"),)),)
    )

    other = with_other_side(a_request_of(playbook), WWW).beside

    assert other is not None
    assert other.playbook.steps == playbook.steps


def test_a_variable_that_is_the_whole_address_has_the_other_one_there() -> None:
    variable = Variable("target", VariableType.URL, default="https://pr7.shop.test")
    playbook = a_playbook(base_url="{{target}}", variables=(variable,))

    request = with_other_side(a_request_of(playbook, target="https://pr7.shop.test", word="x"), WWW)

    assert request.beside is not None
    assert request.beside.values == {"target": Value(WWW), "word": Value("x")}
    assert request.beside.playbook == playbook
    assert names_of(request, request.beside) == NAMES


@pytest.mark.parametrize(
    ("own", "other", "names"),
    [
        ("http://127.0.0.1:81", "http://127.0.0.1:82/", ("127.0.0.1:81", "127.0.0.1:82")),
        ("https://shop.test/pr7", "https://shop.test/", ("shop.test/pr7", "shop.test/")),
    ],
)
def test_sides_are_called_by_as_much_of_their_addresses_as_tells_them_apart(
    own: str, other: str, names: tuple[str, str]
) -> None:
    request = with_other_side(a_request_of(a_playbook(base_url=own)), other)

    assert request.beside is not None
    assert names_of(request, request.beside) == names


def test_an_own_address_that_is_secret_has_no_name() -> None:
    secret = {"target": Value("${env:TARGET}", is_secret_reference=True)}
    request = replace(a_request_of(a_playbook(base_url="{{target}}")), values=secret)

    request = with_other_side(request, WWW)

    assert request.beside is not None
    assert request.beside.playbook.base_url == WWW
    assert names_of(request, request.beside) == ("this side", "www.shop.test")


def test_what_cannot_be_played_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="compared with itself"):
        with_other_side(a_request_of(a_playbook(base_url=WWW)), f"{WWW}/")
    with pytest.raises(UsageError, match="it has no base_url"):
        with_other_side(a_request_of(a_playbook(base_url="")), WWW)


def test_only_our_own_browser_plays_at_two_addresses() -> None:
    with pytest.raises(UsageError, match="is played by 'open-inspect'"):
        with_other_side(a_request_of(a_playbook(runner="open-inspect")), WWW)


def test_the_address_is_filled_by_the_event_and_has_to_be_allowed() -> None:
    run = a_run(against="{{deploy_url}}", variables={"deploy_url": WWW}, origin="event:e:t")

    assert other_address(run, HOSTS) == WWW
    with pytest.raises(UsageError, match="which this event does not bring"):
        other_address(replace(run, variables={}), HOSTS)
    with pytest.raises(UsageError, match="give it with --var deploy_url=VALUE"):
        other_address(a_run(against="{{deploy_url}}"), HOSTS)
    with pytest.raises(UsageError, match="is not allowed"):
        other_address(run, ("elsewhere.test",))
    with pytest.raises(UsageError, match="cannot be filled"):
        other_address(
            replace(run, against="https://www.shop.test/{{deploy_url}}", variables={"deploy_url": ".."}),
            HOSTS,
        )


def test_a_trigger_asks_the_event_for_what_fills_the_address() -> None:
    trigger = a_trigger(plan=a_plan(against="{{deploy_url}}"))

    assert "deploy_url" in asked_by(trigger)


def test_a_run_has_a_request_for_both_sides_only_where_it_says_so() -> None:
    schedule = a_schedule(plan=a_plan(allowed_hosts=HOSTS))

    (alone,) = session_requests(a_run(), schedule)
    (both,) = session_requests(a_run(against=WWW), schedule)

    assert alone.beside is None
    assert both.beside is not None
    assert replace(both, beside=None) == alone


@pytest.mark.parametrize(
    ("own", "other", "why"),
    [
        (
            "/pay",
            "/login?next=/pay",
            "www.shop.test shows a page to sign in (/login?next=/pay) where pr7.shop.test shows /pay",
        ),
        ("/users/sign_in", "/pay", "pr7.shop.test shows a page to sign in"),
        ("https://www.shop.test/pay", "/pay", "pr7.shop.test leads to www.shop.test"),
        ("/pay", "https://pr7.shop.test/pay", "www.shop.test leads to pr7.shop.test"),
    ],
)
def test_a_side_that_shows_another_page_is_no_difference(own: str, other: str, why: str) -> None:
    (fault,) = side_faults([a_pair(own, other)])

    assert fault.startswith("shop/pay@desktop: ")
    assert why in fault


@pytest.mark.parametrize(
    ("own", "other"),
    [("/pay", "/pay"), ("/login", "/login"), ("/blogging-on", "/pay"), ("/a", "https://id.test/b")],
)
def test_sides_that_show_the_same_kind_of_page_are_compared(own: str, other: str) -> None:
    assert side_faults([a_pair(own, other)]) == ()


def test_what_the_playbook_asked_for_in_vain_is_the_sides_fault_and_told_once() -> None:
    missed = a_finding(message="expected text 'Pay now', found 'Pay'")
    noise = a_finding(kind=FindingKind.PAGE_ERROR, message="x is not defined")

    session = a_pair(findings=(missed, noise), error="step 'pay': expected text 'Pay now', found 'Pay'")

    assert side_faults([session, session]) == (
        "shop: www.shop.test: step 'pay': expected text 'Pay now', found 'Pay'",
    )
    assert side_faults([a_pair(findings=(missed, noise))]) == (
        "shop/pay@desktop: www.shop.test: expected text 'Pay now', found 'Pay'",
    )
    assert is_faulty(session)
    assert cause_of(a_pair(findings=(missed,))) is RetryClass.FINDING
    assert cause_of(a_pair(findings=(noise,))) is None
    assert side_faults([a_session()]) == (
        "shop: nothing was seen at the other address; only a browser of ours plays at two",
    )
    alone = replace(a_pair(), screenshots=(a_screenshot("cart"),))
    assert side_faults([alone]) == (), "a view of one side is a difference"


def test_what_the_other_side_showed_stands_in_the_place_of_a_baseline() -> None:
    session = a_pair()

    found = other_sides([session, a_session(playbook="other")], a_run())

    assert found is not None
    assert list(found.images) == [session.screenshots[0].view]
    assert other_sides([a_session()], a_run()) is None
    assert side_labels([session], "shop") == ("www.shop.test", "pr7.shop.test")
    assert side_labels([a_session()], "shop") == ("Approved", "This run")


def test_nothing_is_approved_by_it() -> None:
    with pytest.raises(Refused, match="not with approved pictures"):
        refuse_as_baseline(a_run(against=WWW))
    refuse_as_baseline(a_run())


def a_difference(kind: ChangeKind, **changes: object) -> Measurement:
    region = Region(Box(10, 10, 80, 20), 400, kind=kind, **changes)  # type: ignore[arg-type]
    return Measurement(0.3, "test", 0.1, regions=(region,))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            a_difference(ChangeKind.TEXT, element="button 'Pay now'", old_text="Pay", new_text="Pay now"),
            "pr7.shop.test shows 'Pay now' where www.shop.test shows 'Pay' as text of button (score",
        ),
        (
            a_difference(ChangeKind.TEXT, old_text="Pay", new_text="Pay now"),
            "pr7.shop.test shows 'Pay now' where www.shop.test shows 'Pay' (score",
        ),
        (
            a_difference(ChangeKind.COLOUR, element="button 'Pay'", colour_mean=40.0),
            "on pr7.shop.test, beside www.shop.test: button 'Pay' changed colour strongly",
        ),
    ],
)
def test_a_sentence_says_which_side_shows_what(found: Measurement, says: str) -> None:
    told = sentence(found, 0.02, BaselinePolicy(), passed=False, sides=Sides(), terms=terms_of(NAMES))

    assert told.startswith(says)


def a_comparison(outcome: Outcome, *, passed: bool = False) -> Comparison:
    return Comparison(a_screenshot().view, outcome, passed, "why", 0.5, "test", 0.02)


@pytest.mark.parametrize("outcome", [Outcome.CHANGED, Outcome.ADDED, Outcome.REMOVED])
def test_any_difference_of_two_sides_fails(outcome: Outcome) -> None:
    verdict = decide(
        [a_session()], [a_comparison(outcome)], baseline_enabled=False, baseline=None, side_faults=()
    )

    assert verdict == Verdict(VerdictKind.FAILED, RunStatus.FAILED, ("shop/home@desktop: why",))


def test_sides_that_look_the_same_pass_and_are_never_approved_by_policy() -> None:
    verdict = decide(
        [a_session()],
        [a_comparison(Outcome.UNCHANGED, passed=True)],
        baseline_enabled=True,
        baseline=a_baseline(),
        side_faults=(),
    )
    schedule = a_schedule(plan=a_plan(baseline=BaselinePolicy(first_run="adopt")))
    end = RunEnd(
        a_run(against=WWW), schedule, verdict, NOW, sessions=(a_session(),), baseline_id=BaselineId("b")
    )

    assert verdict.reasons == ("1 of 1 views look the same on both sides",)
    assert accepted_by_policy(end, None) is None
    assert accepted_by_policy(replace(end, run=a_run()), None) is not None


def test_sides_that_cannot_be_compared_are_an_error_unless_the_own_side_is_broken() -> None:
    own = a_session(findings=(a_finding(),))

    error = decide(
        [a_session()], [], baseline_enabled=True, baseline=a_baseline(), side_faults=("it asks who",)
    )
    broken = decide([own], [], baseline_enabled=True, baseline=None, side_faults=("it asks who",))

    assert error == Verdict(None, RunStatus.ERROR, ("it asks who",))
    assert broken.run_status is RunStatus.FAILED
    assert broken.reasons[-1] == "it asks who"


def test_what_only_observes_passes_with_what_it_saw() -> None:
    failed = Verdict(VerdictKind.FAILED, RunStatus.FAILED, ("home: another colour", "cart: gone"))
    error = Verdict(None, RunStatus.ERROR, ("the site is down",))

    assert observed(failed) == Verdict(
        VerdictKind.PASSED,
        RunStatus.PASSED,
        ("observed, and told to nobody: home: another colour", "cart: gone"),
    )
    assert observed(error) == error


def test_what_only_observes_or_a_person_looks_at_tells_nobody_and_still_costs_minutes() -> None:
    plan, watched = a_plan(observe=True), a_plan(against=WWW)
    claimed = a_run(claimed_at=NOW, completed_at=NOW)

    def is_quiet(plan: Plan, **changes: object) -> bool:
        end = RunEnd(replace(claimed, **changes), a_schedule(plan=plan), FAILED, NOW)  # type: ignore[arg-type]
        after = of_end(end, Before(Organization(DEFAULT_ORG)))
        assert after.minutes is not None
        assert not (end.is_quiet and (after.incidents or after.mail.told or after.pause))
        return end.is_quiet

    assert is_quiet(plan)
    assert is_quiet(a_plan(), against=WWW)
    assert not is_quiet(watched, against=WWW)
    assert not is_quiet(a_plan())


FAILED = Verdict(VerdictKind.FAILED, RunStatus.FAILED, ("home: another colour",))
