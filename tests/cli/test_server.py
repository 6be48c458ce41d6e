"""Every command works here and with --server alike: the same words, the same output, the same exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

import ledger_rows
from doors import served
from in_process import Done, command
from inspect_pipelines.cli.output import user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.wiring import estate
from patience import until
from people import a_token
from project_files import ENTRY, HEAD, Files
from recording_engine import RecordingEngine
from web_app import a_client

MISTYPED = "insp_pat_0000000000000000000000_00000000"
NIGHTLY, TRIGGER = ledger_rows.NIGHTLY.id, ledger_rows.TRIGGER.id
SENT = ledger_rows.SENT.id
MEMBER = ledger_rows.MEMBER.login
INCIDENT = ledger_rows.INCIDENT.id
RUN, PENDING, EVENT = ledger_rows.RUNNING.id, ledger_rows.PENDING.id, ledger_rows.EVENT.id
VARIABLES = ("HOME", "SERVER", "TOKEN", "ORG", "PROJECT")


@contextmanager
def a_home(folder: Path) -> Iterator[House]:
    """In which there is something of everything."""
    house = estate(Settings(home=folder)).house(DEFAULT_ORG)
    with house.ledger.write() as session:
        ledger_rows.fill(session)
    yield house
    house.ledgers.close()


@contextmanager
def a_server(house: House, engine: RecordingEngine) -> Iterator[str]:
    """Its address; it asks for tokens."""
    app = a_client(house, others=[OrgId("acme")], is_open=True, engine=lambda: engine).app
    with served(app) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"INSPECT_{name}", raising=False)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_home(tmp_path / "home") as house:
        yield house


@pytest.fixture
def engine() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
def server(house: House, engine: RecordingEngine) -> Iterator[str]:
    with a_server(house, engine) as address:
        yield address


class Both:
    """Runs commands on the machine, and then with --server from one that has nothing."""

    def __init__(self, house: House, server: str, elsewhere: Path) -> None:
        self._house, self.server, self.elsewhere = house, server, elsewhere
        self.token = a_token(house, user_name(), is_personal=True).text
        elsewhere.mkdir()

    def here(self, *words: str) -> Done:
        return self._called(words, INSPECT_HOME=self._house.home)

    def there(self, *words: str, token: str | None = None) -> Done:
        home = str(self.elsewhere / "home")
        return self._called(
            ("--server", self.server, *words), INSPECT_HOME=home, INSPECT_TOKEN=token or self.token
        )

    def _called(self, words: tuple[str, ...], **variables: str) -> Done:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in variables.items():
                environment.setenv(name, value)
            return command(*words, cwd=self.elsewhere)


@pytest.fixture
def both(house: House, server: str, tmp_path: Path) -> Both:
    return Both(house, server, tmp_path / "elsewhere")


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Of a home that is only read."""
    folder = tmp_path_factory.mktemp("read")
    with a_home(folder / "home") as house, a_server(house, RecordingEngine()) as address:
        readers = Both(house, address, folder / "elsewhere")
        assert readers.there("runs", "list").returncode == 0  # from now on the token was used
        yield readers


def steady(text: str) -> str:
    """Without what a clock makes of it between two commands, and without the words that name the server."""
    text = re.sub(r"\d+(\.\d+)? (s|min|h|d)\b", "some time", text)
    text = re.sub(r'("(elapsed|left)_seconds": )-?[\d.]+', r"\1some", text)
    text = re.sub(r"\binsp_pat_\w+", "a new token", text)
    text = re.sub(r"\b01a[0-9a-f]{5}-[0-9a-f-]{27}\b", "a new run", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d \+", "some minute +", text)
    return re.sub(r" --server http://127\.0\.0\.1:\d+", "", text)


READING = [
    "runs list",
    "runs list --json",
    "runs list --limit 1",
    "runs list --status running --status pending",
    "runs list --failed",
    f"runs list --definition {NIGHTLY}",
    "runs list --definition nigthly-shop",
    "runs list --since 2026-11-20",
    "runs list --since tomorrow",
    "runs list --failed --status passed",
    "runs list --after nonsense",
    f"runs show {RUN}",
    f"runs show {RUN} --json",
    f"runs show {NIGHTLY}",
    "runs show 01900000",
    "runs show 0190",
    "runs show nobody",
    "schedules list",
    "schedules list --json",
    "schedules next 3",
    f"schedules next {NIGHTLY} 2 --json",
    "schedules next nobody",
    "schedules next 2000",
    "triggers list",
    "triggers list --json",
    f"triggers show {TRIGGER}",
    f"triggers show {TRIGGER} --json",
    f"triggers test --event {EVENT}",
    f"triggers test {TRIGGER} --event {EVENT} --json",
    "triggers test --event nobody",
    "triggers test",
    "export",
    "reviews list",
    "reviews list --all --json",
    f"reviews show {RUN}",
    "reviews show nobody",
    f"comments list {RUN}",
    f"comments list {RUN} --json",
    "comments list nobody",
    "baselines list",
    "baselines list --json --deleted",
    f"baselines list {NIGHTLY} --limit 1",
    f"baselines list {NIGHTLY} --branch fix",
    "baselines list --branch fix --json",
    "incidents list",
    "incidents list --all --json",
    f"incidents show {INCIDENT}",
    f"incidents show {RUN} --json",
    "incidents show nobody",
    "events list",
    "events list --json --type pull_request.merged",
    "events list --since 2026-11-20 --limit 1",
    f"events show {EVENT}",
    f"events show {EVENT} --json",
    "events show nobody",
    "notifications list",
    "notifications list --status sent --json",
    f"notifications show {SENT}",
    f"notifications show {SENT} --json",
    "notifications show nobody",
    "channels list --json",
    "users list",
    "users list --json",
    "tokens list",
    "tokens list --json",
    f"baselines noise {NIGHTLY}",
    f"baselines noise {TRIGGER} --json",
    "baselines noise nobody",
    f"runs compare {PENDING} {RUN}",
    f"runs compare {RUN} {RUN} --all --json",
    f"runs compare nobody {RUN}",
    f"runs logs {RUN}",
    "runs logs nobody",
    f"events show {EVENT} --payload",
    "events show nobody --payload",
    f"schedules backfill {NIGHTLY} 2026-11-20..2026-11-22 --dry-run",
    f"schedules backfill {NIGHTLY} 2026-11-20..2026-11-22",
    f"schedules backfill {NIGHTLY} 2020-01-01..",
    f"schedules backfill {NIGHTLY} soon..",
    f"schedules backfill {TRIGGER} 2026-11-20..",
    "schedules backfill nobody 2026-11-20..",
]


@pytest.mark.parametrize("line", READING)
def test_what_is_read_reads_the_same(readers: Both, line: str) -> None:
    here, there = readers.here(*line.split()), readers.there(*line.split())

    assert steady(there.stdout) == steady(here.stdout)
    assert steady(there.stderr) == steady(here.stderr)
    assert there.returncode == here.returncode
    assert not (readers.elsewhere / "home").exists()  # this machine has no part in it


DOING = [  # (said before each, said here and there)
    ("schedules resume --all", "schedules pause --all --reason moving --until 3000-01-01"),
    ("schedules pause --all --reason moving", "schedules resume --all"),
    (f"schedules resume {TRIGGER}", f"schedules pause {TRIGGER}"),
    (f"schedules pause {TRIGGER} --reason moving", f"schedules resume {TRIGGER}"),
    ("", "schedules pause nobody"),
    ("", "schedules resume nobody"),
    ("", "schedules pause"),
    ("", "runs cancel nobody"),
    ("", f"runs retry {RUN}"),
    ("", f"incidents ack {INCIDENT}"),
    ("", "incidents ack nobody"),
    ("", f"incidents silence {INCIDENT} --for 2h --reason moving"),
    ("", f"incidents silence {INCIDENT}"),
    ("", "incidents silence nobody --for 2h"),
    ("", "reviews decide nobody accept"),
    ("", f"reviews decide {RUN} reject"),
    ("", "reviews withdraw nobody"),
    ("", f"comments pin {RUN} home@desktop 3,4 wrong"),
    ("", f"comments pin {RUN} home@desktop 3 wrong"),
    ("", f"comments pin {RUN} nobody 3,4 wrong"),
    ("", "comments resolve nobody"),
    ("", "comments reopen nobody"),
    ("", f"comments ask {RUN} {MEMBER}"),
    ("", f"comments ask {RUN} nobody"),
    ("", f"comments release {RUN} nobody"),
    ("", "baselines activate b1"),
    ("", "baselines activate nobody"),
    ("baselines restore b1", "baselines delete b1 --yes"),
    ("baselines delete b1 --yes", "baselines restore b1"),
    ("", "baselines adopt nobody"),
    ("", f"events replay {EVENT}"),
    ("", "events replay nobody"),
    ("", "notifications resend nobody"),
    ("users remove eve", "users add eve --role operator"),
    ("users add eve --role viewer", "users add eve --role admin --email eve@acme.test"),
    ("", "users add EVE --role viewer"),
    ("users add eve --role viewer", "users remove eve"),
    ("", "users remove nobody"),
    ("users add eve --role viewer", "users sign-out eve"),
    ("", "users sign-out nobody"),
    ("", f"tokens create {MEMBER} --name deploys --scope runs:read"),
    ("", f"tokens create {user_name()} --name mine --personal --expires 10d"),
    ("", f"tokens create {MEMBER} --name wide --scope deployment:admin"),
    ("", "tokens create nobody --name deploys"),
    ("", f"tokens create {MEMBER} --name deploys --expires yesterday"),
    ("", "tokens revoke nobody"),
    ("", "links revoke"),
    ("", "baselines reject nobody --note x"),
    ("", f"baselines reject {RUN} --note x"),
    ("baselines activate b2", f"baselines rollback {NIGHTLY}"),
    ("", "baselines rollback nobody"),
]


@pytest.mark.parametrize(("before", "line"), DOING)
def test_what_is_done_says_the_same(both: Both, before: str, line: str) -> None:
    done = []
    for way in (both.here, both.there):
        if before:
            both.here(*before.split())
        done.append(way(*line.split()))

    here, there = done
    assert steady(there.stdout) == steady(here.stdout)
    assert steady(there.stderr) == steady(here.stderr)
    assert there.returncode == here.returncode


def test_a_run_is_started_there_and_followed_until_it_has_ended(
    both: Both, house: House, engine: RecordingEngine
) -> None:
    started = both.there("run", NIGHTLY)
    run_id = RunId(started.stdout.split()[1])
    abort(house, run_id, RunStatus.ERROR, "the browser is away")

    watched = both.there("runs", "watch", run_id)
    shown = both.there("runs", "show", run_id)

    assert started.returncode == 0, started.stderr
    assert len(engine.launches) == 1
    assert started.stdout.startswith(f"run {run_id} of {NIGHTLY!r} was started; follow it with: ")
    assert watched.returncode == 3
    assert "the browser is away" in watched.stdout
    assert f"by user:{user_name()}" in shown.stdout


def test_a_run_is_cancelled_there(both: Both, house: House) -> None:
    first, again = (both.there("runs", "cancel", PENDING, "--reason", "wrong branch") for _ in range(2))

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "wrong branch" in first.stdout
    assert "was cancelled before" in again.stdout


def test_past_times_are_run_there_one_after_another(
    both: Both, house: House, engine: RecordingEngine
) -> None:
    ends = Thread(target=lambda: [end_next(house, engine, number) for number in (1, 2)])
    ends.start()

    done = both.there("schedules", "backfill", NIGHTLY, "2026-11-20..2026-11-21", "--yes")
    ends.join()
    again = both.here("schedules", "backfill", NIGHTLY, "2026-11-20..2026-11-21", "--dry-run")

    assert done.returncode == 3, done.stderr
    assert done.stdout.count("the browser is away") == 2
    assert again.stdout.count("has run already") == 2


def end_next(house: House, engine: RecordingEngine, number: int) -> None:
    until(lambda: len(engine.launches) >= number)
    with house.ledger.read() as ledger:
        (run,) = [
            one
            for one in ledger.runs.latest(limit=20)
            if one.origin.startswith("request:backfill") and one.status.is_open
        ]
    abort(house, run.id, RunStatus.ERROR, "the browser is away")


def test_what_a_process_printed_is_shown_there_without_where_it_lies(
    house: House, engine: RecordingEngine, tmp_path: Path
) -> None:
    said = [f"line {number} of {house.home}/run" for number in range(5_001)]
    app = a_client(house, is_open=True, engine=lambda: engine, printed=lambda run: said).app
    with served(app) as listener:
        both = Both(house, f"http://127.0.0.1:{listener.getsockname()[1]}", tmp_path / "elsewhere")
        done = both.there("runs", "logs", RUN)

    assert "-- only the last 5000 lines" in done.stdout
    assert "line 5000 of $INSPECT_HOME/run" in done.stdout
    assert house.home not in done.stdout
    assert "line 0 of" not in done.stdout


def test_sql_is_answered_there(both: Both) -> None:
    answered = both.there("history", "sql", "SELECT count(*) AS runs FROM automated_runs", "--json")
    refused = both.there("history", "sql", "DROP TABLE automated_runs")

    assert answered.returncode in (0, 3), answered.stderr  # 3: nothing is published yet
    assert refused.returncode == 2


def test_a_named_question_is_answered_there_of_the_organisation_of_the_token(
    both: Both, house: House
) -> None:
    """It asked for the rows of the organisation that is the first one here, whoever asked there."""
    acme = estate(Settings(home=Path(house.home))).house(OrgId("acme"))
    for each in (house, acme):
        with each.ledger.write() as session:
            run = {"id": f"run-of-{each.org_id}", "org_id": each.org_id, "definition_id": "nightly"}
            ended = {
                "status": "passed",
                "requested_at": "2026-11-30T01:00:00Z",
                "completed_at": "2026-11-30T01:01:00Z",
            }
            session.journal.append("run", {"run": {**run, **ended}}, at=house.clock.now())
    assert house.history.drain()
    stranger = a_token(acme, user_name(), is_personal=True).text

    mine = both.there("history", "report", "last_runs", "--csv")
    theirs = both.there("history", "report", "last_runs", "--csv", token=stranger)
    shown = both.there("history", "report", "last_runs", "--sql", token=stranger)
    wrong = both.there("history", "report", "flakiest", "days=x")

    assert (mine.returncode, mine.stdout) == (0, both.here("history", "report", "last_runs", "--csv").stdout)
    assert "run-of-default" in mine.stdout
    assert "run-of-acme" in theirs.stdout
    assert "org_id = 'acme'" in shown.stdout
    assert (wrong.returncode, wrong.stderr) == (
        2,
        both.here("history", "report", "flakiest", "days=x").stderr,
    )
    acme.ledgers.close()


def test_tokens_are_made_and_taken_back_there(both: Both, house: House) -> None:
    add_member(house, "eve", Role.REVIEWER, by="user:root")
    eve = a_token(house, "eve", role=Role.REVIEWER, is_personal=True).text

    made = both.there("tokens", "create", "eve", "--name", "laptop", "--personal", token=eve)
    refused = both.there("tokens", "create", "eve", "--name", "ci", token=eve)
    shown = both.there("tokens", "list", "--json", token=eve)
    revoked = both.there("tokens", "revoke", "laptop", token=eve)
    after = both.there("runs", "list", token=made.stdout.strip())

    assert "it is 'eve' in 'default' until" in made.stderr
    assert refused.returncode == 2
    assert "access:admin" in refused.stderr
    assert {one["login"] for one in json.loads(shown.stdout)} == {
        "eve"
    }  # whoever does not administer sees their own
    assert "(laptop) opens nothing any more" in revoked.stdout
    assert "was revoked" in after.stderr


def test_files_are_planned_and_applied_there(both: Both, house: House, tmp_path: Path) -> None:
    project = tmp_path / "project"
    files = Files(project)
    (project / "README").write_bytes(b"\xff is not for the server")
    words = ("--project", str(project))

    planned_here, planned = both.here("plan", *words), both.there("plan", *words)
    asked = both.there("apply", *words)
    applied = both.there("apply", "--yes", *words)
    again = both.there("apply", "--yes", *words)
    files.write("schedules.yaml", HEAD + ENTRY.replace("0 2", "0 99"))
    wrong_here, wrong = both.here("apply", *words), both.there("apply", *words)

    assert planned.stdout == planned_here.stdout
    assert "plan: 1 to create, 0 to change, 2 to delete" in planned.stdout
    assert asked.returncode == 2
    assert "run it again with --yes to agree" in asked.stderr
    assert (applied.returncode, again.stdout) == (0, "nothing to change: 1 definition as applied\n"), (
        applied.stderr
    )
    assert wrong.stderr == wrong_here.stderr
    assert wrong.returncode == 2
    assert [one.id for one in house.publication.read(house.org_id).definitions] == ["nightly"]


@pytest.mark.parametrize(
    "line",
    ["init", "validate", "diff a b", "diff-dir a b", "up", "env", "doctor", "gallery prune"],
)
def test_what_is_about_this_machine_asks_no_server(readers: Both, line: str) -> None:
    done = readers.there(*line.split())

    assert done.returncode == 2
    assert f"{line.split()[0]!r} is about this machine" in done.stderr


@pytest.mark.parametrize(
    "line", [f"runs logs {RUN} --events", "history path", "history rebuild", "users password eve"]
)
def test_what_only_its_machine_can_do_is_refused(readers: Both, line: str) -> None:
    done = readers.there(*line.split())

    assert done.returncode == 2
    assert f"{' '.join(line.split()[:2])!r} works on the machine of INSPECT_HOME only" in done.stderr
    assert readers.server in done.stderr


def test_the_server_and_the_token_come_from_the_environment_and_from_a_file(
    both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = both.there("runs", "list").stdout
    (tmp_path / "token").write_text(both.token + "\n")
    monkeypatch.setenv("INSPECT_SERVER", both.server)
    monkeypatch.setenv("INSPECT_TOKEN", both.token)

    from_variables = command("runs", "list", cwd=both.elsewhere)
    monkeypatch.setenv("INSPECT_TOKEN", MISTYPED)
    from_file = command("runs", "list", "--token-file", str(tmp_path / "token"), cwd=both.elsewhere)
    given = command("runs", f"--token={both.token}", "list", cwd=both.elsewhere)
    doctor = command("env", cwd=both.elsewhere)

    assert from_variables.stdout == from_file.stdout == given.stdout == expected
    assert doctor.returncode == 0  # it is about this machine, whatever server is usual


def test_a_list_that_was_cut_does_not_show_the_token(readers: Both) -> None:
    done = readers.there("runs", "list", "--limit", "1", "--token", readers.token)

    assert "left off; go on with: inspect-pipelines --server" in done.stderr
    assert "insp_pat" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--server", "http://127.0.0.1:9", "runs", "list"), 3, "cannot be reached"),
        (("--server", "http://qa.example.com", "runs", "list"), 2, "clear HTTP to another machine"),
        (("--server", "qa.example.com", "runs", "list"), 2, "is no address of a server"),
        (("--token", MISTYPED, "runs", "list"), 2, "a token is for a server"),
        (("--server", "https://qa.example.com", "--token", "x", "runs", "list"), 2, "that is no token"),
        (
            ("--server", "https://x.test", "--token", "x", "--token-file", "y", "runs"),
            2,
            "cannot go together",
        ),
        (("--server", "https://x.test", "--token-file", "nowhere", "runs"), 2, "cannot be read"),
    ],
)
def test_wrong_words_are_told(tmp_path: Path, words: tuple[str, ...], code: int, says: str) -> None:
    done = command(*words, cwd=tmp_path)

    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_refuses_is_told_as_it_says(both: Both, house: House) -> None:
    narrow = a_token(house, "narrow", scopes=[Permission.RUNS_READ]).text

    unknown = both.there("runs", "list", token="insp_pat_7n42DGM5Tflk9n8mt7Fhc7_0bd2d5f1")
    scopes = both.there("schedules", "list", token=narrow)
    path = both.there("runs", "list", "--server", f"{both.server}/wrong")

    assert unknown.returncode == scopes.returncode == path.returncode == 2
    assert "token" in unknown.stderr
    assert "scopes leave 'definitions:read' out" in scopes.stderr
    assert "/wrong' answers 404" in path.stderr
    assert "check the address, its path" in path.stderr


def test_what_is_no_definition_is_told_also_to_whoever_may_only_start_runs(both: Both, house: House) -> None:
    ci = a_token(house, "ci", scopes=[Permission.RUNS_WRITE]).text

    assert (
        "'nightly-shp' is no schedule or trigger (did you mean 'nightly-shop'?)"
        in both.there("run", "nightly-shp").stderr
    )
    assert "there is no trigger 'nightly-shp' for you" in both.there("run", "nightly-shp", token=ci).stderr
