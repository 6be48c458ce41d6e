"""A cron as a sentence: `At 02:30, Monday through Friday`; for people who do not read crons, beside the cron itself."""

from __future__ import annotations

from functools import lru_cache

from cron_descriptor import DescriptionTypeEnum, ExpressionDescriptor, Options

from inspect_pipelines.domain.plain_cron import is_of_month, plain

OF_WEEK = DescriptionTypeEnum.DAYOFWEEK
# What the library's words leave out or say oddly; tests/queries/test_cron_words.py plays them against what fires.
REWORDED = (
    ("At 0 minutes past the hour, ", "Every hour, "),
    (" and L of the month", " and on the last day of the month"),
    (" 1 minutes past", " 1 minute past"),
)


@lru_cache(maxsize=4096)
def cron_sentence(expression: str) -> str:
    """When it fires, on the clock of its zone.

    Raises:
        UsageError: The expression is no cron.
    """
    *rest, weekdays = plain(expression).split()
    several = weekdays.split(",") if is_of_month(weekdays) else [weekdays]
    told: str = _words(" ".join([*rest, several[0]])).get_description()
    if len(several) > 1:  # the library tells `5#1,5#3` as "the  Friday and Friday"
        first, *others = (_words(f"* * * * {one}").get_description(OF_WEEK) for one in several)
        told = told.replace(first, " and".join([first, *(one[1:] for one in others)]))
    for theirs, ours in REWORDED:
        told = told.replace(theirs, ours)
    return told


def _words(meant: str) -> ExpressionDescriptor:
    return ExpressionDescriptor(meant, Options(use_24hour_time_format=True, locale_code="en_US"))
