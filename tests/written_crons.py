"""Crons as people write them: lists, ranges, steps, names, aliases, days by their week."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from inspect_pipelines.domain.cron import ALIASES, FIELDS, Cron
from inspect_pipelines.errors import UsageError

NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
DAY, WEEKDAY = 2, 4


def written() -> SearchStrategy[str]:
    """Valid ones of every kind."""
    fields = st.tuples(*(_field(at) for at in range(len(FIELDS)))).map(" ".join)
    return st.one_of(fields, st.sampled_from(ALIASES)).filter(_is_one)


def _field(at: int) -> SearchStrategy[str]:
    _, low, high = FIELDS[at]
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    step = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high)).map(
        lambda two: f"{two[0]}/{two[1]}"
    )
    parts = [number.map(str), span, step]
    if at in NAMES:
        parts.append(st.sampled_from(NAMES[at]))
    listed = st.lists(st.one_of(*parts), min_size=1, max_size=4).map(",".join)
    whole = [st.just("*"), number.map(str), listed]
    if at == DAY:
        whole += [st.just("L"), number.map(lambda day: f"{day},L")]
    if at == WEEKDAY:
        by_week = st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda two: f"{two[0]}#{two[1]}")
        whole += [st.lists(by_week, min_size=1, max_size=2, unique=True).map(",".join)]
        whole += [st.integers(0, 6).map(lambda day: f"L{day}")]
    return st.one_of(*whole)


def _is_one(expression: str) -> bool:
    try:
        Cron(expression)
    except UsageError:
        return False
    return True
