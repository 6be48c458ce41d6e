"""Where a lake is, as settings say it; what lakes do is played in tests/contracts/test_lake.py."""

from __future__ import annotations

import pytest

from inspect_pipelines.errors import UsageError
from resources.history.lake import lake_of

BUCKET = {"data": "s3://facts/shop", "key": "qa", "secret": "s3cret"}


@pytest.mark.parametrize(
    "address",
    [
        "ducklake:postgres:host=db port=5433 user=qa dbname=facts password='it''s'",
        "ducklake:postgres: dbname = facts user=qa host=db port=5433 password=p\\w",
        "ducklake:postgres:postgresql://qa:hid%40den@db:5433/facts",
    ],
)
def test_the_catalogue_is_told_without_its_password(address: str) -> None:
    if "''" in address:
        with pytest.raises(UsageError, match="not written as libpq's keywords"):
            lake_of(address, "/facts")  # libpq escapes with a backslash
        address = address.replace("''", "\\'")

    lake = lake_of(address, "/facts")

    assert set(lake.catalogue.split()) == {"host=db", "port=5433", "user=qa", "dbname=facts"}
    assert lake.password in ("it's", "pw", "hid@den")
    assert lake.password not in f"{lake} {lake!r} {lake.address}"
    assert lake.data == "/facts/"


def test_a_bucket_is_asked_as_somebody_and_its_secret_is_not_shown() -> None:
    lake = lake_of("ducklake:postgres:dbname=facts", **BUCKET)

    assert (lake.data, lake.is_in_bucket) == ("s3://facts/shop/", True)
    assert "s3cret" not in repr(lake)


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        ("ducklake:sqlite:facts.db", "/facts", "INSPECT_HISTORY names no history"),
        ("postgresql://qa:hidden@db/facts", "/facts", "INSPECT_HISTORY names no history"),
        ("ducklake:postgres:host=db password=hidden", "/facts", "names no database"),
        ("ducklake:postgres:dbname=facts hidden", "/facts", "not written as libpq's keywords"),
        ("ducklake:postgres:postgresql://qa:hidden@db:port/facts", "/facts", "cannot be read"),
        ("ducklake:postgres:dbname=facts", None, "say INSPECT_HISTORY_DATA"),
        ("ducklake:postgres:dbname=facts", "facts", "'facts' is no absolute path"),
        ("ducklake:postgres:dbname=facts", "gs://facts", "neither a folder nor s3://"),
        ("ducklake:postgres:dbname=facts", "s3://", "neither a folder nor s3://"),
        ("ducklake:postgres:dbname=facts", "s3://qa:hidden@facts/shop", "holds a user name or a password"),
        ("ducklake:postgres:dbname=facts", "s3://facts/shop", "nobody says as whom"),
    ],
)
def test_what_says_no_lake_is_refused_without_a_secret_in_the_sentence(
    address: str, data: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        lake_of(address, data)

    assert "hidden" not in str(refused.value)
