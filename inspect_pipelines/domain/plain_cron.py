"""A cron in its plainest form: what it means, without the ways of writing that say something else to people who read them.

`*/45` of minutes is `0,45` (nobody waits 45 minutes from 45 to 0), `7` of weekdays is `0`, `@daily` is `0 0 * * *`. What stays is
what can be told in words without a second look: all, a list, a range, and steps that come out even or name both ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from inspect_pipelines.domain.cron import FIELDS, expanded

FEW = 6  # values that are told one by one rather than as a range or as steps
MINUTE, HOUR, DAY, MONTH, WEEKDAY = range(5)  # of the fields
DAYS, WEEKDAYS = 31, 7
LAST_DAY = "l"  # of the month, as it stands among values
MEANT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def plain(expression: str) -> str:
    """The same times, as five fields.

    Raises:
        UsageError: The expression is no cron.
    """
    written = MEANT.get(expression, expression).split()
    values = expanded(expression)
    if len(values[DAY]) == DAYS or len(values[WEEKDAY]) == WEEKDAYS:  # `*/1`: days or weekdays are every day
        written[DAY] = "*"
        written[WEEKDAY] = written[WEEKDAY] if is_of_month(written[WEEKDAY]) else "*"
        values = expanded(" ".join(written))
    return " ".join(
        text.upper() if at == WEEKDAY and is_of_month(text) else _plain(at, found)
        for at, (text, found) in enumerate(zip(written, values, strict=True))
    )


def is_of_month(weekdays: str) -> bool:
    """Whether it means days of one week of the month, `5#3` or `L5`, which the values do not tell from each week's."""
    return "#" in weekdays or weekdays[:1] in ("L", "l")


def _plain(at: int, values: Sequence[int | str]) -> str:
    if "*" in values:
        return "*"
    numbers = sorted(value for value in values if isinstance(value, int))
    listed = ",".join(map(str, numbers))
    if LAST_DAY in values:
        return f"{listed},L" if numbers else "L"
    step, size = _step(numbers), FIELDS[at][2] + 1
    is_even = step * len(numbers) == size  # it goes on over the hour or midnight as within it
    is_long = len(numbers) > FEW
    if is_even and (at == MINUTE or (at == HOUR and is_long)):
        return f"*/{step}" if numbers[0] == 0 else f"{numbers[0]}/{step}"
    if step == 1 and (is_long or (at > HOUR and len(numbers) > 2)):
        return f"{numbers[0]}-{numbers[-1]}"
    if step and is_long and at != MONTH:
        return f"{numbers[0]}-{numbers[-1]}/{step}"
    return listed


def _step(numbers: Sequence[int]) -> int:
    """How far each is from the one before; 0: not all as far, or there is one only."""
    steps = {after - before for before, after in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else 0
