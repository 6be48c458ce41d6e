"""`runs`, as people type it; runs that really execute are in journeys/test_cancel.py."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from builders import a_finding, a_plan, a_schedule, a_session
from inspect_pipelines.cli.live import Lines, Screen
from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.output import unstyle
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.domain.ids import DefinitionId, RunId, Sha256
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.progress import Progress
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house as build
from journeys_commands import COMMAND
from prepared import prepare

NIGHTLY = DefinitionId("nightly-shop")
Ran = Callable[..., Run]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = build(Settings())
    plan = a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))
    with house.ledger.write() as ledger:
        for definition in (a_schedule(plan=plan), a_schedule("hourly-pay", plan=plan)):
            ledger.definitions.save(definition, by="user:ada", at=house.clock.now())
    yield house
    house.ledgers.close()


@pytest.fixture
def ran(house: House) -> Ran:
    """Makes a run with that status."""

    def make(status: RunStatus, reason: str = "as it was", definition_id: DefinitionId = NIGHTLY) -> Run:
        run = start.request(house, definition_id, {}, by="user:ada", key=house.clock.new_id())
        if status is not RunStatus.PENDING:
            dagster_run_id = f"{run.id[:8]}-0000-4000-8000-{run.id[-12:]}"
            house.workers.hold(dagster_run_id)
            start.admit(house, Ticket(definition_id, dagster_run_id, origin=run.origin))
        if not status.is_open:
            with house.ledger.write() as ledger:
                ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1"))
            abort(house, run.id, status, reason)
        with house.ledger.read() as ledger:
            return ledger.runs.find(run.id)

    return make


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ["runs", *words])


def listed(*words: str) -> list[RunId]:
    done = call("list", "--json", *words)
    assert done.exit_code == 0, done.output
    return [run["id"] for run in json.loads(done.stdout)]


# list


def test_runs_alone_and_with_options_is_the_list(ran: Ran) -> None:
    run = ran(RunStatus.FAILED)

    bare, with_options = call(), call("--json", "--limit", "5")

    assert run.id in bare.output
    assert [one["id"] for one in json.loads(with_options.output)] == [run.id]


def test_the_list_is_aligned_and_says_it_all_where_it_is_piped(ran: Ran) -> None:
    long = "it goes on " * 20
    ran(RunStatus.FAILED, f"shop/home@desktop: button 'Add to cart' changed\n{long}and more")
    ran(RunStatus.PENDING, definition_id=DefinitionId("hourly-pay"))

    header, newest, older = call("list").output.splitlines()

    assert header.split() == ["RUN", "DEFINITION", "STATUS", "REQUESTED", "TOOK", "REASON"]
    assert re.match(r"[0-9a-f-]{36}  hourly-pay    … pending", newest)
    assert older.endswith(f"button 'Add to cart' changed; {long}and more"), "a pipe gets everything"
    assert header.index("STATUS") == newest.index("…") == older.index("✗")


def test_filters_narrow_the_list(ran: Ran) -> None:
    passed, failed = ran(RunStatus.PASSED), ran(RunStatus.FAILED)
    error, timeout = ran(RunStatus.ERROR), ran(RunStatus.TIMEOUT)
    other = ran(RunStatus.CANCELLED, definition_id=DefinitionId("hourly-pay"))

    assert listed() == [run.id for run in (other, timeout, error, failed, passed)]
    assert listed("--failed") == [timeout.id, error.id, failed.id]
    assert listed("--failed", "--limit", "1") == [timeout.id]
    assert listed("--status", "passed", "--status", "error") == [error.id, passed.id]
    assert listed("--definition", "hourly-pay") == [other.id]
    assert listed("--since", "1h", "--definition", "hourly-pay") == [other.id]
    assert listed("--since", "0s") == []


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_status_is_a_filter(ran: Ran, status: RunStatus) -> None:
    assert listed("--status", status.value) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--since", "yesterday-ish"), "--since 'yesterday-ish' cannot be read; write a span like 90m"),
        (("--since", "2199-01-01"), "lies in the future"),
        (("--since", "99999w"), "cannot be read"),
        (
            ("--definition", "nightly-shpo"),
            "names nothing that is applied or ever ran (did you mean 'nightly-shop'?)",
        ),
        (("--failed", "--status", "passed"), "--failed and --status cannot go together"),
    ],
)
def test_a_nonsense_filter_is_a_sentence_and_exit_code_2(ran: Ran, words: tuple[str, ...], says: str) -> None:
    done = call("list", *words)

    assert isinstance(done.exception, InspectError)
    assert done.exception.exit_code == 2
    assert says in str(done.exception)


@pytest.mark.parametrize(
    "words", [("--limit", "0"), ("--limit", "many"), ("--status", "broken"), ("--colour",)]
)
def test_what_no_option_means_is_exit_code_2(house: House, words: tuple[str, ...]) -> None:
    assert call("list", *words).exit_code == 2


def test_nothing_yet_and_nothing_that_matches_are_told_apart(house: House) -> None:
    assert call("list").output == "no runs yet; start one with: inspect-pipelines run ID --wait\n"
    assert call("list", "--failed").output == "no run matches\n"


def test_a_wish_to_cancel_is_no_review(house: House, ran: Ran) -> None:
    run = ran(RunStatus.PENDING)
    call("cancel", run.id)

    assert "- cancelled  " in call("list").output


def test_a_narrow_terminal_gets_short_ids_and_cut_reasons_but_whole_columns() -> None:
    rows = [
        ["01a20659-e610-7be5-87e4-2e576522d055", "nightly", "✗ failed", "button 'Add to cart' changed"],
        ["01a20659-e7aa-7be5-87e4-2e576522d055", "nightly", "✓ passed", "12 of 12 views look as approved"],
    ]

    text = aligned(["RUN", "DEFINITION", "STATUS", "REASON"], rows, width=60)

    assert text.splitlines() == [
        "RUN            DEFINITION  STATUS    REASON",
        "01a20659-e610  nightly     ✗ failed  button 'Add to cart' c…",
        "01a20659-e7aa  nightly     ✓ passed  12 of 12 views look as…",
    ]
    assert max(map(len, text.splitlines())) <= 60


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (65, ["RUN", "DEFINITION", "TOOK", "REASON"]),
        (41, ["RUN", "DEFINITION", "REASON"]),
        (30, ["RUN", "DEFINITION"]),
    ],
)
def test_columns_are_left_out_where_they_do_not_fit_the_least_wanted_first(
    width: int, columns: list[str]
) -> None:
    row = ["01a20659-e610-7be5-87e4-2e576522d055", "nightly", "11.9 s", "button 'Add to cart' changed"]

    text = aligned(["RUN", "DEFINITION", "TOOK", "REASON"], [row], width=width, optional=["TOOK", "REASON"])

    assert text.splitlines()[0].split() == columns
    assert max(map(len, text.splitlines())) <= width


def test_ids_of_one_millisecond_are_not_cut_alike() -> None:
    rows = [["01a20659-e610-7be5-87e4-2e576522d055", "x" * 30], ["01a20659-e610-7be6-87e4-2e576522d055", "y"]]

    short = [line.split()[0] for line in aligned(["RUN", "REASON"], rows, width=40).splitlines()[1:]]

    assert short == ["01a20659-e610-7be5", "01a20659-e610-7be6"]


def test_colours_do_not_count_as_width_and_vanish_where_no_terminal_is(ran: Ran) -> None:
    ran(RunStatus.FAILED)

    with_colour = CliRunner().invoke(cli, ["runs"], color=True).output
    without = CliRunner().invoke(cli, ["runs"]).output

    assert "\x1b[31m✗ failed\x1b[0m" in with_colour
    assert click.unstyle(with_colour) == without


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(ran: Ran, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    ran(RunStatus.FAILED)
    monkeypatch.setenv(variable, value)

    on_a_terminal = CliRunner().invoke(cli, ["runs"], color=True).output

    assert "✗ failed" in on_a_terminal
    assert "\x1b" not in on_a_terminal


# show


def test_show_says_what_one_wants_to_know_at_night(house: House, ran: Ran) -> None:
    run = ran(RunStatus.FAILED, "shop/home@desktop: the header moved\nshop/pay@desktop: a button vanished")
    steps = (StepResult("pay", "Pay", "desktop", StepStatus.FAILED, 900, "button 'Pay' was not found"),)
    with house.ledger.write() as ledger:
        session = a_session(
            id=f"{run.id}.2",
            status=SessionStatus.FAILED,
            error="a step failed",
            steps=steps,
            findings=(a_finding(),),
        )
        ledger.evidence.save_session(run.id, session)

    text = call("show", run.id[:13]).output

    assert text.startswith(
        "✗ failed  nightly-shop (Nightly shop)\n    shop/home@desktop: the header moved\n    shop/pay"
    )
    for said in (
        run.id,
        "verdict      failed: the site differs or broke an expectation",
        f"origin       {run.origin}, by user:ada",
        f"report       {house.reports.path(run.id)}",
        f"Dagster run  {run.dagster_run_id}",
        "shop: completed in 3.0 s, 0 steps, 1 pictures, 0 findings",
        "shop, attempt 2: failed in 3.0 s, 1 steps",
        "step 'Pay'@desktop: button 'Pay' was not found",
        "error expectation pay@desktop: expected text 'Thank you', found 'Sorry'",
        "on_failure to slack:#qa: stored",
        f"next: inspect-pipelines runs logs {run.id}, or inspect-pipelines runs retry {run.id}",
    ):
        assert said in text
    assert "UTC" in re.search(r"ended .*", text).group()


def test_show_takes_a_definitions_id_for_its_latest_run(ran: Ran) -> None:
    ran(RunStatus.PASSED)
    latest = ran(RunStatus.ERROR, "the browser died")

    assert latest.id in call("show", "nightly-shop").output


def test_show_of_an_open_run_says_what_it_is_doing(ran: Ran) -> None:
    assert "    waiting for a worker\n" in call("show", ran(RunStatus.PENDING).id).output
    running = call("show", ran(RunStatus.RUNNING).id).output
    assert "    playing shop (1 of 1)\n" in running
    assert re.search(r"deadline .* 29 min \d\d s left", running)


def test_show_calls_a_run_flaky_that_passed_only_when_it_was_played_again(house: House, ran: Ran) -> None:
    flaky, plain = ran(RunStatus.PASSED), ran(RunStatus.PASSED)
    first = a_session(id=f"{flaky.id}.1", status=SessionStatus.FAILED, error="the button was gone")
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(flaky.id, first)
        ledger.evidence.save_session(flaky.id, a_session(id=f"{flaky.id}.2", attempt=2))

    shown, told = call("show", flaky.id).output, json.loads(call("show", flaky.id, "--json").output)

    assert "flaky: the site looks as approved, but not at first" in shown
    assert told["flaky"] == ["shop: passed at attempt 2; attempt 1: the button was gone"]
    assert "flaky: " not in call("show", plain.id).output


def test_show_as_json_holds_everything_and_the_stored_names(house: House, ran: Ran) -> None:
    run = ran(RunStatus.NEEDS_REVIEW)
    adopt(house, run.id, by="user:ada")

    body = json.loads(call("show", run.id, "--json").output)

    assert {"id", "status", "reason", "origin", "sessions", "comparisons", "notifications", "retries"} <= set(
        body
    )
    assert (body["reviewed_as"], body["dagster_url"], body["report_is_written"]) == ("adopted", None, True)
    assert body["decisions"][0]["by"] == "user:ada"
    assert body["sessions"][0]["screenshots"][0]["view"] == "shop/home@desktop"


# cancel, retry, logs: what they refuse; what they do is tested where runs execute


def test_cancelling_a_pending_run_says_so_and_doing_it_again_is_harmless(house: House, ran: Ran) -> None:
    run = ran(RunStatus.PENDING)

    first = call("cancel", run.id, "--reason", "wrong site")
    again = call("cancel", run.id)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.output.startswith("- cancelled  nightly-shop\n    cancelled by ")
    assert "wrong site" in first.output
    assert again.output.startswith(f"run {run.id} was cancelled before: cancelled by ")
    with house.ledger.read() as ledger:
        assert [decision for decision, _, _ in ledger.reviews.of_run(run.id)] == [CANCEL_REQUESTED]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cancel", "PASSED"), "cannot be cancelled: it has already ended as 'passed'"),
        (("retry", "RUNNING"), "cannot be retried: it is still running; wait for its end"),
        (("cancel", "abcdef12"), "does not exist"),
        (("retry", "nightly-shop"), "does not exist"),
        (("show", "abc"), "too short to mean one run"),
        (("logs", "no such run"), "does not exist"),
        (("watch", "abcdef12"), "does not exist"),
        (("watch", "nightly-shop", "--follow"), "--follow and RUN cannot go together"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_2(
    ran: Ran, words: tuple[str, ...], says: str
) -> None:
    ids = {"PASSED": ran(RunStatus.PASSED).id, "RUNNING": ran(RunStatus.RUNNING).id}

    done = call(*(ids.get(word, word) for word in words))

    assert isinstance(done.exception, InspectError)
    assert done.exception.exit_code == 2
    assert says in str(done.exception)


@pytest.mark.parametrize("name", ["origin", "dagster_run_id"])
def test_logs_are_those_of_the_runs_own_process_without_colours(house: House, ran: Ran, name: str) -> None:
    """A process of its own is named by its origin, a fork under `up` by its Dagster run."""
    run = ran(RunStatus.FAILED)
    log = run_log(Path(house.home), getattr(run, name))
    log.parent.mkdir(exist_ok=True)
    log.write_text("\x1b[31mfirst\x1b[0m\nsecond\n")

    assert call("logs", run.id).output.endswith("\n\nfirst\nsecond\n")


def test_logs_begin_with_the_steps_and_leave_out_the_framework(house: House, ran: Ran) -> None:
    """They once began with forty lines of Dagster's machinery, among which no step of the playbook was named."""
    run = ran(RunStatus.RUNNING)
    steps = (
        StepResult("home", "Home", "desktop", StepStatus.PASSED, 1200),
        StepResult("pay", "Pay", "desktop", StepStatus.FAILED, 30_000, "click #pay: found none"),
        StepResult("done", "Done", "desktop", StepStatus.SKIPPED, 0, "step 'pay' could not be played"),
    )
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", steps=steps))
    log = run_log(Path(house.home), run.origin)
    log.parent.mkdir(exist_ok=True)
    stem = f"2026-11-28 21:15:16 +0000 - dagster - {{}} - nightly_shop - {run.dagster_run_id} - {{}}\n"
    log.write_text(
        "core.py:911: SupersessionWarning: Function is superseded\n  return callback(*args, **kwargs)\n"
        + stem.format("DEBUG", "12489 - RUN_START - Started execution")
        + stem.format("INFO", "launch_session - 1 session(s) to play")
    )

    heading, *lines = call("logs", run.id).output.splitlines()

    assert heading.startswith("shop: completed in ")
    assert lines == [
        "  ✓ home  desktop  1.2 s",
        "  ✗ pay   desktop  30.0 s  click #pay: found none",
        "  - done  desktop          not played: step 'pay' could not be played",
        "",
        "2026-11-28 21:15:16  launch_session - 1 session(s) to play",
    ]


def test_a_run_that_left_no_log_is_no_error(ran: Ran) -> None:
    run = ran(RunStatus.PENDING)

    done = call("logs", run.id)

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"run {run.id} (pending) has said nothing that was kept\n"


# watch


@pytest.mark.parametrize("status", [s for s in RunStatus if not s.is_open])
def test_watching_one_run_exits_with_its_code(ran: Ran, status: RunStatus) -> None:
    run = ran(status)

    done = call("watch", run.id)

    assert done.exit_code == status.exit_code
    assert "as it was" in done.output


def test_watching_all_runs_when_none_is_open_says_so(ran: Ran) -> None:
    ran(RunStatus.FAILED)

    done = call("watch")

    assert (done.exit_code, done.output) == (0, "no run is open; start one with: inspect-pipelines run ID\n")


def progress(run: Run, doing: str, left: float | None = None) -> Progress:
    return Progress(run, doing, 12.0, left)


def a_run_with(status: RunStatus) -> Run:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    run_id = RunId("01a20659-e610-7be5-87e4-2e576522d055")
    return Run(run_id, "default", "o", NIGHTLY, "schedule", now, now, 30, status=status)


def test_a_pipe_gets_a_line_for_each_news_and_nothing_in_between(capsys: pytest.CaptureFixture[str]) -> None:
    view, run = Lines(), a_run_with(RunStatus.RUNNING)

    for doing in ("playing shop (1 of 1)", "playing shop (1 of 1)", "comparing"):
        view.show([progress(run, doing, 60.0)])

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[-1] for line in lines] == [
        "playing shop (1 of 1), 60.0 s left",
        "comparing, 60.0 s left",
    ]
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_is_rewritten_in_place_and_no_line_is_wider_than_it() -> None:
    screen = Screen(60)
    first = screen.lines([progress(a_run_with(RunStatus.RUNNING), "playing shop (1 of 1)", 3.0)])
    runs = [progress(a_run_with(RunStatus.FAILED), "x" * 300)] * 30

    assert unstyle(first[0]).split() == ["DEFINITION", "RUN", "FOR", "IT", "IS"]
    assert len(screen.lines(runs)) == 11, "the newest ten and the header: it never grows over the terminal"
    assert max(len(unstyle(line)) for line in screen.lines(runs)) <= 60
    assert "no run is open" in screen.lines([])[0]


def test_a_runs_progress_that_is_over_its_deadline_says_so() -> None:
    (_, line) = Screen(200).lines([progress(a_run_with(RunStatus.RUNNING), "comparing", -5.0)])

    assert line.endswith("comparing, 5.0 s over its time")


def test_rewriting_goes_up_by_as_many_lines_as_were_written(capsys: pytest.CaptureFixture[str]) -> None:
    screen, run = Screen(100), a_run_with(RunStatus.RUNNING)
    written: list[str] = []
    with click.Context(cli) as ctx:
        ctx.color = True  # a terminal
        for _ in range(2):
            screen.show([progress(run, "comparing")])
            written.append(capsys.readouterr().out)

    assert not written[0].startswith("\x1b[2F")
    assert written[1].startswith("\x1b[2F\x1b[J")


class Watching:
    """`runs watch` as a process on a terminal of its own, 80 characters wide."""

    def __init__(self, *words: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        surroundings = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            [COMMAND, "runs", "watch", *words],
            env={**surroundings, "TERM": "xterm", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # Who is started in the background by a shell inherits a deaf ear for Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.close(theirs)
        self.text = ""

    def until(self, wanted: str) -> None:
        """Read until that stands there."""
        deadline = time.monotonic() + 180
        while wanted not in self.text:
            assert time.monotonic() < deadline, self.text
            if select.select([self._ours], [], [], 0.2)[0]:
                self._read()

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Its exit code, once all it said is read."""
        with contextlib.suppress(OSError):  # a terminal whose last writer is gone says EIO
            while True:
                self._read()
        os.close(self._ours)
        return self._process.wait(120)

    def _read(self) -> None:
        self.text += os.read(self._ours, 65536).decode(errors="replace")


def test_on_a_terminal_a_run_is_followed_in_place_to_its_end(house: House, ran: Ran) -> None:
    run = ran(RunStatus.RUNNING)
    watching = Watching(run.id)
    watching.until("playing shop (1 of 1)")
    watching.until("\x1b[2F\x1b[J")

    abort(house, run.id, RunStatus.FAILED, "the header moved")

    assert watching.ended() == 1
    last = watching.text.replace("\r", "").split("\x1b[J")[-1]
    assert "✗ failed\x1b[0m  nightly-shop" in last
    drawn = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", watching.text.replace("\r", "")).splitlines()
    assert max(len(line) for line in drawn if "DEFINITION" in line or "playing" in line) <= 80


def test_ctrl_c_ends_the_watching_and_not_the_run(house: House, ran: Ran) -> None:
    run = ran(RunStatus.RUNNING)
    watching = Watching(run.id)
    watching.until("playing shop")

    watching.interrupt()

    assert watching.ended() == 3
    assert "stopped watching; the runs go on" in watching.text
    with house.ledger.read() as ledger:
        assert ledger.runs.find(run.id) == run


def test_a_terminal_that_wants_it_plain_gets_lines_without_a_single_escape(house: House, ran: Ran) -> None:
    run = ran(RunStatus.RUNNING)
    watching = Watching(NO_COLOR="1")
    watching.until("playing shop")

    abort(house, run.id, RunStatus.PASSED, "12 of 12 views look as approved")

    assert watching.ended() == 0
    assert "12 of 12 views look as approved" in watching.text
    assert "\x1b" not in watching.text


def test_open_prints_where_a_trace_is_how_to_look_at_it_and_how_to_have_one(
    house: House, ran: Ran, tmp_path: Path
) -> None:
    run = ran(RunStatus.FAILED)
    sha = house.evidence_files.put(EvidenceKind.TRACE, b"PK")
    files = (
        EvidenceFile(EvidenceKind.TRACE, "desktop", sha, 2),
        EvidenceFile(EvidenceKind.TRACE, "phone", None, 60_000_000, "left out: larger than 50 MB"),
        EvidenceFile(EvidenceKind.VIDEO, "desktop", Sha256("0" * 64), 2),
    )
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", files=files))

    trace = CliRunner().invoke(cli, ["runs", "open", run.id, "--trace"])
    pruned = CliRunner().invoke(cli, ["runs", "open", run.id, "--video"])
    none = CliRunner().invoke(cli, ["runs", "open", run.id, "--har"])

    path = tmp_path / "evidence" / sha[:2] / f"{sha}.zip"
    assert trace.stdout == f"desktop  {path}\nphone  (left out: larger than 50 MB)\n"
    assert trace.stderr == f"look at it with: playwright show-trace {path}\n"
    assert pruned.stdout == "desktop  (it was pruned)\n"
    assert "has no har; have one kept with 'evidence: {har: on_failure}' in its playbook" in str(
        none.exception
    )
    assert CliRunner().invoke(cli, ["runs", "open", run.id]).stdout.strip() == house.reports.url(run.id)
