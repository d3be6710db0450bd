"""What a sweep knows of an issue from before, and whether that will do. Decides only, and rather reads once too often.

GitLab moves `updated_at` at most once a minute when labels, assignees or comments change, and not at all for some
things (a deleted comment, a renamed label): app/models/concerns/throttled_touch.rb. So an issue is read again where its
line in the list differs, where it may have changed since it was read, and once a day in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from app.core.model import IssueRef

SLACK = timedelta(minutes=5)  # GitLab's minute, late commits, and clocks that differ
SKEW = timedelta(seconds=30)  # what answers take, and whole seconds, are no difference of clocks
LISTED_ANEW = timedelta(days=1)  # how long only what was updated is asked for
READ_ANEW, SPREAD = (
    timedelta(hours=18),
    timedelta(hours=6),
)  # together a day, so that not all are read in one sweep

Needs = Literal["reading", "judging", "nothing"]


@dataclass(frozen=True, slots=True)
class Known:
    """One issue as a sweep left it. `read_at` is when reading began, None where it must be read anew; `due_at` when
    time alone could change what was decided, which `judged_by` names; `row` tells one line of a list from another."""

    read_at: datetime | None
    due_at: datetime | None
    judged_by: str
    row: str


@dataclass(frozen=True, slots=True)
class Line:
    """An issue's line in GitLab's list, as far as it tells whether anything changed."""

    row: str
    updated_at: datetime


def needs(ref: IssueRef, known: Known | None, line: Line | None, judged_by: str, now: datetime) -> Needs:
    """What has to be done about the issue: read it, only decide again on what is known, or neither.

    `line` is None where GitLab did not list it among those that were updated.
    """
    if known is None or known.read_at is None or now >= known.read_at + _good_for(ref):
        return "reading"
    if line and (line.row != known.row or known.read_at < line.updated_at + SLACK):
        return "reading"
    if known.judged_by != judged_by or (known.due_at is not None and known.due_at <= now):
        return "judging"
    return "nothing"


def _good_for(ref: IssueRef) -> timedelta:
    """How long what was read will do: for each issue another time, always the same one."""
    number = int.from_bytes(sha256(str(ref).encode()).digest()[:4])
    return READ_ANEW + SPREAD * (number / 2**32)


def listed_after(
    complete_from: datetime | None, listed_from: datetime | None, now: datetime
) -> datetime | None:
    """From which instant of change on issues have to be listed; None for all of them.

    `complete_from` is when the last sweep began that got through everything, `listed_from` the last one that was given
    every issue there is.
    """
    if complete_from is None or listed_from is None or now >= listed_from + LISTED_ANEW:
        return None
    return complete_from - SLACK


def began(now: datetime, ahead: timedelta) -> datetime:
    """When a sweep begins by GitLab's clock, which this machine's is `ahead` of: GitLab stamps what people do."""
    return now - ahead if ahead > SKEW else now


def judges(version: str, members: Mapping[str, frozenset[str]], bots: frozenset[str], *, alone: bool) -> str:
    """A name for all that decides beside the issue and the time: rules, who is in which group, who is the bot."""
    people = [f"{path}={','.join(sorted(names))}" for path, names in sorted(members.items())]
    said = "\n".join([version, *people, ",".join(sorted(bots)), str(alone)])
    return sha256(said.encode()).hexdigest()[:24]
