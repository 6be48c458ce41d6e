"""`users` and `tokens` as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_pipelines.cli.serve import application
from inspect_pipelines.cli.tokens import tokens
from inspect_pipelines.cli.up import LOCAL, TOKENS, up, who_may
from inspect_pipelines.cli.users import users
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import is_token
from inspect_pipelines.errors import Forbidden, Refused, UsageError
from inspect_pipelines.wiring import house
from prepared import prepare


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def users_(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(users, words, input=typed, catch_exceptions=False)


def tokens_(*words: str) -> Result:
    return CliRunner().invoke(tokens, words, catch_exceptions=False)


def test_a_token_is_alone_on_standard_output_and_never_shown_again() -> None:
    users_("add", "ada", "--role", "admin")

    created = tokens_("create", "ada", "--name", "ci", "--scope", "runs:read")

    text = created.stdout.strip()
    assert is_token(text)
    assert "only time" in created.stderr
    listed = tokens_("list", "--json").stdout
    assert text[9:31] not in listed
    assert [(one["login"], one["scopes"], one["state"]) for one in json.loads(listed)] == [
        ("ada", ["runs:read"], "active")
    ]


def test_a_personal_token_is_told_from_a_machines() -> None:
    users_("add", "ada", "--role", "admin")

    personal = tokens_("create", "ada", "--name", "laptop", "--personal")
    machines = tokens_("create", "ada", "--name", "ci")

    assert "it is 'ada'" in personal.stderr
    assert "it is a machine's and speaks for 'ada'" in machines.stderr
    kinds = {one["name"]: one["kind"] for one in json.loads(tokens_("list", "--json").stdout)}
    assert kinds == {"laptop": "personal", "ci": "machine"}
    assert "KIND" in tokens_("list").stdout


def test_the_lists_tell_what_to_do_while_they_are_empty() -> None:
    assert "users add NAME --role admin" in users_("list").stdout
    assert "tokens create NAME --name PURPOSE" in tokens_("list").stdout


def test_members_and_tokens_are_listed_and_let_go() -> None:
    assert "--name PURPOSE" in users_("add", "ada", "--role", "admin").stdout
    users_("add", "bob", "--role", "viewer")
    assert (
        "is operator of organisation 'default', was viewer"
        in users_("add", "bob", "--role", "operator").stdout
    )
    tokens_("create", "bob", "--name", "bob's laptop", "--expires", "30d")

    assert "bob" in users_("list").stdout
    assert "bob's laptop" in tokens_("list").stdout
    assert "opens nothing any more" in tokens_("revoke", "bob's laptop").stdout
    assert "revoked" in tokens_("list").stdout
    assert "no member" in users_("remove", "bob").stdout
    assert [one["login"] for one in json.loads(users_("list", "--json").stdout)] == ["ada"]


def test_up_says_who_may_use_the_api() -> None:
    assert who_may(Settings(), "127.0.0.1") == LOCAL

    users_("add", "ada", "--role", "admin")

    assert who_may(Settings(), "0.0.0.0") == TOKENS


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", ""])
@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_an_address_that_others_reach_takes_an_administrator_first(
    host: str, quiet: tuple[str, ...], home: Path
) -> None:
    """`up --host 0.0.0.0` started and answered nobody, and with --quiet nothing but a line among others said why."""
    users_("add", "bob", "--role", "reviewer")

    with pytest.raises(Refused, match=r"no administrator .* inspect-pipelines users add NAME --role admin"):
        CliRunner().invoke(up, ["--host", host, *quiet], catch_exceptions=False)
    with pytest.raises(Refused, match="no administrator"):
        application(Settings(), host, 8460)

    assert not (home / "logs").exists()  # nothing was started


def test_a_web_process_that_only_this_machine_reaches_takes_nobody() -> None:
    assert application(Settings(), "127.0.0.1", 8460)


def test_a_password_is_typed_twice_or_piped_and_shown_never() -> None:
    users_("add", "ada", "--role", "admin")
    words = "kettle of brave otters"

    typed = users_("password", "ada", typed=f"{words}\n{words}\n")
    piped = users_("password", "ada", "--stdin", typed=f"{words} two\n")
    removed, again = users_("password", "ada", "--remove"), users_("password", "ada", "--remove")

    for one in (typed, piped, removed, again):
        assert one.exit_code == 0
        assert words not in one.output
    assert "signs in with it from now on" in typed.stdout
    assert "by no password any more" in removed.stdout
    assert "had no password" in again.stdout


def test_a_weak_password_is_refused_with_its_reason() -> None:
    users_("add", "ada", "--role", "admin")

    with pytest.raises(UsageError, match="it has 5 characters, and 12 are the least"):
        users_("password", "ada", "--stdin", typed="short\n")


def test_a_user_is_signed_out_everywhere() -> None:
    users_("add", "ada", "--role", "admin")

    assert "was signed in nowhere" in users_("sign-out", "ada").stdout


@pytest.mark.parametrize(("agent", "via"), [(None, "cli"), ("claude", "agent claude")])
def test_a_command_says_by_what_way_it_came(
    agent: str | None, via: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if agent:
        monkeypatch.setenv("INSPECT_AGENT", agent)

    users_("add", "ada", "--role", "admin")

    ours = house(Settings())
    with ours.ledger.read() as ledger:
        assert ledger.audit.entries()[0].via == via
    ours.ledgers.close()


def test_an_agent_has_a_name_that_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_AGENT", "a b\n")

    with pytest.raises(UsageError, match="INSPECT_AGENT does not fit"):
        users_("list")


def test_an_agent_makes_itself_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else INSPECT_AGENT=claude sets ada's password, or makes a personal token, and then approves pictures as ada."""
    users_("add", "ada", "--role", "admin")
    monkeypatch.setenv("INSPECT_AGENT", "claude")

    with pytest.raises(Forbidden, match="not by a token or an agent"):
        users_("password", "ada", "--stdin", typed="kettle of brave otters\n")
    with pytest.raises(Forbidden, match="a machine creates machines' tokens only"):
        tokens_("create", "ada", "--name", "mine", "--personal")
    with pytest.raises(Refused, match="cannot have 'review:decide'"):
        tokens_("create", "ada", "--name", "mine", "--scope", "review:decide")
    tokens_("create", "ada", "--name", "mine")

    (made,) = json.loads(tokens_("list", "--json").stdout)
    assert made["kind"] == "machine"
    assert not {"review:decide", "baseline:finalize"} & {*made["scopes"]}
    assert "review:propose" in made["scopes"]
