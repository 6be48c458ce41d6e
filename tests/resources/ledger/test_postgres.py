"""What only the PostgreSQL ledger meets; everything both keep is in tests/contracts/test_ledger.py."""

from __future__ import annotations

import socket

import pytest

from inspect_pipelines.errors import Unavailable, UsageError
from resources.ledger.store import create_ledgers


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@db/qa", "mysql://me:secret@db/qa", "postgres://db/qa"]
)
def test_a_url_of_another_driver_is_refused_with_the_right_spelling(url):
    with pytest.raises(UsageError, match=r"write it as 'postgresql\+psycopg://user:password@host") as told:
        create_ledgers(url)

    assert "secret" not in str(told.value)


def test_a_text_that_is_no_url_is_refused():
    with pytest.raises(UsageError, match="INSPECT_DATABASE_URL is not a database URL"):
        create_ledgers("postgresql+psycopg://host:no-port/qa")


def test_a_server_that_does_not_answer_is_told_without_its_password():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        ledger = create_ledgers(f"postgresql+psycopg://me:s3cret@127.0.0.1:{taken.getsockname()[1]}/qa")

        with pytest.raises(Unavailable, match=r"does not answer: .* check INSPECT_DATABASE_URL") as told:
            ledger.migrate()

    assert "s3cret" not in str(told.value)
    ledger.close()
