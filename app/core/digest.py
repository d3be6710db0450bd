"""The figures of a board's digest, as of an instant: what came, which promises were kept, what waits, what lacks."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.attained import Share
from app.core.clock_shape import Clock
from app.core.standing import Standing

ENOUGH = 5  # of fewer no percentage is told: it would say more than is known


@dataclass(frozen=True)
class Broken:
    """One promise that was broken: the request, and the clock as it stands or ended."""

    request: Standing
    clock: Clock


@dataclass(frozen=True)
class Lacking:
    """Of one template: how many requests are open, how many of them are incomplete, and which blocks those lack."""

    template: str
    requests: int
    incomplete: int
    blocks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Digest:
    """One board in [since, at]. Confidential requests are in `arrived` and `open`, and in nothing else; `hidden` are
    those that are open. `left_alone` are the open ones from before the board began: in `open`, and in nothing else.

    `arrivals` are by template, empty where none was followed, with None for confidential ones. What waits and what has
    no owner is oldest first.
    """

    board: str
    since: datetime
    at: datetime
    open: tuple[Standing, ...]
    arrivals: tuple[tuple[str | None, int], ...]
    promises: tuple[tuple[str, Share], ...]
    broken: tuple[Broken, ...]
    waiting: tuple[Standing, ...]
    answered: tuple[Standing, ...]
    unowned: tuple[Standing, ...]
    lacking: tuple[Lacking, ...]
    hidden: tuple[str, ...]
    left_alone: int

    @property
    def arrived(self) -> int:
        return sum(number for _, number in self.arrivals)


def period_begins(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The first instant of the local day so many days ago: all of that day counts."""
    day = at.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(day, time(), zone)


def digest(board: str, found: Sequence[Standing], since: datetime, at: datetime) -> Digest:
    """The figures of what was found on the board, open and closed."""
    seen = [one for one in found if one.adopted and not one.confidential]
    still = [one for one in seen if one.open]
    new = [one for one in found if since <= one.arrived_at <= at]
    decided = [(one, clock) for one in seen for clock in one.clocks if _decided(clock, since, at)]
    return Digest(
        board,
        since,
        at,
        open=tuple(one for one in found if one.open),
        arrivals=_counted(None if one.confidential else one.template for one in new),
        promises=_promises(clock for _, clock in decided),
        broken=tuple(sorted((Broken(*pair) for pair in decided if pair[1].state == "breached"), key=_by_due)),
        waiting=_oldest((s for s in still if s.holder == "requester"), lambda one: one.state_since),
        answered=_oldest((s for s in still if s.answered), lambda one: one.state_since),
        unowned=_oldest((s for s in still if not s.owners), lambda one: one.arrived_at),
        lacking=_lacking(still),
        hidden=tuple(one.reference for one in sorted(found, key=_number) if one.open and one.confidential),
        left_alone=sum(one.place == "left alone" for one in found if one.open),
    )


def _decided(clock: Clock, since: datetime, at: datetime) -> bool:
    """Whether the promise was kept or broken in that time: kept when it was answered, broken when it was due."""
    when = clock.due_at if clock.state == "breached" else clock.ended_at if clock.state == "met" else None
    return when is not None and since <= when <= at


def _promises(clocks: Iterable[Clock]) -> tuple[tuple[str, Share], ...]:
    shares: dict[str, Share] = {}
    for clock in clocks:
        before = shares.get(clock.name, Share())
        shares[clock.name] = before.plus("breached" if clock.state == "breached" else "met")
    return tuple(sorted(shares.items()))


def _lacking(still: Iterable[Standing]) -> tuple[Lacking, ...]:
    """By template, where most are incomplete first; templates of which nothing is missing are left out."""
    groups: dict[str, list[Standing]] = {}
    for one in still:
        groups.setdefault(one.template, []).append(one)
    found = [
        Lacking(
            template,
            len(group),
            sum(bool(one.missing) for one in group),
            tuple(_most(block for one in group for block in one.missing)),
        )
        for template, group in groups.items()
        if any(one.missing for one in group)
    ]
    return tuple(sorted(found, key=lambda one: (-one.incomplete, one.template)))


def _counted(names: Iterable[str | None]) -> tuple[tuple[str | None, int], ...]:
    """The most frequent first, what has no name last."""
    counts = Counter(names)
    return tuple(sorted(counts.items(), key=lambda pair: (pair[0] is None, -pair[1], pair[0] or "")))


def _most(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))


def _oldest(found: Iterable[Standing], when: Callable[[Standing], datetime]) -> tuple[Standing, ...]:
    return tuple(sorted(found, key=lambda one: (when(one), one.ref)))


def _by_due(broken: Broken) -> tuple[datetime, int, str]:
    assert broken.clock.due_at is not None
    return broken.clock.due_at, broken.request.ref.iid, broken.clock.name


def _number(one: Standing) -> int:
    return one.ref.iid
