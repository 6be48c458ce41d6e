"""Traces, films and network logs: what a playbook wants of them is kept, and no secret is in any byte of it."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind, EvidenceRules, Keep
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.gesture import Click, Fill
from inspect_pipelines.domain.page_setting import Cookie, Credentials, Wire
from inspect_pipelines.domain.playbook import PageRules, Playbook, Step
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, Value
from inspect_pipelines.domain.target import Target
from resources.evidence_files import FolderEvidenceFiles
from session_requests import a_request

SECRET = "Hunter-2 & Söhne"
ALL = EvidenceRules(Keep.ALWAYS, Keep.ALWAYS, Keep.ALWAYS)
PAGE = """<title>Pay</title><form action=/echo method=post><label>Card <input name=card></label>
<button id=pay>Pay</button></form><script>
document.querySelector('input').addEventListener('input', e => {
  console.log('typed ' + e.target.value); document.cookie = 'card=' + encodeURIComponent(e.target.value);
  fetch('/seen?card=' + encodeURIComponent(e.target.value)).catch(() => 0) })</script>"""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARD", SECRET)


def asking(url: str, rules: EvidenceRules, *what: object, **changes: object) -> SessionRequest:
    request = a_request(url, *what, **changes)  # type: ignore[arg-type]
    playbook: Playbook = replace(request.playbook, evidence=rules)
    return replace(request, playbook=playbook)


def stored(tmp_path: Path, result: SessionResult) -> dict[EvidenceKind, bytes]:
    files = FolderEvidenceFiles(tmp_path / "evidence")
    return {each.kind: files.get(each.kind, each.sha256) for each in result.files if each.sha256}


def every_byte_of(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from every_byte_of(archive.read(name))


def test_what_is_kept_shows_what_was_done_and_no_secret(play, site, tmp_path) -> None:
    site.serve("/card", PAGE)
    pay = Step(
        "pay",
        "Pay",
        (
            Goto("/card"),
            Fill(Target(label="Card"), "{{card}}"),
            TakeScreenshot("card"),
            Click(Target(selector="#pay")),
        ),
    )
    wire = Wire(cookies=(Cookie("token", "{{card}}"),), basic_auth=Credentials("ada", "{{card}}"))

    result = play(
        request=asking(
            site.url,
            ALL,
            pay,
            values={"card": Value("${env:CARD}", is_secret_reference=True)},
            page=PageRules(wire=wire),
        )
    )

    kept = stored(tmp_path, result)
    assert {each.kind for each in result.files} == set(EvidenceKind), result.files
    assert set(kept) == set(EvidenceKind), result.files
    trace = b"".join(every_byte_of(kept[EvidenceKind.TRACE]))
    assert b"/card" in trace
    assert b"***" in trace
    asked = [each["request"]["url"] for each in json.loads(kept[EvidenceKind.HAR])["log"]["entries"]]
    assert f"{site.url}/card" in asked
    with Image.open(io.BytesIO(kept[EvidenceKind.VIDEO])) as film:
        assert film.n_frames >= 1
    spellings = [
        SECRET.encode(),
        b"Hunter-2%20%26%20S%C3%B6hne",
        b"Hunter-2+%26+S%C3%B6hne",
        b"Hunter-2 &amp; S",
        b"Hunter-2 \\u0026 S",
        base64.b64encode(f"ada:{SECRET}".encode()),
        b"Hunter-2",
    ]
    for data in kept.values():
        for part in every_byte_of(data):
            assert not [each for each in spellings if each in part]
    assert not list(tmp_path.glob("evidence-*")), "what still held secrets is gone"


@pytest.mark.parametrize(
    ("wanted", "kinds"), [("sofa", set()), ("chair", {EvidenceKind.TRACE, EvidenceKind.VIDEO})]
)
def test_what_is_of_failures_is_kept_of_them_only(
    play, site, tmp_path, wanted: str, kinds: set[EvidenceKind]
) -> None:
    site.serve("/sofa", "<h1>sofa</h1>")
    rules = EvidenceRules(trace=Keep.ON_FAILURE, video=Keep.ON_FAILURE, console=Keep.ON_FAILURE)

    result = play(
        request=asking(
            site.url,
            rules,
            Step("open", "Open", (Goto("/sofa"),)),
            Step("look", "Look", (ExpectText(Target(selector="h1"), contains=wanted),), timeout_seconds=1),
        )
    )

    assert {each.kind for each in result.files} == kinds
    assert set(stored(tmp_path, result)) == kinds


def test_a_film_ends_with_the_step_that_failed_its_reason_and_a_box_round_its_target(
    play, site, tmp_path
) -> None:
    site.serve(
        "/blocked",
        "<body style='margin:0;background:#fff'><button id=buy disabled "
        "style='position:absolute;left:300px;top:200px;width:200px;height:80px'>Buy</button>",
    )
    rules = EvidenceRules(video=Keep.ON_FAILURE)

    result = play(
        request=asking(
            site.url,
            rules,
            Step("open", "Open", (Goto("/blocked"),)),
            Step("buy", "Buy", (Click(Target(selector="#buy")),), timeout_seconds=1),
        )
    )

    assert result.status is SessionStatus.FAILED
    with Image.open(io.BytesIO(stored(tmp_path, result)[EvidenceKind.VIDEO])) as film:
        film.seek(film.n_frames - 1)
        last = film.convert("RGB")
    assert last.size == (640, 400 + 44)
    red = [
        (x, y)
        for x in range(640)
        for y in range(400)
        if last.getpixel((x, y))[0] > 140 > 90 > last.getpixel((x, y))[1]
    ]
    left, top = min(x for x, _ in red), min(y for _, y in red)
    right, bottom = max(x for x, _ in red), max(y for _, y in red)
    assert all(
        abs(found - meant) <= 6
        for found, meant in zip((left, top, right, bottom), (150, 100, 250, 140), strict=True)
    )
    assert len({last.getpixel((x, 412)) for x in range(8, 200)}) > 2, "the step's name stands below"


def test_a_playbook_that_wants_nothing_records_nothing(play, site, tmp_path) -> None:
    result = play(Goto("/"), WaitFor(Target(selector="body")))

    assert result.files == ()
    assert not (tmp_path / "evidence").exists()


def test_a_file_that_is_too_large_is_left_out_and_told() -> None:
    file = EvidenceFile(EvidenceKind.TRACE, "desktop", None, 60_000_000, "left out: larger than 50 MB")

    assert (file.kind.suffix, file.kind.most_bytes) == (".zip", 50_000_000)
