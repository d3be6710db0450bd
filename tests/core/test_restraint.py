"""What is left undone for now: calls that the service may be about to make, and writing that something undoes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.plan import AddLabel, DeleteNote, Plan, Reply, Summon
from app.core.restraint import Restraint, restrained
from app.core.ruleset import Ruleset
from app.core.surplus import surplus

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE, BOT, OLD_BOT = User(1, "alice"), User(2, "triage-bot"), User(3, "old-bot")
ISSUE = Issue(
    IssueRef(1, 7),
    1,
    "g/p",
    "Acme",
    "",
    ALICE,
    NOW - 60 * MINUTE,
    NOW,
    bots=frozenset({"triage-bot", "old-bot"}),
)
LIMITED = Restraint(writes=20, window=10 * MINUTE)


def plan_at(now: datetime, *actions: AddLabel | Summon) -> Plan:
    return Plan(ISSUE.ref, ISSUE.reference, "us-east", now, "v", actions or (AddLabel("r", "SA Doing"),))


def written(*minutes_ago: float, by: User = BOT) -> Issue:
    events = [LabelEvent(n, NOW - m * MINUTE, by, "add", "x") for n, m in enumerate(minutes_ago, 1)]
    return replace(ISSUE, label_events=tuple(events))


def keyed(number: int, minutes_ago: float, key: str = "r/failing/x", by: User = BOT) -> Note:
    return Note(number, NOW - minutes_ago * MINUTE, by, f"<!-- triage:{key} 1#7 -->\nHello")


@pytest.mark.parametrize(
    ("issue", "free"),
    [
        (written(*[5] * 19), True),
        (written(*[5] * 20), False),
        (written(*[5] * 19, 10), True),  # at ten minutes it is over
        (written(*[5] * 19, 9.9), False),
        (written(*[5] * 20, by=OLD_BOT), False),
        (written(*[5] * 20, by=ALICE), True),
        (written(*[600] * 99), True),
        (written(*[600] * 100), False),  # a war that goes on: five windows' worth in a day
        (written(*[1440] * 100), True),
    ],
)
def test_so_many_writes_in_so_long_are_enough(issue: Issue, free: bool) -> None:
    plan = restrained(plan_at(NOW), issue, LIMITED)
    assert (plan == plan_at(NOW)) is free
    assert bool(plan.silent) is not free


def test_all_that_the_bot_writes_counts() -> None:
    events = tuple(LabelEvent(n, NOW - MINUTE, BOT, "remove", None) for n in range(7))
    states = tuple(StateEvent(n, NOW - MINUTE, OLD_BOT, "reopened") for n in range(6))
    notes = tuple(Note(n, NOW - MINUTE, BOT, "assigned to @sam", system=n > 3) for n in range(7))
    issue = replace(ISSUE, label_events=events, state_events=states, notes=notes)
    assert restrained(plan_at(NOW), issue, LIMITED).silent


def test_it_is_said_once_and_looked_at_again_when_the_window_is_over() -> None:
    issue = written(*[1] * 10, *[4] * 10)
    plan = restrained(plan_at(NOW), issue, LIMITED)
    (said,) = plan.actions
    assert isinstance(said, Reply)
    assert "20 times within 10 minutes" in said.body
    assert plan.recheck_at == NOW + 6 * MINUTE
    told = after(issue, said, NOW)
    for later in range(6):
        again = restrained(plan_at(NOW + later * MINUTE), told, LIMITED)
        assert (again.actions, bool(again.silent)) == ((), True)
    assert restrained(plan_at(NOW + 6 * MINUTE), told, LIMITED).actions == plan_at(NOW).actions


def test_nothing_is_said_where_nothing_is_to_be_done() -> None:
    idle = replace(plan_at(NOW), actions=())
    assert restrained(idle, written(*[1] * 50), LIMITED) == idle


def test_without_a_limit_there_is_none() -> None:
    assert restrained(plan_at(NOW), written(*[1] * 500), Restraint()) == plan_at(NOW)


@pytest.mark.parametrize(("since", "waits"), [(0, True), (9.99, True), (10, False), (11, False)])
def test_a_call_waits_until_it_has_been_due_for_so_long(since: float, waits: bool) -> None:
    call = Summon("r", "r/failing/x", "Hello", NOW - since * MINUTE)
    plan = restrained(plan_at(NOW, AddLabel("r", "x"), call), ISSUE, Restraint(service_first=10 * MINUTE))
    assert (call not in plan.actions) is waits
    assert AddLabel("r", "x") in plan.actions
    assert plan.recheck_at == (NOW + (10 - since) * MINUTE if waits else None)
    assert [p.until for p in plan.postponed] == ([call.since + 10 * MINUTE] if waits and call.since else [])


def test_every_call_of_the_rules_says_since_when_it_is_due(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = issue_of('2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"')
    calls = []
    for hours in range(0, 24 * 14, 6):
        at = issue.created_at + timedelta(hours=hours)
        calls += [a for a in evaluate(issue, ruleset, at).actions if isinstance(a, Summon)]
        assert all(call.since and call.since <= at for call in calls)
    assert calls


def test_of_two_notes_with_one_key_the_older_stays_then_the_lower_id() -> None:
    notes = (keyed(9, 5), keyed(4, 5), keyed(3, 4), keyed(2, 6, key="r/80-percent/x"))
    found = surplus(replace(ISSUE, notes=notes))
    assert [note.id for note in found] == [9, 3]


def test_another_tokens_note_counts_but_is_left_to_it() -> None:
    theirs_older = replace(ISSUE, notes=(keyed(1, 6, by=OLD_BOT), keyed(2, 5)))
    theirs_newer = replace(ISSUE, notes=(keyed(1, 6), keyed(2, 5, by=OLD_BOT)))
    assert [note.id for note in surplus(theirs_older)] == [2]
    assert surplus(theirs_newer) == []


def test_each_token_keeps_a_status_note_of_its_own() -> None:
    notes = (keyed(1, 6, "status", OLD_BOT), keyed(2, 5, "status"), keyed(3, 4, "status"))
    assert [note.id for note in surplus(replace(ISSUE, notes=notes))] == [3]


def test_what_people_and_other_issues_say_is_no_note_of_ours() -> None:
    copied = Note(2, NOW, BOT, "<!-- triage:r/failing/x 9#9 -->\nHello")
    assert surplus(replace(ISSUE, notes=(keyed(1, 6, by=ALICE), copied, keyed(3, 1)))) == []


def test_a_second_note_is_deleted_by_the_plan_and_then_the_plan_is_empty(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = issue_of('2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"')
    plan = evaluate(issue, ruleset, NOW)
    for action in plan.actions:
        issue = after(issue, action, NOW)
    body = next(n.body for n in issue.notes if n.author == issue.bot)
    issue = replace(issue, notes=(*issue.notes, Note(99, NOW + MINUTE, issue.bot, body)))
    plan = evaluate(issue, ruleset, NOW + MINUTE)
    assert plan.actions == (DeleteNote("one-note", "status", 99),)
    assert evaluate(after(issue, plan.actions[0], NOW), ruleset, NOW + MINUTE).actions == ()
