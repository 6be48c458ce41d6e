"""Argon2id, by the library."""

from __future__ import annotations

from inspect_pipelines.ports.hasher import Verified
from resources.hashes import Argon2Hashes

CHEAP = Argon2Hashes(memory_kib=8)


def test_a_password_is_known_again_by_its_hash_and_another_is_not() -> None:
    kept = CHEAP.hash("kettle of brave otters")

    assert kept.startswith("$argon2id$")
    assert kept != CHEAP.hash("kettle of brave otters")  # each has a salt of its own
    assert CHEAP.verify("kettle of brave otters", kept) == Verified(is_right=True)
    assert CHEAP.verify("kettle of brave otter", kept) == Verified(is_right=False)
    assert CHEAP.verify("x", "no hash at all") == Verified(is_right=False)


def test_where_there_is_none_no_password_is_right_not_even_the_one_that_is_hashed_instead() -> None:
    for text in ("", "the password of nobody", "kettle"):
        assert CHEAP.verify(text, None) == Verified(is_right=False)


def test_a_hash_that_is_weaker_than_usual_is_made_anew() -> None:
    old = CHEAP.hash("kettle of brave otters")

    found = Argon2Hashes(memory_kib=16).verify("kettle of brave otters", old)

    assert found.is_right
    assert found.renewed is not None
    assert "m=16" in found.renewed


def test_it_costs_what_owasp_asks_for() -> None:
    assert "m=47104,t=1,p=1" in Argon2Hashes().hash("kettle of brave otters")
