"""`playbook run`: a file is played with the real browser, its pictures lie in a folder, and a home notices nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.playbooks.playing import Wish, play_file, sessions_apart
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.selection import Selection
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from loopback_site.server import Site
from resources.clock import SystemClock
from resources.gallery.picture_files import folder_of

PLAYBOOK = """apiVersion: v1
kind: Playbook
metadata: {{id: chairs, name: Chairs}}
spec:
  base_url: "{{{{shop_url}}}}"
  variables: [{{name: shop_url, type: url, required: true}}]
  viewports: [{{name: desktop, width: 800, height: 600}}, {{name: phone, width: 390, height: 800}}]
  steps:
    - {{id: home, actions: [{{use: begin}}, {{screenshot: home}}]}}
    - id: buy
      actions: [{{click: {{role: button, name: {button}}}}}, {{screenshot: bought}}]
      success_criteria: [{{expect_text: {{selector: .basket-count, equals: "1"}}}}]
    - {{id: other, actions: [{{goto: /other}}, {{screenshot: other}}]}}
"""
FRAGMENT = """apiVersion: v1
kind: Fragment
metadata: {id: begin}
spec: {actions: [{goto: /}]}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "playbooks").mkdir(parents=True)
    (root / "fragments").mkdir()
    (root / "fragments/begin.yaml").write_text(FRAGMENT)
    (root / "playbooks/chairs.yaml").write_text(PLAYBOOK.format(button="Buy now"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    return root


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["playbook", "run", "playbooks/chairs.yaml", *words])


def state(folder: Path) -> dict[str, str]:
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def test_a_play_tells_each_step_leaves_its_pictures_and_touches_nothing_else(project, tmp_path, site):
    home = tmp_path / "home"
    home.mkdir()
    (home / "ledger.db").write_bytes(b"as it was")
    before = state(home), state(project)

    played = run("--var", f"shop_url={site.url}", "--pictures", str(tmp_path / "seen"))

    assert played.exit_code == 0, played.output
    told = played.output.splitlines()
    assert told[0] == "chairs.yaml (chairs) on desktop, phone"
    assert [line.split()[1] for line in told[1:7]] == [
        f"{step}@{viewport}" for viewport in ("desktop", "phone") for step in ("home", "buy", "other")
    ]
    assert "passed: 6 steps, 6 pictures in" in told[-1]
    assert {*folder_of(tmp_path / "seen").pictures} == {
        f"{name}@{viewport}.png" for name in ("home", "bought", "other") for viewport in ("desktop", "phone")
    }
    assert (state(home), state(project)) == before


def test_a_step_is_played_with_what_it_stands_on_and_takes_its_own_pictures(project, tmp_path, site):
    folder = tmp_path / "seen"
    words = ("--var", f"shop_url={site.url}", "--pictures", str(folder))

    played = run("--step", "buy", "--viewport", "phone", *words)

    assert played.exit_code == 0, played.output
    assert [line.split()[1] for line in played.output.splitlines()[1:3]] == ["home@phone", "buy@phone"]
    assert {*folder_of(folder).pictures} == {"bought@phone.png"}


def test_a_step_that_fails_is_shown_and_says_so_by_the_exit_code(project, tmp_path, site):
    (project / "playbooks/chairs.yaml").write_text(
        PLAYBOOK.format(button="Steal").replace("buy\n", "buy\n      timeout: 1s\n")
    )
    folder = tmp_path / "seen"

    played = run(
        "--step", "buy", "--viewport", "desktop", "--var", f"shop_url={site.url}", "--pictures", str(folder)
    )

    assert played.exit_code == 1, played.output
    assert "✗ buy@desktop" in played.output
    assert (folder / "failed-buy@desktop.png").exists()
    assert played.output.splitlines()[-1].startswith("failed: 2 steps, 0 pictures, 1 finding in")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--step", "pay"), "--step 'pay' names no step of this; there is 'home', 'buy', 'other'"),
        (("--viewport", "tv"), "--viewport 'tv' names no viewport"),
        (("--var", "shop=x"), "has no variable 'shop'; it has 'shop_url'"),
        ((), "needs the variable 'shop_url'"),
        (("--pause-on-failure",), "add --headed, and give the command in a terminal"),
        (("--headed",), "there is no screen to open a browser on"),
    ],
)
def test_a_wish_that_cannot_be_followed_is_one_sentence(project, monkeypatch, words, says):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    refused = run(*words)

    assert says in str(refused.exception)


class Editor(SystemClock):
    """Somebody who edits files while nothing else is going on, and gives up at last."""

    def __init__(self, *edits: tuple[Path, str]) -> None:
        super().__init__()
        self.edits = list(edits)

    def sleep(self, seconds: float) -> None:
        if not self.edits:
            raise KeyboardInterrupt
        file, text = self.edits.pop(0)
        file.write_text(text)


def test_a_watched_file_is_played_again_whenever_it_or_its_fragment_changes(project, tmp_path, site, capsys):
    file = project / "playbooks/chairs.yaml"
    (project / "fragments/other.yaml").write_text(FRAGMENT.replace("begin", "other"))
    editor = Editor(
        (project / "fragments/other.yaml", FRAGMENT.replace("begin", "another")),  # which it does not use
        (project / "fragments/begin.yaml", FRAGMENT.replace("goto: /", "goto: /other")),
        (file, "apiVersion: v1\nkind: Playbook\n"),
        (file, PLAYBOOK.format(button="Buy now")),
    )
    wish = Wish(file, Selection(("home@phone",)), {"shop_url": site.url}, folder=tmp_path / "seen")

    code = play_file(wish, Settings(), editor, watches=True)

    told = capsys.readouterr()
    assert code == 0
    assert told.out.count("home@phone") == 6  # three plays, each with its step and its picture
    assert "lacks the key 'metadata'" in told.err
    assert [request for request in site.requests if request in ("/", "/other")][-3:] == [
        "/",
        "/other",
        "/other",
    ]


def test_a_failed_step_stays_as_it_is_until_somebody_has_seen_enough(project, tmp_path, site):
    from inspect_pipelines.cli.playbooks.group import read_one
    from inspect_pipelines.domain.session_request import values_for

    file = project / "playbooks/chairs.yaml"
    file.write_text(PLAYBOOK.format(button="Steal").replace("buy\n", "buy\n      timeout: 1s\n"))
    playbook = read_one(file).playbook
    values = values_for(playbook, {}, {"shop_url": site.url}, ("127.0.0.1",))
    clock, seen = SystemClock(), list[tuple[str, int]]()

    def look(step) -> None:
        seen.append((f"{step.step_id}@{step.viewport}", site.requests.count("/other")))

    with sessions_apart(Settings(), clock, hold=look) as (sessions, _):
        result = sessions.play(
            SessionRequest("s", "r", playbook, values, ("127.0.0.1",)),
            deadline=clock.now().replace(year=2100),
        )

    assert result.status is SessionStatus.FAILED
    assert [place for place, _ in seen] == ["buy@desktop", "buy@phone"]
