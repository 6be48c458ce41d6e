from __future__ import annotations

from typing import Any

import pytest

from inspect_pipelines.domain.payload import Payload
from inspect_pipelines.domain.tolerant import MOST_REMARKS, Tolerant

READINGS: dict[str, Any] = {
    "text": None, "name": None, "repo": None, "sha": None, "url": None,
    "number": None, "moment": None, "flag": False, "items": [],
}  # fmt: skip


@pytest.mark.parametrize("reading", READINGS)
def test_what_cannot_be_read_is_left_out_and_told_once(reading: str) -> None:
    payload = Tolerant(Payload({"a": {"odd": True}}))

    found = [getattr(payload, reading)("a") for _ in range(2)]

    assert found == [READINGS[reading]] * 2
    assert len(payload.remarks) == 1


def test_what_is_fit_is_read_without_a_remark() -> None:
    payload = Tolerant(Payload({"a": {"b": "7"}}))

    assert (payload.at("a.b"), payload.number("a.b"), payload.names("x", at_most=1)) == ("7", 7, ())
    assert payload.remarks == []


def test_remarks_end_somewhere() -> None:
    payload = Tolerant(Payload({"a": 1}))

    for number in range(2 * MOST_REMARKS):
        payload.at(f"a.{number}")
        payload.url(f"a{number}.b.c")
        Tolerant(Payload({f"k{number}": 1}), payload.remarks).name(f"k{number}")

    assert len(payload.remarks) == MOST_REMARKS
