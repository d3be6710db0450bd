"""Every error this program raises on purpose. The branches differ in what happens next.

TriageError
├── ConfigError       ours to fix: the command ends with exit code 2 and names file, line, column and remedy
├── Unavailable       try again later: GitLab is down, slow or asks for less (429, 5xx, time-out)
│   └── Unauthorized  the token is not accepted (401): all writing pauses until it is
├── Refused           give up on this issue until something changes (403, 404, 422): journal and operations page
├── Fault             the program failed at an issue: ours to fix, and tried again meanwhile
└── Unsettled         the rules undo each other on an issue: ours to fix, that issue is left alone
"""

from traceback import walk_tb
from types import TracebackType

from app.core.problem import Problem, TriageError, Unsettled
from app.masking import masked

__all__ = [
    "ConfigError",
    "Fault",
    "Problem",
    "Refused",
    "TriageError",
    "Unauthorized",
    "Unavailable",
    "Unsettled",
]


class ConfigError(TriageError):
    """Rules, templates or settings are wrong. Holds all the faults found, not only the first."""

    def __init__(self, problems: list[Problem] | str) -> None:
        self.problems = [Problem("", 0, 0, masked(problems))] if isinstance(problems, str) else problems
        super().__init__("\n".join(str(p) if p.file else p.message for p in self.problems))


class Unavailable(TriageError):
    """GitLab could not answer now. `retry_after` is in seconds of machine time, where it is known.

    `everywhere` says that it is not about one issue: GitLab cannot be reached or is known to be down, or asks for less.
    Whoever counts an issue's own failures leaves these out.
    """

    def __init__(self, reason: str, retry_after: float | None = None, *, everywhere: bool = False) -> None:
        self.retry_after = retry_after
        self.everywhere = everywhere
        super().__init__(masked(reason))


class Unauthorized(Unavailable):
    """GitLab does not accept the token: nothing can be read or written until it does."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason, retry_after, everywhere=True)


class Refused(TriageError):
    """GitLab answered, and the answer is no. `status` is the HTTP status, 0 where there was none."""

    def __init__(self, reason: str, status: int = 0) -> None:
        self.status = status
        super().__init__(masked(reason))


class Fault(TriageError):
    """An error that nobody raised on purpose, at one issue.

    Its message may hold what people wrote there. With `hidden` only its kind and where it happened are told, and it is
    not even kept; else it is the cause.
    """

    def __init__(self, error: Exception, *, hidden: bool) -> None:
        kind, place = type(error).__name__, _place(error.__traceback__)
        super().__init__(f"{kind} at {place}" if hidden else masked(f"{kind}: {error} (at {place})"))
        self.__cause__ = None if hidden else error


def _place(trace: TracebackType | None) -> str:
    """The line of ours where it happened, and the one of a library that it came from, as `module:line`."""
    frames = [(str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(trace)]
    ours = [frame for frame in frames if frame[0].startswith("app.")]
    places = dict.fromkeys([*ours[-1:], *frames[-1:]])
    return ", in ".join(f"{module}:{line}" for module, line in places) or "a place unknown"
