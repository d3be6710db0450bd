"""Peace and quiet by an SA's order. A snooze: nobody is called. A hold: the bot leaves the whole request alone.

A snooze ends early when the requester writes or edits the description, since that is news to whoever wanted none. A
hold does not: it says until when the request is not to be touched, whoever writes. Clocks go on through both.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.core.facts import Facts
from app.core.heard import heard
from app.core.orders import Order
from app.core.plan import stamp
from app.core.text import Ours, instant
from app.core.waiver import INTERNAL, last_minute, read_because

Verb = Literal["snooze", "hold"]
MOST = 60  # days of a snooze: whoever wants more puts the request on hold
HOLD_DAYS = 5  # working days of a hold that names no day
NOT_TAKEN_IN = "when the board began, and not adopted"  # ends what a plan says of its silence
OFF = frozenset({"off", "over", "stop", "end"})
_LENGTH = re.compile(r"(?:for[ \t]+)?(?P<number>\d{1,4})[ \t]*(?P<unit>d|days?|h|hours?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Quiet:
    """From `at` up to `until` (not included), by whose order, and why (people's text)."""

    verb: Verb
    by: str
    at: datetime
    until: datetime
    because: str = ""

    def __str__(self) -> str:
        why = f": {self.because}" if self.because else ""
        return f"by {self.by}'s order of {stamp(self.at)} until {stamp(self.until)}{why}"


@dataclass(frozen=True)
class Asked:
    """An order to be quiet, read: until when; `is_over` ends what went before, `wrong` tells what cannot be read."""

    until: datetime | None = None
    because: str = ""
    is_over: bool = False
    wrong: Literal["", "length", "day", "reason"] = ""


def read_snooze(order: Order, facts: Facts) -> Asked:
    """`snooze 2d`, `snooze 4h` (working days and hours of the board), `snooze until 2026-05-01`, `snooze off`."""
    if _says_off(order):
        return Asked(is_over=True)
    zone = facts.board.calendar.zone
    read = read_because(order.words, order, zone)
    because = INTERNAL if order.internal and read.because else read.because
    if read.bad_day:
        return Asked(wrong="day")
    if read.until:
        return Asked(read.until, because)
    match = _LENGTH.match(order.words)
    days = match is not None and match["unit"][0] in "dD"
    number = int(match["number"]) if match else 0
    if not 0 < number <= (MOST if days else MOST * 24):
        return Asked(wrong="length")
    count: Literal["working_days", "working_hours"] = "working_days" if days else "working_hours"
    length = timedelta(days=number) if days else timedelta(hours=number)
    return Asked(facts.board.counting(count).add(order.at, length), because)


def read_hold(order: Order, facts: Facts) -> Asked:
    """`hold because REASON`, `hold because REASON until 2026-05-01`, `hold off`."""
    if _says_off(order):
        return Asked(is_over=True)
    read = read_because(order.words, order, facts.board.calendar.zone)
    if not read.because:
        return Asked(wrong="reason")
    if read.bad_day:
        return Asked(wrong="day")
    days = timedelta(days=HOLD_DAYS)
    until = read.until or facts.board.counting("working_days").add(order.at, days)
    return Asked(until, INTERNAL if order.internal else read.because)


def _says_off(order: Order) -> bool:
    return order.words.casefold().strip(" .!") in OFF


def hold_on(facts: Facts) -> Quiet | None:
    """The hold in force, if any. It ends with the request's closing."""
    if not facts.orders or facts.issue.state != "opened":
        return None
    return _at(facts.now, _in_turn(facts, "hold", read_hold))


def snoozes(facts: Facts) -> list[Quiet]:
    """Every snooze as it was, oldest first; each ends with the next word on it, and with the requester's."""
    if not facts.orders:
        return []
    found = facts.quiet.get("snooze")
    if found is None:
        ordered = _in_turn(facts, "snooze", read_snooze)
        spoke = [m.at for m in facts.moments if "requester_activity" in m.names] if ordered else []
        found = facts.quiet["snooze"] = [
            replace(q, until=min([q.until, *(at for at in spoke if q.at < at)])) for q in ordered
        ]
    return found


def snooze_on(facts: Facts) -> Quiet | None:
    """The snooze in force, if any."""
    if not facts.orders:
        return None
    return _at(facts.now, snoozes(facts))


def quiet_at(facts: Facts, at: datetime) -> Quiet | None:
    """The hold in force at an instant up to now, else the snooze."""
    return _at(at, _in_turn(facts, "hold", read_hold)) or _at(at, snoozes(facts))


def end_told(until: datetime, zone: ZoneInfo) -> Ours:
    """The end as people read it: of a day that counts whole, its last minute."""
    return last_minute(until, zone) if until.astimezone(zone).time() == time() else instant(until, zone)


def _at(at: datetime, found: list[Quiet]) -> Quiet | None:
    return next((quiet for quiet in reversed(found) if quiet.at <= at < quiet.until), None)


def after_snoozes(at: datetime, quiet: Iterable[Quiet]) -> datetime:
    """When a call is made that is due at that instant: as it is, or at the end of a snooze that had begun by then.

    What was due before is not held back, so that it makes no difference whether the bot looked in time.
    """
    for each in quiet:
        if each.at <= at < each.until:
            at = each.until
    return at


def _in_turn(facts: Facts, verb: Verb, read: Callable[[Order, Facts], Asked]) -> list[Quiet]:
    """What SAs ordered, each until the next order of that kind at the latest."""
    given = [o for o in heard(facts) if o.verb == verb and facts.people.is_sa(o.by, o.at)]
    asked = [(order, told) for order in given if not (told := read(order, facts)).wrong]
    found = []
    for n, (order, told) in enumerate(asked):
        if told.until is not None:
            until = min([told.until, *(later.at for later, _ in asked[n + 1 : n + 2])])
            found.append(Quiet(verb, order.by.username, order.at, until, told.because))
    return found


def never_taken_in(silent: str) -> bool:
    """Whether a plan with that silence is of a request from before its board began, that nobody took in."""
    return silent.endswith(NOT_TAKEN_IN)
