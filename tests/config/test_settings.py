from __future__ import annotations

from pathlib import Path

import pytest

from inspect_pipelines.config.settings import Settings, child_environment, resolve_secret
from inspect_pipelines.errors import UsageError


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"INSPECT_{name.upper()}", raising=False)


def test_everything_has_a_default():
    settings = Settings()

    assert (settings.home, settings.project, settings.port) == (Path(".inspect"), Path(), 8460)
    assert settings.dagster_home() == Path.cwd() / ".inspect" / "dagster"


def test_the_environment_overrides_and_an_argument_overrides_the_environment(monkeypatch):
    monkeypatch.setenv("INSPECT_PORT", "9000")
    monkeypatch.setenv("INSPECT_NO_SANDBOX", "true")
    monkeypatch.setenv("INSPECT_DATABASE_URL", "postgresql+psycopg://ada:hunter2@db/x")
    monkeypatch.setenv("INSPECT_INVENTED", "1")

    settings = Settings(home=Path("/x"))

    assert (settings.port, settings.no_sandbox, settings.home) == (9000, True, Path("/x"))
    assert Settings(port=9001).port == 9001
    assert "hunter2" not in repr(settings)


def test_a_value_that_does_not_fit_names_its_variable(monkeypatch):
    monkeypatch.setenv("INSPECT_PORT", "many")

    with pytest.raises(UsageError) as error:
        Settings()

    assert str(error.value) == (
        "the setting INSPECT_PORT does not fit: "
        "input should be a valid integer, unable to parse string as an integer"
    )


def test_a_secret_is_read_from_the_environment_or_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_PW", "hunter2")
    (tmp_path / "pw").write_text("hunter3\n")

    assert resolve_secret("${env:SHOP_PW}") == "hunter2"
    assert resolve_secret(f"${{file:{tmp_path}/pw}}") == "hunter3"


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("hunter2", "a secret must be written as '${env:NAME}' or '${file:/path}'"),
        (
            "${env:SHOP_PW_MISSING}",
            "secret '${env:SHOP_PW_MISSING}' has no value: set the environment variable 'SHOP_PW_MISSING'",
        ),
        (
            "${file:/nowhere/pw}",
            "secret '${file:/nowhere/pw}' cannot be read: No such file or directory; check the file '/nowhere/pw'",
        ),
    ],
)
def test_a_secret_that_cannot_be_read_says_what_to_do_and_never_shows_itself(reference, sentence):
    with pytest.raises(UsageError) as error:
        resolve_secret(reference)

    assert str(error.value) == sentence
    assert "hunter2" not in str(error.value)


def test_a_secret_file_that_is_not_utf8_is_told_without_its_bytes(tmp_path):
    path = tmp_path / "pw"
    path.write_bytes("schlüssel".encode("latin-1"))

    with pytest.raises(UsageError) as error:
        resolve_secret(f"${{file:{path}}}")

    assert str(error.value) == (
        f"secret '${{file:{path}}}' cannot be read: it is not UTF-8; check the file {str(path)!r}"
    )
    assert error.value.__context__ is None


def test_an_empty_secret_is_a_missing_one(monkeypatch):
    """An empty password was typed into the form, and the site was blamed for refusing it."""
    monkeypatch.setenv("SHOP_PW", "")

    with pytest.raises(UsageError, match="has no value"):
        resolve_secret("${env:SHOP_PW}")


def test_a_child_gets_this_environment_with_changes(monkeypatch):
    monkeypatch.setenv("KEPT", "1")

    assert {"KEPT": "1", "ADDED": "2"}.items() <= child_environment(ADDED="2").items()


@pytest.mark.parametrize(
    "variable", ["INSPECT_HOME", "INSPECT_DATABASE_URL", "INSPECT_CHROMIUM", "INSPECT_PORT"]
)
def test_an_empty_setting_is_refused(monkeypatch, variable):
    """`INSPECT_HOME=""` wrote ledger, gallery and Dagster's files into the current folder."""
    monkeypatch.setenv(variable, " ")

    with pytest.raises(UsageError) as error:
        Settings()

    assert (
        str(error.value) == f"the setting {variable} is empty; give it a value, or unset it for its default"
    )
