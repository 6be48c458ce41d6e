"""A cron in its plainest form means the same, and nothing of it says more than it does."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given

from builders import NOW
from inspect_pipelines.domain.cron import FIELDS, Cron, expanded
from inspect_pipelines.domain.plain_cron import MEANT, plain
from inspect_pipelines.errors import UsageError
from written_crons import written

FIRES = 20
SURE = (0, 1, 3)  # minutes, hours and months; days are one thing with weekdays


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("@daily", "0 0 * * *"),
        ("*/90 * * * *", "0 * * * *"),
        ("*/45 * * * *", "0,45 * * * *"),
        ("*/7 * * * *", "0-56/7 * * * *"),
        ("0,15,30,45 * * * *", "*/15 * * * *"),
        ("5/15 * * * *", "5/15 * * * *"),
        ("0-59 * * * *", "* * * * *"),
        ("0 */5 * * *", "0 0,5,10,15,20 * * *"),
        ("0 */2 * * *", "0 */2 * * *"),
        ("0 1-23/2 * * *", "0 1/2 * * *"),
        ("0 8-18 * * *", "0 8-18 * * *"),
        ("0 9,10 * * *", "0 9,10 * * *"),
        ("0 0 1,2,3 * *", "0 0 1-3 * *"),
        ("0 0 */2 * *", "0 0 1-31/2 * *"),
        ("0 0 15,L * *", "0 0 15,L * *"),
        ("0 0 L * *", "0 0 L * *"),
        ("0 0 1 */2 *", "0 0 1 1,3,5,7,9,11 *"),
        ("0 0 1 1,2,3,4,5,7,9 *", "0 0 1 1,2,3,4,5,7,9 *"),
        ("0 0 * * mon-fri", "0 0 * * 1-5"),
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * 6-1", "0 0 * * 0,1,6"),
        ("0 0 * * 2-2", "0 0 * * *"),  # so it fires, as of croniter and of Dagster
        ("0 0 */1 2 1", "0 0 * 2 *"),
        ("0 0 1-31 * L0", "0 0 * * L0"),
        ("0 0 * * fri#3", "0 0 * * FRI#3"),
        ("0 0 * * l5", "0 0 * * L5"),
    ],
)
def test_what_is_meant_is_written_as_it_is_told(expression: str, meant: str) -> None:
    assert plain(expression) == meant


@given(written())
def test_the_plain_form_fires_at_the_same_times(expression: str) -> None:
    meant = plain(expression)

    assert Cron(meant).upcoming(NOW, FIRES) == Cron(expression).upcoming(NOW, FIRES)
    assert [expanded(meant)[at] for at in SURE] == [
        expanded(MEANT.get(expression, expression))[at] for at in SURE
    ]
    assert plain(meant) == meant


def test_a_step_goes_on_evenly_or_names_where_it_ends() -> None:
    for at, (step, first) in product((0, 1), product(range(2, 60), range(3))):
        _, _, high = FIELDS[at]
        if step > high:
            continue
        written_so = [f"{first}-{high}/{step}", "*"] if at == 0 else ["0", f"{first}-{high}/{step}"]

        field = plain(" ".join([*written_so, "* * *"])).split()[at]

        _, slash, told = field.partition("/")
        assert not slash or "-" in field or (high + 1) % int(told) == 0, field


def test_what_is_no_cron_has_no_plain_form() -> None:
    with pytest.raises(UsageError, match="minute must be 0-59, found 99"):
        plain("99 * * * *")
