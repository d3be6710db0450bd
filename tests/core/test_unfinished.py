"""A rule that counts from GitLab's `updated_at` ends what it began, although its own writing moved that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Action, AddLabel, Comment, Plan, RemoveLabel
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.own_rules import own_rule, with_rules

OPENS = '2026-08-03T14:00Z alice opens "Acme demo"'
WHEN = "[{state: opened}, {age: {since: updated_at, at_least: 30d, count: wall}}]"
AT = read_instant("2026-09-02T14:00Z")
DOES = [
    "{note: Quiet., state: close}",
    "{note: Quiet., add_labels: [quiet, late]}",
    "{note: Quiet., issue: {title: Why}, assign: sofia, due_date: +5d}",
    "{note: Quiet., confidential: true, move: emea}",
]


def story(issue_of: Callable[..., Issue], *lines: str) -> Issue:
    issue = issue_of("\n".join([OPENS, *lines]))
    return replace(issue, updated_at=issue.newest_event_at)


def told(plan: Plan) -> list[str]:
    return [str(action) for action in plan.actions]


def apply(issue: Issue, actions: tuple[Action, ...], plan: Plan) -> Issue:
    for action in actions:
        issue = after(issue, action, plan.at)
    return issue


@settings(deadline=None)
@given(done=st.integers(1, 4), does=st.sampled_from(DOES), later=st.integers(1, 28 * 24 * 60))
def test_whatever_was_left_is_done_once_at_whatever_later_look(
    ruleset: Ruleset, issue_of: Callable[..., Issue], done: int, does: str, later: int
) -> None:
    own, issue = with_rules(ruleset, own_rule(WHEN, f"does: {does}")), story(issue_of)
    whole = evaluate(issue, own, AT)
    assert isinstance(whole.actions[0], Comment)
    assert len(whole.actions) >= 2
    half = apply(issue, whole.actions[:done], whole)
    again = evaluate(half, own, AT + timedelta(minutes=later))
    assert told(again) == told(whole)[done:]
    ended = apply(half, again.actions, again)
    assert evaluate(ended, own, again.at).actions == ()
    assert evaluate(ended, own, again.at + timedelta(days=1)).actions == ()


@pytest.mark.parametrize(
    "line",
    [
        '2026-09-03T14:00Z alice comments "Still needed."',
        '2026-09-03T14:00Z sam adds "SA POV"',
        "2026-09-03T14:00Z sam assigns sam",
    ],
)
def test_what_a_person_does_in_between_begins_the_time_anew(
    ruleset: Ruleset, issue_of: Callable[..., Issue], line: str
) -> None:
    own = with_rules(ruleset, own_rule(WHEN, f"does: {DOES[0]}"))
    note = evaluate(story(issue_of), own, AT).actions[0]
    assert isinstance(note, Comment)
    first = after(story(issue_of), note, AT)
    touched = story(issue_of, line)
    touched = replace(touched, notes=tuple(sorted({*first.notes, *touched.notes}, key=lambda n: n.at)))
    assert evaluate(touched, own, read_instant("2026-09-04T14:00Z")).actions == ()
    assert told(evaluate(first, own, read_instant("2026-09-04T14:00Z"))) == ["close"]


def test_what_was_ended_comes_again_only_when_the_time_is_over_again(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    own, issue = with_rules(ruleset, own_rule(WHEN, f"does: {DOES[1]}")), story(issue_of)
    first = evaluate(issue, own, AT)
    issue = apply(issue, first.actions, first)
    between = evaluate(issue, own, AT + timedelta(days=30, seconds=-1))
    assert between.actions == ()
    assert [(o.verdict, o.recheck_at) for o in between.outcomes] == [("fine", AT + timedelta(days=30))]
    second = evaluate(issue, own, AT + timedelta(days=30))
    before, (note,) = first.actions[0], second.actions  # the labels are on already
    assert isinstance(before, Comment)
    assert isinstance(note, Comment)
    assert note.key != before.key


def test_another_rules_note_and_a_copied_one_are_nothing_begun(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    own, other = (with_rules(ruleset, own_rule(WHEN, f"does: {DOES[0]}", id_)) for id_ in ("own", "own-too"))
    later = AT + timedelta(days=1)
    theirs = after(story(issue_of), evaluate(story(issue_of), other, AT).actions[0], AT)
    assert told(evaluate(theirs, other, later)) == ["close"]
    assert evaluate(theirs, own, later).actions == ()
    copied = replace(theirs, ref=theirs.ref._replace(iid=theirs.ref.iid + 1))
    assert evaluate(copied, other, later).actions == ()


def test_what_began_otherwise_since_is_not_what_was_begun(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    when = "[{label: go}, {age: {since: updated_at, at_least: 30d, count: wall}}]"
    own = with_rules(ruleset, own_rule(when, f"does: {DOES[0]}"))
    first = story(issue_of, '2026-08-03T14:00Z triage-bot adds "go"')
    noted = after(first, evaluate(first, own, AT).actions[0], AT)
    assert told(evaluate(noted, own, AT)) == ["close"]
    off = after(noted, RemoveLabel("another", "go"), AT + timedelta(hours=1))
    again = after(off, AddLabel("another", "go"), AT + timedelta(hours=2))
    assert evaluate(again, own, AT + timedelta(hours=3)).actions == ()
