"""What goes wrong on request: chosen API calls are refused, slowed down or cut off. Decides only; server.py acts."""

import random
import re
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from app.sandbox.errors import TOO_MANY, ApiError, unauthorized
from app.sandbox.throttle import used_up

Kind = Literal[
    "429", "500", "502", "503", "504", "401", "slow", "cut", "cut_after_write", "timeout_after_write", "any",
    "shuffle_label_events",
]  # fmt: skip
KEYS = {
    "kind", "method", "path", "times", "rate", "seed", "retry_after", "shape", "seconds", "user", "shuffle_label_events"
}  # fmt: skip
DEFAULT_SECONDS = {"slow": 5.0, "timeout_after_write": 30.0, "any": 30.0}
# What `any` draws from, each as likely as the next: 429 with and without Retry-After, servers' and proxies' errors, a
# connection cut before and after the write, an answer that takes too long, and one that never comes though it was done.
DRAWN: tuple[tuple[Kind, int | None], ...] = (
    ("429", 1), ("429", None), ("500", None), ("502", None), ("503", None), ("504", None), ("cut", None),
    ("cut_after_write", None), ("slow", None), ("timeout_after_write", None),
)  # fmt: skip


@dataclass
class Fault:
    """One thing that goes wrong. Where `method`, `path` or `user` is None, all are meant; `times` None means always."""

    kind: Kind
    method: str | None = None
    path: str | None = None
    times: int | None = None
    rate: float | None = None
    seed: int = 0
    retry_after: int | None = None
    shape: Literal["application", "rack"] = "application"
    seconds: float = 0.0
    user: str | None = None
    hits: int = 0
    drawn_kinds: dict[str, int] = field(default_factory=dict)
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def strikes(self, method: str, path: str, user: str | None) -> bool:
        """Whether this call is hit; it then counts."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method and self.method != method:
            return False
        if self.path and not re.search(self.path, path):
            return False
        if self.user and self.user != user:
            return False
        if self.rate is not None and self._random.random() >= self.rate:
            return False
        self.hits += 1
        return True

    def drawn(self) -> "Fault":
        """What happens now: of `any` one kind by chance, which comes out the same for the same seed."""
        if self.kind != "any":
            return self
        kind, wait = self._random.choice(DRAWN)
        self.drawn_kinds[kind] = self.drawn_kinds.get(kind, 0) + 1
        retry_after = self.retry_after if wait is not None and self.retry_after is not None else wait
        seconds = self.seconds if kind in DEFAULT_SECONDS else 0.0  # what is cut is cut at once
        return Fault(kind, retry_after=retry_after, shape=self.shape, seconds=seconds)

    def as_json(self) -> dict[str, Any]:
        shown = ("kind", "method", "path", "times", "rate", "retry_after", "seconds", "user", "hits")
        told = {name: getattr(self, name) for name in shown if getattr(self, name) is not None}
        return told | ({"drawn": self.drawn_kinds} if self.drawn_kinds else {})


def fault_from(values: Any) -> Fault:
    """One fault as the control endpoint takes it; ValueError says what is wrong with it."""
    if not isinstance(values, dict):
        raise ValueError("a fault is an object")
    if unknown := set(values) - KEYS:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(KEYS))}")
    values = dict(values)
    if values.pop("shuffle_label_events", False):
        values["kind"] = "shuffle_label_events"
    kind = str(values.get("kind"))
    if kind not in get_args(Kind):
        raise ValueError(f"unknown kind {kind!r}; known are {', '.join(get_args(Kind))}")
    for name, types in (
        ("method", str), ("path", str), ("user", str), ("times", int), ("seed", int), ("retry_after", int),
        ("rate", (int, float)), ("seconds", (int, float)),
    ):  # fmt: skip
        found = values.get(name)
        if found is not None and (not isinstance(found, types) or isinstance(found, bool)):
            raise ValueError(f"{name} has the wrong type")
        if isinstance(found, int | float) and found < 0:
            raise ValueError(f"{name} must not be negative")
    if values.get("shape", "application") not in ("application", "rack"):
        raise ValueError("shape is application or rack")
    try:
        re.compile(values.get("path") or "")
    except re.error as error:
        raise ValueError(f"path is no regular expression: {error}") from error
    if values.get("method"):
        values["method"] = values["method"].upper()
    if values.get("seconds") is None:
        values["seconds"] = DEFAULT_SECONDS.get(kind, 0.0)
    return Fault(**{**values, "kind": kind})


class Faults:
    """The faults that are set, the oldest first; the first that strikes is the one that happens."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        self._faults += faults

    def clear(self) -> None:
        self._faults = []

    def as_json(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._faults]

    def strike(self, method: str, path: str, user: str | None) -> Fault | None:
        """The fault that hits this call, if any."""
        calls = (f for f in self._faults if f.kind != "shuffle_label_events")
        return next((fault.drawn() for fault in calls if fault.strikes(method, path, user)), None)

    def shuffles(self, method: str, path: str, user: str | None) -> bool:
        """Whether label events are to be given in another order than by id."""
        kinds = (f for f in self._faults if f.kind == "shuffle_label_events")
        return any(fault.strikes(method, path, user) for fault in kinds)


def refusal(fault: Fault) -> ApiError | None:
    """The answer in place of the real one, for the faults that are answers; text bodies stand for proxies' pages."""
    wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    match fault.kind:
        case "401":
            return unauthorized()
        case "429" if fault.shape == "rack":
            return ApiError(429, "Retry later\n", wait | used_up(fault.retry_after or 60))
        case "429":
            return ApiError(429, {"message": TOO_MANY}, wait)
        case "500":
            return ApiError(500, {"message": "500 Internal Server Error"})
        case "502":
            return ApiError(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", wait)
        case "503":
            return ApiError(503, "<html><body><h1>503 Service Unavailable</h1></body></html>", wait)
        case "504":
            return ApiError(504, "<html><body><h1>504 Gateway Time-out</h1></body></html>")
        case _:
            return None
