"""Everything that can go wrong, in one tree; a message says what was asked, what is wrong, what to do next.

InspectError                      exit code   may a retry help?
|- UsageError                         2       no   a command, a file or a value that a person must change
|  |- ConfigInvalid                   2       no   YAML documents, all their errors at once
|  |- NotFound                        2       no   an id that names nothing
|  |- Refused                         2       no   allowed in principle, but not like this (needs --force, is concluded, ..)
|  |- Unauthenticated                 2       no   whoever asks over the web did not say who they are, or not so that we believe it
|  `- Forbidden                       2       no   we know who asks, and they may not
|- Unreadable                         3       no   a picture or a stored file that cannot be decoded
|- SetupMissing                       3       no   Chromium, a driver, a database: `inspect-pipelines doctor` says how to get it
|- Overtaken                          3       no   we were the one that does it; another one has taken over meanwhile
|- ChannelError                       3    it says  a message that did not arrive
`- Unavailable                        3       yes  a lock, a disk, a service that may answer the next time
   `- SessionCrashed                  3       yes  the browser or its worker died; ours, never the site's
"""

from __future__ import annotations


class InspectError(Exception):
    """Base of all our errors."""

    exit_code = 3
    retry_may_help = False


class UsageError(InspectError):
    """A person has to change what was asked."""

    exit_code = 2


class ConfigInvalid(UsageError):
    """One or more documents do not say what they must.

    Args:
        problems: One sentence each, already with `file:line:column path message`, in file order.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([*problems, f"{count}; nothing was changed"]))


class NotFound(UsageError):
    """An id or a name that names nothing."""


class Refused(UsageError):
    """Something that is possible, but not in this state or not without a flag."""


class Unauthenticated(UsageError):
    """Nobody whom we know asks.

    Args:
        is_bad_token: A token was shown, and opens nothing.
    """

    def __init__(self, message: str, *, is_bad_token: bool = False) -> None:
        super().__init__(message)
        self.is_bad_token = is_bad_token


class Forbidden(UsageError):
    """We know who asks, and they may not."""


class Unreadable(InspectError):
    """A picture or a stored file that cannot be decoded; never a pass."""


class SetupMissing(InspectError):
    """Something that set-up should have put on the machine."""


class Overtaken(InspectError):
    """Another one has taken over what this one did alone; it goes on there."""


class ChannelError(InspectError):
    """A message that did not arrive, as far as the service says.

    Args:
        is_permanent: Another try would be refused alike.
        retry_after_seconds: How long the service says to wait; None: it does not say.
    """

    def __init__(self, message: str, *, is_permanent: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_may_help = not is_permanent
        self.retry_after_seconds = retry_after_seconds


class Unavailable(InspectError):
    """Something outside of the process did not answer; another try may help."""

    retry_may_help = True


class SessionCrashed(Unavailable):
    """The browser or its worker died under a session."""
