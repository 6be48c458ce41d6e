"""The site with every annoyance: each is handled, and then looks the same twice, or it is named in one sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, Value
from inspect_pipelines.examples import annoyances as package
from inspect_pipelines.examples.annoyances.pages.basic_auth import PASSWORD
from inspect_pipelines.examples.annoyances.server import PORT, AnnoyingSite
from inspect_pipelines.examples.annoyances.site import annoyances
from playing import played_in
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.sessions.browser.service import FLAGS

NOW = datetime(2026, 11, 29, tzinfo=UTC)
PROJECT = load_project(Path(package.__file__).parent, kinds=CHANNELS, now=NOW)
HANDLED, NAMED = sorted(PROJECT.playbooks, key=lambda each: each.id)
# What hangs on the time or on chance, and so could look otherwise the second time; `make bench-sessions` plays all of it 20 times.
CHANGING = (
    "lazy-images",
    "infinite-scroll",
    "service-worker",
    "ticker",
    "css-animation",
    "canvas-loop",
    "marquee",
    "smil-animation",
    "video",
    "random-ad",
    "ten-megabytes",
    "late-content",
)
SENTENCES = {
    # How far a feed has come when it is given up is the machine's: it is cut by its growth, by the longest picture, or by both.
    "infinite-scroll": (
        FindingKind.TRUNCATED,
        r"a page that grew each time its foot came in sight|first \d+ x 32767 px of a page of",
    ),
    "inner-scroller": (FindingKind.TRUNCATED, r"shows \d+ of \d+ px of div#list, .* unroll: 'div#list'"),
    "popup": (FindingKind.POPUP, r"/popup/terms, was closed again without being looked at"),
    "dialogs": (FindingKind.DIALOG, r"the page showed a question 'Empty the basket\?'; it was dismissed"),
    "canvas-loop": (FindingKind.UNSTABLE, r"canvas#waves keeps changing; mask it"),
    "rate-limit": (FindingKind.NAVIGATION, r"answered 429 Too Many Requests and asks to come again in 30 s"),
    "basic-auth": (FindingKind.NAVIGATION, r"asks for a name and a password: say them in page\.basic_auth"),
    "expiring-login-noticed": (
        FindingKind.EXPECTATION,
        r"to match '\*\*/addresses', it is '\S+/expiring-login' after",
    ),
    "broken-fonts": (FindingKind.BROKEN_FONT, r"missing\.woff2 answered 404 Not Found"),
    "": (FindingKind.STUB_UNUSED, r"nothing asked for '/never-asked'"),
}
Album = dict[str, tuple[str, bool]]  # what a picture shows and whether it stood still, by its name


@pytest.fixture(scope="module")
def site() -> Iterator[AnnoyingSite]:
    with AnnoyingSite() as site:
        yield site


@pytest.fixture(scope="module")
def played(
    site: AnnoyingSite, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SessionResult, SessionResult, SessionResult]:
    """What is handled, what of it might change once more, and what is named; all of it in one browser."""
    gallery = tmp_path_factory.mktemp("annoyances")
    steps = tuple(step for step in HANDLED.steps if step.id in CHANGING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(FLAGS), chromium_sandbox=False
        )
        books = (HANDLED, replace(HANDLED, steps=steps), NAMED)
        first, again, named = (play(book, site, gallery, browser) for book in books)
        browser.close()
    return first, again, named


def play(playbook: Playbook, site: AnnoyingSite, gallery: Path, browser: Browser) -> SessionResult:
    given = {"site": Value(site.url), "password": Value(PASSWORD)}
    values = {each.name: given[each.name] for each in playbook.variables}
    request = SessionRequest("session-1", "run-1", playbook, values, (f"localhost:{site.port}",))
    return played_in(browser, request, gallery)


def album(result: SessionResult) -> Album:
    return {shot.view.name: (shot.sha256, shot.stable) for shot in result.screenshots}


def test_the_shipped_playbooks_are_valid_and_know_every_annoyance():
    steps = {step.id for playbook in (HANDLED, NAMED) for step in playbook.steps}

    assert PROJECT.warnings == ()
    assert {*annoyances()} <= steps
    assert {step.id for step in NAMED.steps} - {"expiring-login"} == {*SENTENCES} - {""}


def test_what_is_handled_is_played_to_its_end_and_nothing_is_found(played):
    first, again, _ = played

    assert (first.status, again.status) == (SessionStatus.COMPLETED, SessionStatus.COMPLETED)
    assert [each.message for each in (*first.findings, *again.findings) if each.fails_at("warning")] == []
    assert [name for name, (_, is_stable) in album(first).items() if not is_stable] == []
    assert {"banner", "payment-frame", "basic-auth", "expiring-login"} < {*album(first)}


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_by_itself_looks_the_same_in_two_plays(played, name):
    first, again, _ = played

    assert album(again)[name] == album(first)[name]


@pytest.mark.parametrize("step", SENTENCES)
def test_what_no_picture_can_show_truly_is_named_in_one_sentence(played, step):
    kind, sentence = SENTENCES[step]
    findings = [each for each in played[2].findings if each.kind is kind]

    told = [each for each in findings if re.search(sentence, each.message)]

    assert len(told) == 1 or (step == "infinite-scroll" and len(told) == 2)
    assert kind is FindingKind.STUB_UNUSED or {each.step_id for each in told} == {step}


def test_a_font_that_came_and_is_none_is_named_beside_one_that_did_not_come(played):
    told = [each.message for each in played[2].findings if each.kind is FindingKind.BROKEN_FONT]

    assert "font 'Torn' cannot be used; its text is shown in another one" in told


def test_it_is_served_by_a_command_that_says_where_and_that_its_port_is_taken(site):
    command = [sys.executable, "-m", "inspect_pipelines.examples.annoyances", "--port"]
    with subprocess.Popen([*command, "0"], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        page = httpx.get(serving.stdout.readline().strip(), trust_env=False, timeout=120).text
        serving.terminate()
    taken = subprocess.run([*command, str(site.port)], capture_output=True, text=True, check=False)

    assert all(f"href=/{name}>" in page for name in annoyances())
    assert (serving.returncode, taken.returncode) == (0, 3)
    assert f"cannot listen on port '{site.port}': Address already in use; give another port" in taken.stderr
    assert str(PORT) in (Path(package.__file__).parent / "schedules.yaml").read_text()
