"""Laws of undoing, over random histories: it brings back what was, and leaves what people touched since."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.after import after
from app.core.deed import Deed, deed_of
from app.core.model import Issue, Note
from app.core.plan import (
    AddLabel,
    Assign,
    Change,
    DeleteNote,
    Move,
    Plan,
    RemoveLabel,
    Reopen,
    Unassign,
    Written,
)
from app.core.undo import undoing
from tests.walks import START, Request, deeds, shipped

END = START + timedelta(days=6)
LATER = END + timedelta(hours=1)


def lived(seed: int) -> tuple[Request, Random]:
    """A request that people have been at, with a bot that looked now and then."""
    random = Random(seed)
    request = Request(shipped())
    for deed in deeds(random, END):
        request.do(deed)
        if random.random() < 0.3:
            request.look(deed.at)
    return request, random


def applied(request: Request, plan: Plan) -> list[Deed]:
    """Does the plan as GitLab would, and gives what was done."""
    before, found = request.issue, []
    for action in plan.actions:
        request.issue = after(request.issue, action, plan.at)
        written = request.issue.notes[-1].id if isinstance(action, Written) else None
        found.append(deed_of(action, before, None if getattr(action, "note_id", None) else written))
    request.issue = in_one_line(before, request.issue)
    return found


def in_one_line(before: Issue, issue: Issue) -> Issue:
    """Assignments that are made in one call are told of in one line."""
    new = [n for n in issue.notes if n not in before.notes and n.system]
    if len(new) < 2:
        return issue
    line = Note(new[0].id, new[0].at, issue.bot, " and ".join(n.body for n in new), system=True)
    return replace(issue, notes=(*(n for n in issue.notes if n not in new), line))


def seen(issue: Issue) -> dict[str, object]:
    """What people see of it, but for GitLab's own lines."""
    return {
        "labels": issue.labels,
        "assignees": {user.username for user in issue.assignees},
        "notes": sorted((n.id, n.author.username, n.body) for n in issue.notes if not n.system),
    }


def undone(issue: Issue, found: Iterable[Deed]) -> Issue:
    actions = undoing(issue, found).actions
    for action in sorted(actions, key=lambda a: not isinstance(a, Change)):  # in one call, and first
        issue = after(issue, action, LATER)
    return issue


def at_the_end(request: Request) -> Plan | None:
    """What the bot does at the end; None where that cannot be taken back, or is nothing."""
    copy = Request(request.ruleset)
    copy.issue = request.issue
    plan = copy.look(max(END, request.issue.newest_event_at))
    lasting = any(isinstance(a, DeleteNote | Move | Reopen) for a in plan.actions)
    return None if lasting or not plan.actions or request.issue.moved else plan


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_undoing_brings_back_what_was(seed: int) -> None:
    request, _ = lived(seed)
    plan = at_the_end(request)
    if plan is None:
        return
    before = seen(request.issue)
    found = applied(request, plan)[::-1]
    assert seen(request.issue) != before
    undo = undoing(request.issue, found)
    assert (undo.left, undo.gone) == ((), ())
    back = undone(request.issue, found)
    assert seen(back) == before
    again = undoing(back, found)
    assert (again.actions, again.left, len(again.gone)) == ((), (), len(found))


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_people_touched_since_stays(seed: int) -> None:
    request, random = lived(seed)
    plan = at_the_end(request)
    if plan is None:
        return
    found = applied(request, plan)[::-1]
    between = request.issue
    for deed in deeds(random, END)[:6]:
        if deed.what != "move":
            request.do(replace(deed, at=LATER + (deed.at - START)))
    events = {e.label for e in request.issue.label_events if e not in between.label_events}
    assigned = any(n.system and "assigned" in n.body for n in request.issue.notes if n not in between.notes)
    for action in undoing(request.issue, found).actions:
        if isinstance(action, AddLabel | RemoveLabel):
            assert action.label not in events
        assert not (assigned and isinstance(action, Assign | Unassign))
    before, back = request.issue, undone(request.issue, found)
    theirs = [n for n in before.notes if not before.is_bot(n.author)]
    assert [n for n in back.notes if not back.is_bot(n.author)] == theirs


@pytest.mark.parametrize("kind", ["label", "assignee", "note", "edit"])
def test_the_histories_hold_what_is_at_stake(kind: str) -> None:
    found = set()
    for seed in range(60):
        request, _ = lived(seed)
        for action in plan.actions if (plan := at_the_end(request)) else ():
            if isinstance(action, AddLabel | RemoveLabel):
                found.add("label")
            elif isinstance(action, Assign | Unassign):
                found.add("assignee")
            elif isinstance(action, Written):
                found.add("edit" if getattr(action, "note_id", None) else "note")
    assert kind in found
