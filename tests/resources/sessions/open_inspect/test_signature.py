"""Signatures are those of the vectors, which JavaScript's own encodeURIComponent, URLSearchParams and HMAC have made."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sessions.open_inspect.signature import canonical_query, signature
from stand_ins.open_inspect import expected_signature

GOLDEN = json.loads((Path(__file__).parent / "signatures.json").read_text(encoding="utf-8"))
VECTORS = [pytest.param(each, id=each["about"]) for each in GOLDEN["vectors"]]


def given_to(signs: Any, vector: dict[str, Any]) -> str:
    signed: str = signs(
        secret=GOLDEN["secret"],
        service=GOLDEN["service"],
        timestamp_ms=GOLDEN["timestamp_ms"],
        nonce=GOLDEN["nonce"],
        method=vector["method"],
        path=vector["path"],
        query=vector["query"],
        body=base64.b64decode(vector["body_base64"]),
        actor=vector["actor"],
    )
    return signed


@pytest.mark.parametrize("vector", VECTORS)
def test_a_request_is_signed_as_the_golden_vector_says(vector: dict[str, Any]) -> None:
    assert canonical_query(vector["query"]) == vector["canonical_query"]
    assert given_to(signature, vector) == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_stand_in_expects_what_the_golden_vector_says(vector: dict[str, Any]) -> None:
    assert given_to(expected_signature, vector) == vector["signature"]


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5))
def test_the_order_in_which_a_query_is_written_changes_nothing(pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    def written(some: list[tuple[str, str]]) -> str:
        return urlencode([(k.encode("utf-8", "replace"), v.encode("utf-8", "replace")) for k, v in some])

    assert canonical_query(written(pairs)) == canonical_query(written(pairs[::-1]))
