"""What of a plan is left undone for now, although the rules want it: the one place where that is decided.

Two reasons: a sweep beside a running service lets the service call people first; and an issue on which something undoes
all that the bot does is left alone for a while. Both are read from the plan and the issue, and from nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.keys import marked, own_notes
from app.core.model import Issue
from app.core.plan import Action, Plan, Postponed, Reply, Summon, stamp

RULE = "breaker"
DAY = timedelta(days=1)
DAYS_WORTH = 5  # as many windows' writes are allowed in a day, so that a war that goes on grows slow
TEXT = (
    "Something here undoes what I do: I wrote on this request {often}. I leave it alone for a while, and then look"
    " again. If another automation looks after the same labels, only one of us should."
)


@dataclass(frozen=True)
class Restraint:
    """`writes` of the bot's in a `window` on one issue are enough (None: no limit). A summons is left to the service
    until it has been due for `service_first`. Of rules with a limit, it is the turn of those in `turns` (None: of all).
    """

    writes: int | None = None
    window: timedelta = timedelta(minutes=10)
    service_first: timedelta = timedelta()
    turns: frozenset[str] | None = frozenset()


class Reached(NamedTuple):
    """A limit that is reached: until when, and so many writes within so long."""

    until: datetime
    writes: int
    window: timedelta


def restrained(plan: Plan, issue: Issue, restraint: Restraint) -> Plan:
    """The plan without what is to be left undone for now; looked at again when that is over."""
    reached = _reached(plan, issue, restraint)
    return _stopped(plan, issue, reached, restraint) if reached else _patient(plan, restraint.service_first)


def _patient(plan: Plan, wait: timedelta) -> Plan:
    waiting = tuple(
        Postponed(action, action.since + wait)
        for action in plan.actions
        if isinstance(action, Summon) and action.since and action.since + wait > plan.at
    )
    if not waiting:
        return plan
    left = tuple(a for a in plan.actions if a not in {p.action for p in waiting})
    again = [at for at in (plan.recheck_at, *(each.until for each in waiting)) if at]
    return replace(plan, actions=left, postponed=waiting, recheck_at=min(again))


def _reached(plan: Plan, issue: Issue, restraint: Restraint) -> Reached | None:
    """The limit in force, of two the one that lasts longer; None when the bot may write, or wants nothing."""
    if restraint.writes is None or not plan.actions:
        return None
    written = sorted((at for at in writes(issue) if at <= plan.at), reverse=True)
    limits = ((restraint.writes, restraint.window), (restraint.writes * DAYS_WORTH, DAY))
    found = [Reached(written[n - 1] + window, n, window) for n, window in limits if len(written) >= n]
    return max((each for each in found if each.until > plan.at), default=None)


def writes(issue: Issue) -> Iterator[datetime]:
    """When any of the bot's users changed something on the issue, as far as the issue tells: labels, states, notes, and
    GitLab's lines about what they did."""
    yield from (event.at for event in issue.label_events if issue.is_bot(event.user))
    yield from (event.at for event in issue.state_events if issue.is_bot(event.user))
    yield from (note.at for note in issue.notes if issue.is_bot(note.author))


def _stopped(plan: Plan, issue: Issue, reached: Reached, restraint: Restraint) -> Plan:
    """Nothing but to say so, once for one row of writes without a pause as long as the window."""
    key = f"{RULE}/{stamp(_row_began(plan, issue, restraint.window))}"
    often = f"{reached.writes} times within {_told(reached.window)}"
    body = marked(key, issue.ref, TEXT.format(often=often))
    said: tuple[Action, ...] = () if key in own_notes(issue) else (Reply(RULE, key, body),)
    return replace(
        plan, actions=said, silent=f"the bot wrote here {often}, and waits", recheck_at=reached.until
    )


def _row_began(plan: Plan, issue: Issue, window: timedelta) -> datetime:
    began = plan.at
    for at in sorted((at for at in writes(issue) if at <= plan.at), reverse=True):
        if began - at > window and began != plan.at:
            break
        began = at
    return began


def _told(window: timedelta) -> str:
    minutes = window // timedelta(minutes=1)
    return "a day" if window == DAY else "one minute" if minutes == 1 else f"{minutes} minutes"
