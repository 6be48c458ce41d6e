from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from builders import NOW, a_finding, a_merge, a_screenshot, a_session, a_view
from history_builders import a_comparison
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.queries.json_shape import FLAT, to_json
from inspect_pipelines.queries.runs import RunSummary
from inspect_pipelines.stored.serial import dump_json


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    id: str
    at: datetime


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(metadata=FLAT)
    colours: tuple[Colour, ...] = (Colour.RED,)


def test_times_are_written_in_utc_and_enums_as_their_values() -> None:
    berlin = datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=1)))

    assert to_json([berlin, NOW.replace(microsecond=1500), date(2026, 11, 22), RunStatus.PASSED]) == [
        "2026-11-22T07:00:00Z",
        "2026-11-22T07:00:00.001500Z",
        "2026-11-22",
        "passed",
    ]


def test_the_fields_of_a_flat_field_stand_in_its_place() -> None:
    assert to_json(Outer(Inner("a", NOW))) == {
        "id": "a",
        "at": "2026-11-22T07:00:00Z",
        "colours": ["red"],
    }


def test_views_are_written_as_everywhere_also_as_keys() -> None:
    assert to_json({a_view(): a_view()}) == {"shop/home@desktop": "shop/home@desktop"}


def test_unknown_is_null_and_not_zero() -> None:
    assert to_json([None, float("nan"), float("inf"), 0, 0.0, False]) == [None, None, None, 0, 0.0, False]


def test_half_a_surrogate_which_a_page_may_show_can_be_printed() -> None:
    text = json.dumps(to_json({"a\ud800": "é\udfff"}), ensure_ascii=False)

    assert text.encode() == '{"a\N{REPLACEMENT CHARACTER}": "é\N{REPLACEMENT CHARACTER}"}'.encode()


def test_a_span_is_seconds() -> None:
    assert to_json(timedelta(minutes=1.5)) == 90.0


def test_what_has_no_shape_is_a_defect_that_is_seen() -> None:
    with pytest.raises(TypeError, match="object has no JSON shape"):
        to_json(object())


@pytest.mark.parametrize(
    "value",
    [a_session(findings=(a_finding(),), screenshots=(a_screenshot(),)), a_comparison(), a_merge()],
    ids=lambda value: type(value).__name__,
)
def test_domain_values_have_the_names_and_texts_that_are_stored(value: object) -> None:
    assert to_json(value) == json.loads(dump_json(value))


def test_the_names_that_programs_read_of_a_run_stay() -> None:
    """Scripts read them since the first release; another name would break each of them."""
    assert [one.name for one in fields(RunSummary)] == [
        "id",
        "org_id",
        "origin",
        "definition_id",
        "definition_kind",
        "nominal_at",
        "requested_at",
        "timeout_minutes",
        "status",
        "reason",
        "variables",
        "requested_by",
        "dagster_run_id",
        "retry_of",
        "buffered_at",
        "claimed_at",
        "deadline_at",
        "completed_at",
        "took_seconds",
        "reviewed_as",
        "report",
        "selection",
        "against",
    ]
