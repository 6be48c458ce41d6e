"""The playbook's own masks, over all pictures of a session: one that is meant for some pages is no fault of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


class PageMasks:
    """What `page.mask` and `page.hide` have matched so far."""

    def __init__(self) -> None:
        self._matched: dict[str, bool] = {}

    def note(self, key: str, selectors: Iterable[str], unmatched: Collection[str]) -> None:
        """One more picture was taken.

        Args:
            key: `mask` or `hide`.
            selectors: The playbook's, filled.
            unmatched: What matched nothing there.
        """
        for selector in selectors:
            name = f"{key} {selector!r}"
            self._matched[name] = self._matched.get(name, False) or selector not in unmatched

    def idle(self) -> Iterator[str]:
        """Those that matched nothing in any picture, as `mask '.clock'`."""
        yield from (name for name, has_matched in self._matched.items() if not has_matched)
