"""The laws of the design for rules with conditions of their own, over random histories."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.evaluate import evaluate
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from tests.core.test_laws import START, Deed, World, board, histories, quick, shipped
from tests.own_rules import own_rule, with_rules

LOOKING = (  # what they do is undone when it is over, so that it does not matter when the bot looks
    own_rule(
        '[{label: "SA *", on: false}, {age: {since: created, at_least: 1d, count: wall}}]',
        "while_failing: {labels: [needs::state], summon: {who: [board.escalation], text: 'Since {{ since }}.'}}",
        "stateless",
    ),
    own_rule(
        "{any: [{age: {since: updated, at_least: 2d}}, {not: {age: {since: last_note_by_sa, less_than: 30h}}}]}",
        "while_failing: {labels: [quiet], status: 'Quiet since {{ since }}.'}",
        "quiet",
    ),
    own_rule(
        "[{count: {of: comments, at_least: 2}}, {not: {all: [{assignee: any}, {label: Expedite}]}}, {state: opened}]",
        "while_failing: {labels: [busy], summon: {who: [requester], text: 'Busy.'}}",
        "busy",
    ),
    own_rule(
        "[{age: {since: state_label, at_least: 5h, count: working_hours}}, {field: {block: SA Asks, filled: false}}]",
        "while_failing: {summon: {who: [requester], text: 'Still {{ state }}.'}}",
        "slow",
    ),
)
DOING = (
    own_rule(
        "{age: {since: updated, at_least: 30h, count: wall}}",
        "does: {add_labels: [stale], note: 'Quiet since {{ since }}.', due_date: +2d}",
        "stale",
    ),
    own_rule(
        "[{age: {label_on: stale, at_least: 20h, count: wall}}, {state: opened}]",
        "does: {state: close, note: Closed}",
        "close-stale",
    ),
    own_rule(
        "[{state: closed}, {label: SA Doing}]",
        "does: {state: reopen, assign: sofia, issue: {title: 'Who closed {{ title }}?'}}",
        "closed-doing",
    ),
    own_rule(
        "{label: SA POV}", "does: {confidential: true, remove_labels: [SA Nothing, Expedite]}", "hidden-pov"
    ),
)

ANEW = (  # GitLab's own updated_at, which all that the bot does moves
    own_rule(
        "[{age: {since: updated_at, at_least: 30h, count: wall}}, {state: opened}, {label: fresh, on: false}]",
        "does: {add_labels: [old, older], note: 'Quiet since {{ since }}.'}",
        "anew-old",
    ),
    own_rule(
        "[{age: {since: updated_at, at_least: 1mo, count: wall}}, {label: old}, {state: opened}]",
        "does: {state: close, remove_labels: [old]}\nwhile_failing: {summon: {who: [requester], text: Bye.}}",
        "anew-close",
    ),
    own_rule(
        "[{age: {since: updated_at, less_than: 2h, count: wall}}, {label: older}]",
        "does: {remove_labels: [older], add_labels: [fresh]}",
        "anew-fresh",
    ),
)


few = settings(quick, max_examples=40)


@cache
def rules(*texts: str) -> Ruleset:
    return with_rules(shipped(), *texts)


def world(ruleset: Ruleset) -> World:
    found = World()
    found.ruleset = replace(ruleset, boards=found.ruleset.boards)
    return found


def played(history: list[Deed], ruleset: Ruleset, watched: set[int]) -> list[World]:
    """The history in two worlds: the bot looks in the first after the deeds named, and when it wanted to."""
    live, late = world(ruleset), world(ruleset)
    now, recheck = START, live.look(START).recheck_at
    for i, deed in enumerate(history):
        then = now + deed.after
        while recheck is not None and recheck <= then:
            recheck = live.look(recheck).recheck_at
        now = then
        if live.possible(deed) and late.possible(deed):
            live.do(deed, now)
            late.do(deed, now)
            more = i + 1 < len(history) and not history[i + 1].after
            if i in watched and not more:
                recheck = live.look(now).recheck_at
    return [live, late]


def unsilenced(history: list[Deed]) -> list[Deed]:
    """The history without what silences the bot for a while."""
    return [
        d for d in history if d.label != "bot::off" and " hold" not in d.label and " snooze" not in d.label
    ]


CLOSED_AND_OPENED = [  # by two rules in one plan: the labels go off with the one, and on again with the other
    Deed(timedelta(), "alice", "comment"),
    Deed(timedelta(hours=30), "sam", "add", "SA Triaged"),
    Deed(timedelta(), "alice", "comment"),
    Deed(timedelta(), "sam", "add", "SA Doing"),
]


@few
@given(histories, st.sets(st.integers(0, 11)))
@example(CLOSED_AND_OPENED, set())
def test_a_plan_settles_whatever_is_done_once(history: list[Deed], watched: set[int]) -> None:
    for each in played(history, rules(*LOOKING, *DOING, *ANEW), watched):
        now = each.issue.newest_event_at + timedelta(hours=31)
        each.look(now)
        assert each.look(now).actions == ()


def test_a_rule_that_takes_off_what_was_ordered_has_the_last_word_until_it_is_ordered_again() -> None:
    each, now, order = world(rules(*DOING)), START, "@triage-bot expedite because they leave us"
    each.do(Deed(timedelta(), "sam", "order", order), now)
    each.look(now)
    assert "Expedite" in each.issue.labels
    each.do(Deed(timedelta(), "sam", "add", "SA POV"), now := now + timedelta(hours=1))
    for hours in range(2, 6):
        each.look(now := START + timedelta(hours=hours))
        assert "Expedite" not in each.issue.labels
    each.do(Deed(timedelta(), "sam", "remove", "SA POV"), now)
    each.look(now := now + timedelta(hours=1))
    assert "Expedite" not in each.issue.labels
    each.do(Deed(timedelta(), "sam", "order", order), now)
    each.look(now)
    assert "Expedite" in each.issue.labels
    mine = [e.action for e in each.issue.label_events if e.label == "Expedite"]
    assert mine == ["add", "remove", "add"]


def said(plan: Plan) -> object:
    return plan.actions, [(o.rule, o.verdict, o.since) for o in plan.outcomes]


@few
@given(histories, st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_nothing_happens_before_the_plan_said_so(history: list[Deed], parts: list[float]) -> None:
    ruleset = rules(*LOOKING, *DOING, *ANEW)
    history = unsilenced(history)  # silenced, it says no time either
    each = played(history, ruleset, set())[1]
    now = each.issue.newest_event_at
    for _ in range(6):
        each.look(now)
        plan = evaluate(each.issue, ruleset, now)
        end = plan.recheck_at or now + timedelta(days=60)
        last = end - timedelta(microseconds=1)
        for at in [*(now + (last - now) * part for part in parts), last]:
            assert evaluate(each.issue, ruleset, at).actions == ()
            failing = [(o.rule, o.since) for o in evaluate(each.issue, ruleset, at).findings]
            assert failing == [(o.rule, o.since) for o in plan.findings]
        if plan.recheck_at is None:
            break
        now = plan.recheck_at


@few
@given(histories, st.sets(st.integers(0, 11)))
def test_looking_late_is_as_good_as_looking_early(history: list[Deed], watched: set[int]) -> None:
    history = unsilenced(history)  # silenced, it leaves the board as it stood
    live, late = played(history, rules(*LOOKING), watched)
    now = live.issue.newest_event_at + timedelta(hours=1)
    now = max(now, late.issue.newest_event_at + timedelta(hours=1))
    for each in (live, late):
        each.look(now)
    assert board(live, now) == board(late, now)


@few
@given(histories)
def test_a_note_is_written_once_for_one_cause(history: list[Deed]) -> None:
    live = played(history, rules(*LOOKING, *DOING), set(range(12)))[0]
    now = live.issue.newest_event_at
    for _ in range(8):
        now = live.look(now).recheck_at or now + timedelta(hours=7)
    bodies = [note.body for note in live.issue.notes if not note.system and live.issue.is_bot(note.author)]
    assert len(bodies) == len(set(bodies))
