"""When a cycle of a clock is due: by which of its promises, on which terms, as of when the cycle began."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.calendar import Count
from app.core.chain import Counting
from app.core.clock import Promise, due_at, elapsed
from app.core.cycles import Cycle
from app.core.deadline import date_in_block, end_of_quarter, gitlab_due_date
from app.core.facts import Facts
from app.core.labels import label_stretches
from app.core.ladder import At
from app.core.terms import Earlier, SameDay, Terms

GITLABS = "due date"
DAY = timedelta(days=1)
DAYS_AHEAD = 60  # how far the next working day is looked for


@dataclass(frozen=True)
class Deadline:
    """When a cycle is due; `due_at` None while a pause without an end stands before it, or where no day is named.

    `promise` is the length of time that governs it; None where a day does, which no pause moves. `count` is how it is
    counted, by `calendar`.
    """

    due_at: datetime | None
    count: Count
    calendar: Counting
    promise: Promise | None = None

    @property
    def target(self) -> timedelta | None:
        return self.promise.target if self.promise else None

    def spent(self, cycle: Cycle, until: datetime) -> timedelta:
        """What of the cycle counts up to then: without its pauses, and from when the promise counts."""
        promise = self.promise or Promise(timedelta(), self.calendar, cycle.start)
        return elapsed(cycle, promise, until)

    def left_at(self, cycle: Cycle, at: datetime) -> timedelta | None:
        """What is left then of what may pass; None where no day is named either. Negative once it is late."""
        if self.promise:
            return self.promise.target - self.spent(cycle, at)
        return self.calendar.between(at, self.due_at) if self.due_at else None

    def at(self, at: At, cycle: Cycle) -> datetime | None:
        """The instant of a step: None where it is not known yet, or the step would come before the cycle began."""
        if self.promise:
            return self._counted(at, cycle, self.promise)
        if self.due_at is None:
            return None
        if at.side == "share":
            return cycle.start + (self.due_at - cycle.start) * at.share
        if at.side == "after":
            return self.calendar.add(self.due_at, at.length)
        found = self.calendar.before(self.due_at, at.length)
        return found if found > cycle.start else None

    def _counted(self, at: At, cycle: Cycle, promise: Promise) -> datetime | None:
        target = promise.target
        if at.side == "share":
            target *= at.share
        else:
            target += at.length if at.side == "after" else -at.length
        if target <= timedelta():
            return None
        return due_at(cycle, Promise(target, promise.calendar, promise.counts_from))


def terms_of(terms: Terms, earlier: Iterable[Earlier], start: datetime, zone: ZoneInfo) -> Terms:
    """The terms of a cycle that began then: those of the first version that held up to a later day, else today's."""
    day = start.astimezone(zone).date()
    return next((old for old in sorted(earlier, key=lambda old: old.before) if day < old.before), terms)


def deadline(terms: Terms, cycle: Cycle, facts: Facts, calendar: str = "") -> Deadline:
    """When the cycle is due by these terms. `calendar` is another calendar's id than the board's."""
    if terms.target is not None:
        return _soonest(terms, cycle, facts, calendar)
    if terms.same_day is not None:
        hours = facts.counting("working_hours", calendar, cycle.end)
        zone = facts.calendars[calendar].zone if calendar else facts.zone_at(cycle.start)
        target = _left_of_day(terms.same_day, cycle.start, hours, zone)
        promise = Promise(target, hours, cycle.start)
        return Deadline(due_at(cycle, promise), "working_hours", hours, promise)
    due = _day_named(terms, facts, facts.zone_at(cycle.start))
    counting = facts.counting(terms.count, calendar, cycle.end)
    return Deadline(due if due and due > cycle.start else None, terms.count, counting)


def _day_named(terms: Terms, facts: Facts, zone: ZoneInfo) -> datetime | None:
    """When the day, or the quarter, that the issue names is over."""
    if terms.by_quarter_end:
        return end_of_quarter(facts, terms.by_quarter_end.block, zone, terms.by_quarter_end.labels)
    if terms.by_date == GITLABS:
        return gitlab_due_date(facts, zone)
    return date_in_block(facts, terms.by_date, zone)


def _soonest(terms: Terms, cycle: Cycle, facts: Facts, calendar: str) -> Deadline:
    """The plain promise, or the faster one of a label that is on where that ends first; while the clock stands still,
    where it would if it did not."""
    assert terms.target is not None
    counting = facts.counting(terms.count, calendar, cycle.end)
    found = _by(Promise(terms.target, counting, cycle.start), cycle, terms.count)
    faster = terms.expedite
    for on, off in label_stretches(facts.issue, faster.label) if faster else ():
        if faster is None or (cycle.end and on >= cycle.end) or (off and off <= cycle.start):
            continue
        if off and cycle.end and off >= cycle.end:
            off = None  # what happens after a cycle changes nothing of it
        counting = facts.counting(faster.count, calendar, cycle.end)
        fast = _by(Promise(faster.target, counting, on), cycle, faster.count)
        if off is not None and (fast.due_at is None or fast.due_at > off):
            continue  # taken off in time: it never ran out
        found = min(fast, found, key=lambda one: _going_on(one, cycle))
    return found


def _going_on(deadline: Deadline, cycle: Cycle) -> datetime:
    """When it is due, or would be if the clock did not stand still now."""
    promise = deadline.promise
    assert promise is not None
    found = deadline.due_at or due_at(cycle._replace(pauses=cycle.pauses[:-1]), promise)
    assert found is not None
    return found


def _by(promise: Promise, cycle: Cycle, count: Count) -> Deadline:
    return Deadline(due_at(cycle, promise), count, promise.calendar, promise)


def _left_of_day(same_day: SameDay, start: datetime, hours: Counting, zone: ZoneInfo) -> timedelta:
    """The working time up to the end of the day that is meant."""
    local = start.astimezone(zone)
    day = local.date() if local.time() < same_day.cut_off else local.date() + DAY
    for _ in range(DAYS_AHEAD):
        begins = max(datetime.combine(day, time(), zone), start)
        ends = datetime.combine(day + DAY, time(), zone)
        if hours.between(begins, ends):
            return hours.between(start, ends)
        day += DAY
    raise OverflowError(f"no working day within {DAYS_AHEAD} days")
