"""Any of several: a view may have more than one approved picture, and a run is right that looks as any one of them, as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from string import ascii_uppercase

from inspect_pipelines.domain.baseline import Baseline, BaselineImage, Variant, image_of
from inspect_pipelines.domain.comparison import Beside, Comparison, Outcome
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.screenshot import Screenshot, View

FIRST = "A"  # what the only picture of a view is called
MOST_PICTURES = 5  # of a view; each is one comparison more where nothing looks as approved
UNSEEN = timedelta(
    days=30
)  # that the view is seen without a picture of it, before the picture is offered for removal
LONGEST_VARIANT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Word:
    """By which a picture becomes a further one of its view."""

    by: str
    at: datetime  # UTC, as the end
    until: datetime | None = None
    note: str = ""


def pictures(image: BaselineImage) -> tuple[BaselineImage, ...]:
    """All that are approved of a view, each by itself, the first one first."""
    return (replace(image, variants=()), *(one.picture for one in image.variants))


def named(view: View, letter: str) -> str:
    """A picture of a view, as people are told of it."""
    return str(view) if letter == FIRST else f"{view}, variant {letter},"


def hashes(image: BaselineImage | None) -> frozenset[Sha256]:
    """Of all that are approved of a view; of none there are none."""
    return frozenset(one.sha256 for one in pictures(image)) if image else frozenset()


def in_force(baseline: Baseline | None, at: datetime) -> Baseline | None:
    """The baseline without the variants that had ended by then."""
    if baseline is None or not any(image.variants for image in baseline.images.values()):
        return baseline
    return replace(baseline, images={view: _in_force(image, at) for view, image in baseline.images.items()})


def as_compared(baseline: Baseline | None, comparisons: Iterable[Comparison]) -> Baseline | None:
    """The baseline with one picture a view: the one that a run was compared with.

    So whatever is asked of it (the environment, drift, what a rule may move) is asked of that picture, and of no other.
    """
    if baseline is None or not any(image.variants for image in baseline.images.values()):
        return baseline
    letters = letters_of(comparisons)
    return replace(
        baseline,
        images={view: meant(image, letters.get(view, "")) for view, image in baseline.images.items()},
    )


def meant(image: BaselineImage, letter: str) -> BaselineImage:
    """The picture of that letter, by itself; the first one where there is none of it."""
    found = pictures(image)
    return next((one for one in found if one.letter == letter), found[0])


def any_of(
    image: BaselineImage, looks: Callable[[BaselineImage], Comparison], first: Sequence[str] = ()
) -> Comparison:
    """The comparison with the first approved picture that a new one passes beside, and with the nearest where it passes beside none.

    It is one picture as a whole or none: what one of them excuses is never added to what another one does. Where one of
    them cannot be read and no other is passed, nobody can say what the view looks as, and that is told.

    Args:
        image: Of a view with variants.
        looks: Compares with one of them.
        first: The letters to begin with; the others follow in their order.
    """
    wanted = {letter: at for at, letter in enumerate(dict.fromkeys(first))}
    order = sorted(pictures(image), key=lambda one: wanted.get(one.letter, len(wanted)))
    seen: list[Comparison] = []
    for one in order:
        found = replace(looks(one), variant=one.letter)
        if found.passed:
            told = f", variant {one.letter} of {len(order)}" if len(order) > 1 else ""
            return replace(found, reason=f"{found.reason}{told}")
        seen.append(found)
    unreadable = [found for found in seen if found.outcome is Outcome.UNREADABLE]
    nearest = min(unreadable or seen, key=lambda found: (found.score, found.layout_px, found.variant))
    others = tuple(
        Beside(found.variant, found.old_sha256, found.score, found.fingerprint)
        for found in seen
        if found is not nearest and found.old_sha256 is not None
    )
    if unreadable or len(order) == 1:
        return replace(nearest, besides=others)
    told = f"none of {len(order)} variants looks so, {nearest.variant} is the nearest"
    return replace(nearest, reason=f"{nearest.reason}; {told}", besides=others)


def put(
    image: BaselineImage | None, new: BaselineImage, letter: str = "", word: Word | None = None
) -> BaselineImage:
    """What is approved of a view once a person says that a picture is right instead of the one that it was compared with.

    Args:
        image: Before; None: nothing was.
        new: It takes the letter and the end of the one whose place it takes; where it is approved already, only its own.
        letter: Of the picture that it was compared with.
        word: The person's; None: a rule says so.
    """
    if image is None:
        return new
    same = next((one for one in pictures(image) if one.sha256 == new.sha256), None)
    old = same or meant(image, letter)
    fresh = replace(new, letter=old.letter, variants=())
    if old.letter == image.letter:
        return replace(fresh, variants=image.variants)

    def renewed(one: Variant) -> Variant:
        if one.picture.letter != old.letter:
            return one
        return replace(one, picture=fresh, by=word.by, at=word.at) if word else replace(one, picture=fresh)

    return replace(image, variants=tuple(map(renewed, image.variants)))


def put_beside(image: BaselineImage, new: BaselineImage, word: Word) -> BaselineImage:
    """What is approved of a view once a person says that a picture is right as well; variants that have ended make room."""
    live = _in_force(image, word.at)
    fresh = replace(new, letter=_free(image), variants=())
    added = Variant(fresh, word.by, word.at, word.until, word.note)
    return replace(live, variants=(*live.variants, added))


def taken_over(
    images: Mapping[View, BaselineImage],
    shots: Iterable[Screenshot],
    run_id: RunId,
    letters: Mapping[View, str] | None = None,
    word: Word | None = None,
) -> dict[View, BaselineImage]:
    """What is approved of these views once a run's pictures are right instead of those that they were compared with.

    Args:
        images: Approved before.
        letters: Of the pictures that they were compared with.
        word: The person's; None: a rule says so.
    """
    known = letters or {}
    return {
        shot.view: put(images.get(shot.view), image_of(shot, run_id), known.get(shot.view, ""), word)
        for shot in shots
    }


def joined(
    images: Mapping[View, BaselineImage], shots: Iterable[Screenshot], run_id: RunId, word: Word
) -> dict[View, BaselineImage]:
    """What is approved of these views, of which something is, once a run's pictures are right as well."""
    return {shot.view: put_beside(images[shot.view], image_of(shot, run_id), word) for shot in shots}


def letters_of(comparisons: Iterable[Comparison]) -> dict[View, str]:
    """Of the approved picture that each view was compared with."""
    return {one.view: one.variant for one in comparisons}


def unfit(view: View, image: BaselineImage | None, found: Comparison | None, at: datetime) -> str:
    """Why what a run shows cannot become a further picture of a view, as a sentence; empty: it can."""
    if image is None:
        return f"nothing is approved of view '{view}' yet, so it has no variants: approve its picture"
    if found is None or found.new_sha256 is None:
        return f"the run shows no picture of view '{view}' that was compared, so there is none to approve"
    if found.outcome is Outcome.UNREADABLE:
        return f"a picture of view '{view}' cannot be read, so nobody can have seen it"
    if found.new_sha256 in hashes(_in_force(image, at)) or found.looks_as_approved:
        return f"view '{view}' looks as approved already"
    if found.is_adrift:
        return f"view '{view}' drifted from an approved picture, and still passes beside it: approve it in its place"
    return full(view, image, at)


def full(view: View, image: BaselineImage, at: datetime) -> str:
    """That a view has as many approved pictures as it may; empty: one more fits."""
    count = len(pictures(_in_force(image, at)))
    if count < MOST_PICTURES:
        return ""
    return (
        f"view '{view}' has {count} approved pictures, which is as many as a view may have; approve it in the place of "
        "one, or take one away with: inspect-pipelines baselines variants remove"
    )


def without(image: BaselineImage, letter: str) -> BaselineImage | None:
    """What is left approved of a view; None: it has no picture of that letter, or no other one."""
    if letter == image.letter and image.variants:
        first, *rest = image.variants
        return replace(first.picture, variants=tuple(rest))
    left = tuple(one for one in image.variants if one.picture.letter != letter)
    return replace(image, variants=left) if len(left) < len(image.variants) else None


def unseen(image: BaselineImage, last_seen: Mapping[str, datetime], at: datetime) -> dict[str, str]:
    """Why each picture of a view that nobody needs any more is offered for removal, by its letter, as a clause.

    One that no run has shown for 30 days while runs did show another one; a view that nobody looked at says nothing of
    any. And a variant that has ended.

    Args:
        last_seen: When a passing run showed each of them last, by its letter, UTC.
        at: Now, UTC.
    """
    if not image.variants:
        return {}
    since = {one.picture.letter: one.at for one in image.variants}
    oldest = min(since.values())  # from then on nobody could expect to see the first one each time
    ended = {one.picture.letter: one.until for one in image.variants if has_ended(one, at)}
    seen = {one.letter: last_seen.get(one.letter, since.get(one.letter, oldest)) for one in pictures(image)}
    newest = max(last_seen.values(), default=oldest)
    told: dict[str, str] = {}
    for letter, when in seen.items():
        if end := ended.get(letter):
            told[letter] = f"it ended on {end:%Y-%m-%d}"
        elif newest - when >= UNSEEN:
            told[letter] = f"no run has shown it since {when:%Y-%m-%d}, while others of the view were shown"
    return told


def has_ended(variant: Variant, at: datetime) -> bool:
    return variant.until is not None and variant.until <= at


def _in_force(image: BaselineImage, at: datetime) -> BaselineImage:
    live = tuple(one for one in image.variants if not has_ended(one, at))
    return image if len(live) == len(image.variants) else replace(image, variants=live)


def _free(image: BaselineImage) -> str:
    """The first letter after all that are taken, else the first that is free: one that is gone should not mean another picture soon."""
    taken = {one.letter for one in pictures(image)}
    after = [letter for letter in ascii_uppercase if letter > max(taken)]
    return after[0] if after else next(letter for letter in ascii_uppercase if letter not in taken)
