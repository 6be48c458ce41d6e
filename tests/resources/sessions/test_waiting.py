"""What a picture waits for on pages that talk all the time, as applications do that people really run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from websockets.sync.server import ServerConnection, serve

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.domain.target import Target
from patience import allowed

ANSWERS_AFTER_SECONDS = 1.5
PAUSE_SECONDS = 1.0  # longer than a server that has nothing else to do


@pytest.fixture
def talking() -> Iterator[int]:
    """A server whose answer to the first message comes late and in pieces; its port."""

    def answer(socket: ServerConnection) -> None:
        socket.recv()
        time.sleep(ANSWERS_AFTER_SECONDS)
        for piece in ("One", "Two", "Three"):
            socket.send(piece)
            time.sleep(PAUSE_SECONDS)
        socket.recv()

    with serve(answer, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.socket.getsockname()[1]
        server.shutdown()


def test_a_long_poll_is_waited_for_once_and_the_page_is_not_called_slow(play, site):
    """`mkdocs serve` asks for news at another address each time: every picture of it took 15 s, and was told as slow."""
    site.serve(
        "/news",
        "<!doctype html><title>News</title><h1>News</h1><script>fetch('/hang?since=' + Math.floor(performance.timeOrigin))</script>",
    )
    look = Step(
        "look",
        "Look",
        (Goto("/news"), TakeScreenshot("one"), Goto("/news"), TakeScreenshot("two")),
        timeout_seconds=5,
        slow_seconds=4,
    )

    began = time.monotonic()
    result = play(look)

    assert [finding.kind for finding in result.findings] == ["not_quiet"]
    assert len(result.screenshots) == 2
    assert time.monotonic() - began < 10 + allowed(8)  # one cap, not two


def test_a_stream_of_news_that_a_script_reads_is_not_waited_for(play, site):
    """htmx reads server-sent events by `fetch`: the first picture of our own console took 17 s, on each viewport."""
    site.serve(
        "/told",
        "<!doctype html><title>Told</title><h1>Told</h1><script>fetch('/stream').then(one => one.body.getReader().read())</script>",
    )

    result = play(Goto("/told"), TakeScreenshot("one"), seconds=5)

    assert result.findings == ()
    assert len(result.screenshots) == 1


def test_a_spinner_that_turns_is_waited_for(play, site):
    """JupyterLab was photographed while its notebook came: our own hold stood its spinner still, so that two frames were equal."""
    site.serve(
        "/spins",
        """<!doctype html><title>Spins</title><style>.jp-Spinner{width:20px;height:20px;border:3px solid teal;animation:turn 1s linear infinite}
        @keyframes turn{to{transform:rotate(1turn)}} .spinner-off{width:9px}</style><p class=spinner-off>still</p><div id=app><div class=jp-Spinner></div></div>
        <script>setTimeout(()=>{ document.getElementById('app').innerHTML='<p id=there>There</p>' }, 1500)</script>""",
    )

    result = play(
        Goto("/spins"),
        TakeScreenshot("app"),
        ExpectText(Target(selector="#there"), equals="There"),
        seconds=5,
    )

    assert result.findings == ()
    assert "There" in result.screenshots[0].texts


def test_what_comes_over_a_socket_is_in_the_picture(play, site, talking: int):
    """Streamlit sends its pages over a WebSocket: one was photographed empty, another without its chart, a third while its server was slow."""
    site.serve(
        "/app",
        f"""<!doctype html><title>App</title><h1>App</h1><ul id=list></ul><script>
        const socket = new WebSocket("ws://127.0.0.1:{talking}");
        socket.onopen = () => socket.send("render");
        socket.onmessage = (e) => list.insertAdjacentHTML("beforeend", `<li>${{e.data}}</li>`);</script>""",
    )

    result = play(Goto("/app"), TakeScreenshot("app"), seconds=8, allowed_hosts=(f"127.0.0.1:{talking}",))

    assert result.status is SessionStatus.COMPLETED
    assert [text for text in result.screenshots[0].texts if text in ("One", "Two", "Three")] == [
        "One",
        "Two",
        "Three",
    ]


def test_a_socket_that_never_answers_is_not_waited_for_for_ever(play, site):
    site.serve(
        "/mute",
        "<!doctype html><title>Mute</title><h1>Mute</h1><script>new WebSocket(location.href.replace('http', 'ws') + '?hang')</script>",
    )

    began = time.monotonic()
    result = play(Goto("/mute"), *(TakeScreenshot(name) for name in ("one", "two", "three")), seconds=8)

    assert len(result.screenshots) == 3
    assert time.monotonic() - began < allowed(25)


def test_what_has_come_is_given_the_time_to_ask_for_the_next_part(play, site):
    """Streamlit's chart asks for its code, then for its data: the picture was taken between the two, of an empty box."""
    site.serve(
        "/chain",
        """<!doctype html><title>Chain</title><main id=app>nothing</main><script>
        const app = document.getElementById("app");
        const part = async (number) => {
          await fetch(`/slow/other?ms=900&number=${number}`);
          app.textContent = `part ${number}`;
          if (number === 3) return;
          app.setAttribute("aria-busy", "true");
          setTimeout(() => { app.removeAttribute("aria-busy"); part(number + 1); }, 300);
        };
        part(1)</script>""",
    )

    result = play(Goto("/chain"), TakeScreenshot("app"), seconds=10)

    assert result.findings == ()
    assert "part 3" in result.screenshots[0].texts


def test_what_came_while_the_page_settled_is_shown_before_its_picture(play, site):
    """JupyterLab's settings came and went during the first look at it: nothing was pending, and its main area stood empty."""
    site.serve(
        "/late",
        """<!doctype html><title>Late</title><main id=app aria-busy=true>nothing</main><script>
        setTimeout(async () => {
          await fetch("/slow/other?ms=10");
          app.removeAttribute("aria-busy");
          setTimeout(() => { app.textContent = "There" }, 700);
        }, 300)</script>""",
    )

    result = play(Goto("/late"), TakeScreenshot("app"), seconds=10)

    assert result.findings == ()
    assert "There" in result.screenshots[0].texts


def test_a_page_that_still_builds_itself_is_waited_for(play, site):
    """On a busy machine JupyterLab builds itself for seconds, without a request and with hardly a pixel that changes."""
    site.serve(
        "/builds",
        """<!doctype html><title>Builds</title><main id=app><i hidden></i></main><script>
        let left = 12;
        const build = () => {
          app.firstElementChild.append(document.createElement("i"));
          if (left--) setTimeout(build, 150); else app.innerHTML = "<p>Built</p>";
        };
        build()</script>""",
    )

    result = play(Goto("/builds"), TakeScreenshot("app"), seconds=10)

    assert result.findings == ()
    assert "Built" in result.screenshots[0].texts


def test_a_long_chain_of_requests_is_waited_for_and_its_last_one_is_not_overdue(play, site):
    """Each link has its own time: what was asked for a moment ago is not late because the page has been slow."""
    site.serve(
        "/links",
        """<!doctype html><title>Links</title><main id=app>nothing</main><script>
        (async () => {
          for (const part of "abcdefg") {
            await fetch(`/slow/other?ms=900&part=${part}`);
            app.textContent = `part ${part}`;
          }
        })()</script>""",
    )

    result = play(Goto("/links"), TakeScreenshot("app"), seconds=5)

    assert [finding for finding in result.findings if finding.kind != "slow"] == []
    assert "part g" in result.screenshots[0].texts


def test_a_page_that_never_rests_costs_its_time_once(play, site):
    site.serve(
        "/restless",
        """<!doctype html><title>Restless</title><h1>Restless</h1><p id=news hidden></p><script>
        setInterval(() => { fetch("/slow/other?ms=10&at=" + Date.now()); news.innerHTML = "<b>new</b>"; }, 100)</script>""",
    )

    result = play(
        Step("open", "Open", (Goto("/restless"),)),
        *(Step(name, name, (TakeScreenshot(name),)) for name in ("one", "two", "three")),
    )

    *others, dearest = sorted(step.duration_ms for step in result.steps[1:])
    assert len(result.screenshots) == 3
    assert sum(others) / 2 < 0.6 * dearest  # were each to cost it, they would be equal


def test_what_many_requests_at_once_bring_is_shown_before_the_picture(play, site):
    """They differ by numbers only, as those of a page do that asks for news for ever."""
    site.serve(
        "/cards",
        """<!doctype html><title>Cards</title><main id=app></main><script>
        const card = async (number) => {
          await fetch(`/slow/other?ms=${number < 10 ? 50 : 1200}&card=${number}`);
          setTimeout(() => app.insertAdjacentHTML("beforeend", `<p>card ${number}</p>`), 400);
        };
        for (let number = 1; number <= 14; number++) card(number)</script>""",
    )

    result = play(Goto("/cards"), TakeScreenshot("app"), seconds=10)

    assert result.findings == ()
    assert sum(text.startswith("card ") for text in result.screenshots[0].texts) == 14
