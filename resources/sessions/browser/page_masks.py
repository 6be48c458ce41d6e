"""The playbook's own masks, over all pictures of a session: one that is meant for some pages is no fault of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


class PageMasks:
    """What `page.mask` has matched so far."""

    def __init__(self) -> None:
        self._matched: dict[str, bool] = {}

    def note(self, selectors: Iterable[str], unmatched: Collection[str]) -> None:
        """One more picture was taken.

        Args:
            selectors: The playbook's, filled.
            unmatched: What matched nothing there.
        """
        for selector in selectors:
            self._matched[selector] = self._matched.get(selector, False) or selector not in unmatched

    def idle(self) -> Iterator[str]:
        """Those that matched nothing in any picture."""
        yield from (selector for selector, has_matched in self._matched.items() if not has_matched)
