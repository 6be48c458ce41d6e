"""Third parties: whose script it is, by the registrable domain of its host."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from inspect_pipelines.domain.host import place_of

THIRD_PARTY = "third party"  # as a finding calls it


def is_third_party(url: str, target: str) -> bool:
    """Whether an address belongs to another registrable domain than the target's; where one of them has no host, it does not.

    `cdn.shop.co.uk` is of `www.shop.co.uk`; `ada.github.io` is nobody of `bob.github.io`.
    """
    theirs, ours = (_registrable(place_of(each)[0]) for each in (url, target))
    return bool(theirs and ours) and theirs != ours


def _registrable(host: str) -> str:
    """An address of numbers and a name without dots stand for themselves."""
    if not host or ":" in host or host.rpartition(".")[2].isdigit():
        return host
    return _suffixes().privatesuffix(host) or host


@cache
def _suffixes() -> PublicSuffixList:
    """The list that came with the library: nothing is fetched."""
    return PublicSuffixList()
