"""Charts as the server draws them: lines and bars as SVG, out of an answer's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.drift import Drift
from inspect_pipelines.ports.history import Answered
from inspect_pipelines.queries.insight import Question

WIDTH, HEIGHT, EDGE = 320.0, 56.0, 3.0  # of a line's drawing, in its own units
LINE_OF_TEXT = 14.0  # between two figures at one edge


@dataclass(frozen=True, slots=True)
class Line:
    """One series over time.

    Attributes:
        points: `x,y x,y`, as SVG has it.
        limit: How high too much begins; None: nothing does.
    """

    name: str
    points: str
    dots: tuple[tuple[float, float], ...]
    first: str
    last: str
    newest: float
    lowest: float
    highest: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: float
    percent: float  # of the largest


def lines(question: Question, answer: Answered) -> list[Line]:
    """A line for each series, in the answer's order; rows without a number are left out."""
    at = _places(question, answer)
    if at is None:
        return []
    series, along, value, limit = at
    found: dict[str, list[tuple[str, float, float | None]]] = {}
    for row in answer.rows:
        if (number := _number(row[value])) is not None:
            most = _number(row[limit]) if limit is not None else None
            found.setdefault(str(row[series]), []).append((str(row[along]), number, most))
    return [line_of(name, rows, question.top) for name, rows in found.items()]


def line_of(name: str, rows: Sequence[tuple[str, float, float | None]], top: float | None) -> Line:
    """A series as it is drawn.

    Args:
        name: Its.
        rows: (when, how much, from where on it is too much) in their order.
        top: The largest value that there can be; None: the largest one there is.
    """
    values = [value for _, value, _ in rows]
    limit = rows[-1][2]
    high = top or max([*values, limit or 0.0]) or 1.0
    step = (WIDTH - 2 * EDGE) / max(1, len(rows) - 1)

    def height(value: float) -> float:
        return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / high, 1)

    dots = tuple((round(EDGE + step * number, 1), height(value)) for number, value in enumerate(values))
    return Line(
        name,
        " ".join(f"{x},{y}" for x, y in dots),
        dots if len(dots) == 1 else dots[-1:],
        rows[0][0],
        rows[-1][0],
        values[-1],
        min(values),
        max(values),
        None if limit is None else height(limit),
    )


def bars(question: Question, answer: Answered) -> list[Bar]:
    """A bar for each row."""
    names = [one.name for one in answer.columns]
    if question.series not in names or question.value not in names:
        return []
    series, value = names.index(question.series), names.index(question.value)
    known = [(str(row[series]), _number(row[value])) for row in answer.rows]
    given = [(name, number) for name, number in known if number is not None]
    largest = question.top or max((number for _, number in given), default=0.0) or 1.0
    return [Bar(name, number, round(100 * number / largest, 2)) for name, number in given]


@dataclass(frozen=True, slots=True)
class Dot:
    """A run in a chart of drift."""

    x: float
    y: float
    at: datetime
    score: float
    is_over: bool  # the tolerance


@dataclass(frozen=True, slots=True)
class DriftChart:
    """A view's scores over its runs, in units of the drawing.

    Attributes:
        limit: How high the tolerance is.
        top: How high the highest score is; None: too near to the tolerance to be named beside it.
        highest: That score.
        has_zero: There is room for it below the tolerance.
    """

    points: str
    dots: tuple[Dot, ...]
    limit: float
    top: float | None
    highest: float
    has_zero: bool = True
    width: float = 720.0
    height: float = 200.0
    left: float = 64.0
    right: float = 708.0
    bottom: float = 184.0


def drift_chart(drift: Drift) -> DriftChart:
    """Of a drift in which something was measured."""
    plain = DriftChart("", (), 0.0, None, 0.0)
    scores = [score for _, score in drift.measured]
    high = 1.1 * max([*scores, drift.tolerance]) or 1.0
    step = (plain.right - plain.left) / max(1, len(scores) - 1)

    def height(score: float) -> float:
        return round(plain.bottom * (1 - score / high), 1)

    dots = tuple(
        Dot(round(plain.left + step * number, 1), height(score), one.at, score, score > drift.tolerance)
        for number, (one, score) in enumerate(drift.measured)
    )
    limit, top = height(drift.tolerance), height(max(scores))
    is_apart = min(abs(top - limit), abs(top - plain.bottom)) > LINE_OF_TEXT
    points = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    has_zero = plain.bottom - limit > LINE_OF_TEXT
    return replace(
        plain,
        points=points,
        dots=dots,
        limit=limit,
        top=top if is_apart else None,
        highest=max(scores),
        has_zero=has_zero,
    )


def _places(question: Question, answer: Answered) -> tuple[int, int, int, int | None] | None:
    names = [one.name for one in answer.columns]
    if not {question.series, question.along, question.value} <= {*names}:
        return None
    limit = names.index(question.limit) if question.limit in names else None
    return names.index(question.series), names.index(question.along), names.index(question.value), limit


def _number(value: object) -> float | None:
    """A number as JSON has it, also where it came as text."""
    try:
        return float(str(value))
    except ValueError:
        return None
