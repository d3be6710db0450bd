"""What looking at a condition gives: whether it is so, since when, and when time alone could change that.

It may be unknown as well: of a group that cannot be read nobody can say who is in it. What is unknown never counts as
so, not even behind a `not`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from app.core.plan import Clause

LENGTH = 60  # of a value that a reason quotes


class Seen(NamedTuple):
    """One condition as it is at one instant.

    `holds` is None where it cannot be known. `since` is the instant from which it has been as it is now, so or not so;
    `cause_at` the one at which what made it so began in GitLab: for an age the one counts from, never when it was
    reached. `again_at` is the next instant at which time alone could change it. `value` is what was found, people's
    text as it is.
    """

    holds: bool | None
    value: str
    since: datetime
    cause_at: datetime
    again_at: datetime | None = None


def steady(holds: bool | None, value: str, since: datetime) -> Seen:
    """What is so, or not, since that instant, and which time alone does not change."""
    return Seen(holds, value, since, since)


class Asked(Protocol):
    """What a condition can say of itself: its question in words."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Found:
    """A condition with what was seen, and the same of its parts."""

    asked: Asked
    seen: Seen
    parts: tuple["Found", ...] = ()

    @property
    def asks(self) -> str:
        """What the condition asks."""
        return str(self.asked)

    def clauses(self, depth: int = 0) -> Iterable[Clause]:
        """The whole tree in the order of the file, each part set in below what it is a part of."""
        yield Clause("  " * depth + self.asks, self.seen.value, bool(self.seen.holds))
        for part in self.parts:
            yield from part.clauses(depth + 1)

    def because(self) -> tuple["Found", ...]:
        """What made it what it is, in order: single conditions, or the denial of one. Of an `all` that is not so the
        first part that is not, of an `any` that is so the one that has been for longest; else all of them."""
        if not self.parts or self.denies:
            return (self,)
        like = [part for part in self.parts if part.seen.holds is self.seen.holds]
        if len(like) == len(self.parts):
            return tuple(one for part in self.parts for one in part.because())
        if self.seen.holds:
            like.sort(key=lambda part: (part.seen.since, part.seen.cause_at))
        return like[0].because() if like else (self,)

    @property
    def denies(self) -> bool:
        """Whether it is the contrary of its one part."""
        return len(self.parts) == 1 and self.asks == "not"

    def told(self) -> str:
        """The condition with what was found: of a denial, what was found of what it denies."""
        if self.denies:
            return f"{self.asks}: {self.parts[0].told()}"
        value = self.seen.value
        return f"{self.asks} ({value if len(value) <= LENGTH else f'{value[: LENGTH - 1]}…'})"


def all_of(parts: Sequence[Seen]) -> Seen:
    """All of them: so since the last came to be so; not so since the first ceased to be."""
    if any(part.holds is False for part in parts):
        return _first([part for part in parts if part.holds is False], _last_again)
    if any(part.holds is None for part in parts):
        return _last(parts)._replace(holds=None, again_at=_first_again(parts))
    return _last(parts)


def any_of(parts: Sequence[Seen]) -> Seen:
    """Any of them: so since the first that is so came to be; not so since the last ceased to be."""
    return denied(all_of([denied(part) for part in parts]))


def denied(part: Seen) -> Seen:
    """The contrary; what is unknown stays unknown."""
    return part._replace(holds=None if part.holds is None else not part.holds)


def _last(parts: Sequence[Seen]) -> Seen:
    """Of parts that all must be so: since the last of them, for the last of the causes."""
    latest = max(parts, key=lambda part: part.since)
    cause = max(part.cause_at for part in parts)
    return latest._replace(cause_at=cause, again_at=_first_again(parts))


def _first(parts: Sequence[Seen], again: "Again") -> Seen:
    """Of parts of which one is enough: the one that has been as it is for longest."""
    earliest = min(parts, key=lambda part: (part.since, part.cause_at))
    return earliest._replace(again_at=again(parts))


class Again(Protocol):
    """When time could change what several parts come to."""

    def __call__(self, parts: Sequence[Seen]) -> datetime | None: ...


def _first_again(parts: Sequence[Seen]) -> datetime | None:
    return min((part.again_at for part in parts if part.again_at), default=None)


def _last_again(parts: Sequence[Seen]) -> datetime | None:
    """Each of the parts alone keeps it as it is, for as long as it does: time must change them all."""
    times = [part.again_at for part in parts]
    return None if None in times else max(at for at in times if at)
