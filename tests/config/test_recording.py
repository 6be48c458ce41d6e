"""Recordings: Playwright's JSON lines become our YAML, and nothing that was typed secretly stands in it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.config.imports.recorded_action import target_of
from inspect_pipelines.config.imports.recording import from_recording, identifier_of
from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.errors import UsageError
from resources.channels.registry import CHANNELS

HERE = Path(__file__).parent / "recordings"
WORD = "correct-horse-7"
LINES = (HERE / "shop.jsonl").read_text(encoding="utf-8").splitlines()


def told(lines: list[str], secrets: set[str]) -> tuple[str, str]:
    """The playbook, and what became of each line."""
    found = from_recording(lines, identifier="shop", start="https://shop.test/login", secrets=secrets)
    table = "\n".join(
        f"{one.line:3} {one.fate.value}: {one.what}: {one.sentence}" for one in found.draft.told
    )
    return found.draft.text(), table


def test_a_recording_becomes_what_its_golden_says():
    text, table = told(LINES, {"corr", WORD})

    assert f"{text}---\n{table}\n" == (HERE / "shop.golden").read_text(encoding="utf-8")


def test_what_is_written_is_valid(tmp_path):
    (tmp_path / "shop.yaml").write_text(told(LINES, {WORD})[0])

    playbook = read_playbook(tmp_path / "shop.yaml", kinds=CHANNELS, today=date(2026, 11, 29)).playbook

    assert [each.name for each in playbook.variables if each.secret] == ["secret", "secret_2", "otp"]


def test_what_was_typed_is_given_back_for_playing_it_at_once():
    found = from_recording(LINES, identifier="shop", start="https://shop.test/", secrets={WORD})

    assert found.typed["secret"] == WORD
    assert WORD not in repr(found)


@given(st.text("abcXYZ019$&?/%+\"'{} é", min_size=4, max_size=30).map(lambda text: f"§{text}"))
def test_no_secret_stands_in_what_is_written(secret):
    typed = {**json.loads(LINES[6]), "text": secret}
    seen = {**json.loads(LINES[17]), "text": f"Hello {secret}!"}
    led = {**json.loads(LINES[2]), "url": f"https://shop.test/in?word={quote(secret, safe='')}"}

    text, table = told([LINES[2], *map(json.dumps, (typed, seen, led))], {secret})

    assert 'value: "{{secret}}"' in text
    for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
        assert form not in text + table


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "nothing was recorded: no page was opened"),
        (["{"], "line 1 of the recording is no JSON"),
        (['{"name":"navigate","url":"file:///etc/passwd","pageGuid":"p"}'], "nothing was recorded"),
        (["[]", "7"], "nothing was recorded"),
    ],
)
def test_what_is_no_recording_is_one_sentence(lines, says):
    with pytest.raises(UsageError, match=says):
        told(lines, set())


@pytest.mark.parametrize(
    "locator",
    [
        None,
        {},
        {"kind": "visible"},
        {"kind": "nth", "body": 1},
        {"kind": "role", "body": "link", "next": {"kind": "and"}},
    ],
)
def test_a_locator_that_a_playbook_has_not_names_nothing(locator):
    assert target_of(locator) is None


def test_a_playbook_is_called_as_its_host():
    assert identifier_of("https://www.shop.test:8443/x") == "shop-test"
