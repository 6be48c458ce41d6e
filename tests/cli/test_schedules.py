"""`schedules`, as people type it, over a real ledger and the machine's clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from builders import a_plan, a_schedule
from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.moments import day_or_moment, future, past
from inspect_pipelines.cli.schedules import _both
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import RunStatus, cron_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house as build
from prepared import prepare

FIVE = DefinitionId("every-five")
SCHEDULES = (
    a_schedule("every-five", cron="*/5 * * * *", timezone="UTC"),
    a_schedule("nightly-shop"),
    a_schedule("switched-off", enabled=False),
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = build(Settings())
    save(
        house,
        *SCHEDULES,
        Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", a_plan()),
    )
    yield house
    house.ledgers.close()


def save(house: House, *definitions: object) -> None:
    with house.ledger.write() as ledger:
        for definition in definitions:
            ledger.definitions.save(definition, by="user:ada", at=house.clock.now() - timedelta(days=365))


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ["schedules", *words])


def refused(*words: str) -> str:
    """What a command says that ends with exit code 2."""
    done = call(*words)
    assert isinstance(done.exception, InspectError), done.output
    assert done.exception.exit_code == 2
    return str(done.exception)


def row(text: str, schedule_id: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(schedule_id))


def ran(
    house: House, status: RunStatus, definition_id: DefinitionId = FIVE, origin: str | None = None
) -> None:
    origin = origin or f"request:{house.clock.new_id()}"
    run = start.admit(house, Ticket(definition_id, house.clock.new_id(), origin=origin)).run
    abort(house, run.id, status, "as it was")


# list


def test_the_list_shows_next_time_state_and_the_last_ten_runs_oldest_first(house: House) -> None:
    before = [RunStatus.ERROR, RunStatus.TIMEOUT, RunStatus.ERROR]
    for status in (*before, *[RunStatus.PASSED] * 8, RunStatus.NEEDS_REVIEW, RunStatus.FAILED):
        ran(house, status)

    text = call("list").output

    assert text.splitlines()[0].split("  ")[0] == "SCHEDULE"
    five = row(text, "every-five")
    assert re.search(r"\*/5 \* \* \* \*  UTC  .*, in .* (s|min)  +✓✓✓✓✓✓✓✓\?✗  ✗ failed  +on$", five), five
    assert re.search(
        r"America/New_York  \w{3} \d\d-\d\d 02:00, in .* never ran +on$", row(text, "nightly-shop")
    )
    assert re.search(r"  -  .* off \(enabled: false\)$", row(text, "switched-off"))
    assert "on-merge" not in text, "a trigger has no times"


def test_the_list_as_json_holds_what_the_table_shows(house: House) -> None:
    ran(house, RunStatus.PASSED)
    call("pause", "every-five", "--reason", "a freeze")

    five, nightly, off = json.loads(call("list", "--json").output)

    assert (five["id"], five["next_at"], five["paused"]["reason"]) == ("every-five", None, "a freeze")
    assert [run["status"] for run in five["last_runs"]] == ["passed"]
    assert (nightly["paused"], off["enabled"], off["next_at"]) == (None, False, None)


def test_where_there_are_none_the_list_says_how_to_get_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "empty"))

    assert (
        call("list").output == "no schedules yet; write some and publish them with: inspect-pipelines apply\n"
    )


# next


def test_next_merges_all_schedules_in_one_order_with_both_clocks(house: House) -> None:
    found = json.loads(call("next", "400", "--json").output)

    times = [one["at"] for one in found]
    assert len(times) == 400
    assert times == sorted(times)
    assert {one["schedule"] for one in found} == {"every-five", "nightly-shop"}
    nightly = next(one for one in found if one["schedule"] == "nightly-shop")
    assert datetime.fromisoformat(nightly["local"]).hour == 2
    assert datetime.fromisoformat(nightly["local"]) == datetime.fromisoformat(nightly["at"])


def test_next_of_one_schedule_says_what_clock_changes_do_to_it(house: House) -> None:
    save(house, a_schedule("half-past-two", cron="30 2 * * *", timezone="America/New_York"))

    done = call("next", "half-past-two", "366")

    lines = done.output.splitlines()
    offsets = {line.split("  ")[1].split()[-1] for line in lines[1:367]}
    assert offsets == {"EST", "EDT"}, "a year has both"
    notes = [line for line in lines if line.startswith("half-past-two: ")]
    assert any("02:30 does not exist in America/New_York" in note for note in notes)
    assert len(lines) == 1 + 366 + len(notes)


def test_next_shows_what_will_not_run_and_why(house: House) -> None:
    call("pause", "every-five", "--until", "1h", "--reason", "a freeze")

    found = json.loads(call("next", "every-five", "20", "--json").output)

    hindered = [one["hindrance"] for one in found]
    assert hindered[0].startswith("'every-five' is paused until ")
    assert hindered[0].endswith(": a freeze")
    assert 11 <= sum(one is not None for one in hindered) <= 13
    assert hindered[-1] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("0",), "'0' times cannot be shown; ask for 1 to 1000"),
        (("--", "-3"), "'-3' times cannot be shown"),
        (("1001",), "ask for 1 to 1000"),
        (("every-five", "nightly-shop"), "write one schedule's id, one number, or both"),
        (("1", "2"), "write one schedule's id"),
        (("every-fvie",), "is no schedule or trigger (did you mean 'every-five'?)"),
    ],
)
def test_a_nonsense_question_for_next_is_a_sentence(house: House, words: tuple[str, ...], says: str) -> None:
    assert says in refused("next", *words)


def test_next_of_what_is_switched_off_is_nothing(house: House) -> None:
    assert call("next", "switched-off").output.startswith("nothing will run by itself")


# pause and resume


def test_a_paused_schedule_is_turned_away_at_the_door_and_a_person_is_not(house: House) -> None:
    assert call("pause", "every-five", "--reason", "a deploy").exit_code == 0

    tick = start.admit(house, Ticket(FIVE, "d1", origin=cron_origin(FIVE, house.clock.now())))
    person = start.admit(house, Ticket(FIVE, "d2", origin="request:k"))

    assert tick.run.reason.startswith("pause: 'every-five' is paused by user:")
    assert person.run.status is RunStatus.RUNNING
    state = row(call("list").output, "every-five")
    assert re.search(r"paused by \w+: a deploy$", state), state


def test_resuming_shows_what_was_missed_and_how_to_run_it(house: House) -> None:
    since = (house.clock.now() - timedelta(minutes=21)).replace(second=30)
    with house.ledger.write() as ledger:
        ledger.pauses.add(Pause("p1", DEFAULT_ORG, FIVE, "a deploy", "user:ada", since))

    text = call("resume", "every-five").output

    lines = text.splitlines()
    assert lines[0].startswith("'every-five' is resumed, paused since ")
    assert lines[0].endswith(": a deploy")
    count = int(re.search(r"every-five missed (\d): ", lines[1]).group(1))
    assert count in (4, 5)
    command = lines[2].removeprefix("    run them with: inspect-pipelines schedules ").split()
    assert len(call(*command, "--dry-run").output.splitlines()) == count + 1
    assert row(call("list").output, "every-five").endswith("on")


def test_pausing_all_holds_everything_and_is_lifted_as_a_whole(house: House) -> None:
    call("pause", "--all", "--reason", "the data centre moves", "--until", "2d")
    call("pause", "nightly-shop")

    listed = call("list").output
    own = refused("resume", "every-five")
    lifted = call("resume", "--all").output

    assert "the data centre moves" in row(listed, "every-five")
    assert own.startswith("'every-five' has no pause of its own: the whole organisation is paused until ")
    assert "schedules resume --all" in own
    assert "still, 'nightly-shop' is paused by " in lifted
    assert row(call("list").output, "every-five").endswith("on")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("pause",), "name one schedule or trigger, or say --all"),
        (("pause", "every-five", "--all"), "name one schedule or trigger, or say --all"),
        (("pause", "everyfive"), "did you mean 'every-five'?"),
        (("pause", "every-five", "--until", "2001-01-01"), "--until '2001-01-01' is over"),
        (("pause", "every-five", "--until", "soon"), "--until 'soon' cannot be read"),
        (("pause", "every-five", "--until", "0s"), "is over"),
        (("resume",), "or say --all"),
        (("resume", "every-five"), "'every-five' is not paused"),
        (("resume", "--all"), "the organisation as a whole is not paused"),
        (("resume", "no-such"), "is no schedule or trigger"),
    ],
)
def test_what_pause_and_resume_refuse(house: House, words: tuple[str, ...], says: str) -> None:
    assert says in refused(*words)


def test_pausing_what_is_paused_is_refused_and_says_by_whom(house: House) -> None:
    call("pause", "every-five", "--reason", "first")

    assert re.search(
        r"is paused by user:\w+: first; to change that, resume it first", refused("pause", "every-five")
    )


def test_resuming_all_names_what_is_paused_one_by_one(house: House) -> None:
    call("pause", "every-five")

    assert "paused one by one: every-five" in refused("resume", "--all")


def test_a_trigger_can_be_paused_too(house: House) -> None:
    assert call("pause", "on-merge").output.startswith("'on-merge' is paused until somebody resumes it")
    assert call("resume", "on-merge").exit_code == 0


# backfill


def yesterday(house: House) -> datetime:
    return (house.clock.now() - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


def test_a_dry_run_shows_the_past_times_without_those_that_ran(house: House) -> None:
    ten = yesterday(house)
    ran(house, RunStatus.PASSED, origin=cron_origin(FIVE, ten))
    span = f"{ten:%Y-%m-%dT%H:%MZ}..{ten + timedelta(minutes=15):%Y-%m-%dT%H:%MZ}"

    done = call("backfill", "every-five", span, "--dry-run")

    lines = done.output.splitlines()
    assert lines[0].startswith(f"  {ten:%Y-%m-%d} 10:00 UTC")
    assert lines[0].endswith("  has run already")
    assert [line.split()[1] for line in lines[1:4]] == ["10:05", "10:10", "10:15"]
    assert lines[4] == "3 to run, nothing was started"
    with house.ledger.read() as ledger:
        assert len(ledger.runs.latest()) == 1


def test_days_are_the_schedules_own_and_both_are_included(house: House) -> None:
    now = house.clock.now()
    first, last = now - timedelta(days=4), now - timedelta(days=2)

    done = call("backfill", "nightly-shop", f"{first:%Y-%m-%d}..{last:%Y-%m-%d}", "--dry-run")

    days = [line.split()[4] for line in done.output.splitlines()[:-1]]
    assert days == [f"{first + timedelta(days=day):%Y-%m-%d}" for day in range(3)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("every-five", "2026-01-01"), "'2026-01-01' is no span; write FROM..TO"),
        (("every-five", "2026-01-02..2026-01-01"), "ends before it begins"),
        (("every-five", "2999-01-01..2999-01-02"), "lies in the future"),
        (("every-five", "x..y"), "FROM 'x' cannot be read"),
        (("every-five", "2026-01-01..y"), "TO 'y' cannot be read"),
        (
            ("every-five", "2026-01-01..2026-02-01"),
            "and 50 are the most at a time; name a shorter span, for example until",
        ),
        (("nightly-shop", "2026-01-01T12:00Z..2026-01-01T13:00Z"), "has no time between"),
        (("on-merge", "2026-01-01..2026-01-02"), "is a trigger, which has no times"),
        (("evry-five", "2026-01-01..2026-01-02"), "did you mean 'every-five'?"),
        (
            ("nightly-shop", "2026-01-01..2026-01-02"),
            "2 runs would start, and nobody can be asked; add --yes",
        ),
    ],
)
def test_what_backfill_refuses(house: House, words: tuple[str, ...], says: str) -> None:
    assert says in refused("backfill", *words)


def test_a_backfill_is_shown_on_both_clocks() -> None:
    schedule: Schedule = a_schedule()

    assert (
        _both(schedule, datetime(2026, 7, 1, 6, tzinfo=UTC))
        == "2026-07-01 06:00 UTC  Wed 2026-07-01 02:00 EDT"
    )


# times as people type them

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90m", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        (" 1w ", timedelta(days=7)),
    ],
)
def test_a_span_counts_from_now(text: str, ago: timedelta) -> None:
    assert past(text, option="--since", now=NOON) == NOON - ago
    assert future(text, option="--until", now=NOON) == NOON + ago


def test_a_time_with_an_offset_is_that_time_wherever_the_machine_is() -> None:
    assert past("2026-11-25T12:30+05:30", option="--since", now=NOON) == datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2", "h", "-2h", "2y", "2026-13-01", "2026-02-30", "99999999999h", "٣h", "1h30m"]
)
def test_what_is_no_time_is_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read; write a span like"):
        past(text, option="--since", now=NOON)


def test_a_time_that_comes_twice_or_never_is_still_a_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime.min.time()

    assert day_or_moment("2026-03-29T02:30", what="FROM", zone=berlin, at=at) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert day_or_moment("2026-10-25", what="TO", zone=berlin, at=at) == datetime(
        2026, 10, 24, 22, tzinfo=UTC
    )


def test_the_list_holds_those_that_have_a_tag(house: House) -> None:
    save(house, a_schedule("tagged", plan=a_plan(tags=("pay",))), a_schedule("plain"))

    shown = call("list", "--tag", "pay").output

    assert "tagged" in shown
    assert "plain" not in shown
    assert "no schedule has the tag 'nobody'" in call("list", "--tag", "nobody").output
