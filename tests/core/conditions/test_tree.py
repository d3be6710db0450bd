"""Conditions joined: what is so, since when, when it may change; and that logic's laws hold, the unknown included."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.conditions.seen import Seen, all_of, any_of, denied
from app.core.conditions.tree import AllOf, groups_named, names_closed, walk
from app.core.evaluate import facts_of
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from tests.own_rules import condition, faults_of, own_rule

START = datetime(2026, 3, 2, tzinfo=UTC)


def hours(number: int) -> datetime:
    return START + timedelta(hours=number)


seen = st.builds(
    lambda holds, since, before, after: Seen(
        holds, "x", hours(since), hours(since - before), hours(100 + after) if after else None
    ),
    st.sampled_from([True, False, None]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)
several = st.lists(seen, min_size=1, max_size=5)


@given(seen)
def test_not_not_is_the_same(part: Seen) -> None:
    assert denied(denied(part)) == part


@given(several)
def test_de_morgan(parts: list[Seen]) -> None:
    assert denied(all_of(parts)) == any_of([denied(part) for part in parts])
    assert denied(any_of(parts)) == all_of([denied(part) for part in parts])


@given(several)
def test_all_and_any_say_what_they_say(parts: list[Seen]) -> None:
    holds = [part.holds for part in parts]
    assert all_of(parts).holds == (False if False in holds else None if None in holds else True)
    assert any_of(parts).holds == (True if True in holds else None if None in holds else False)


@given(seen)
def test_one_is_the_same_as_all_or_any_of_it(part: Seen) -> None:
    assert all_of([part]) == any_of([part]) == part


# Parts that time turns over at the hours given: so until the first, not so until the second, and so on.
turning = st.tuples(st.booleans(), st.lists(st.integers(1, 20), max_size=3, unique=True).map(sorted))


def as_of(part: tuple[bool, list[int]], now: int) -> Seen:
    first, turns = part
    past = [turn for turn in turns if turn <= now]
    since = hours(past[-1] if past else 0)
    again = next((hours(turn) for turn in turns if turn > now), None)
    return Seen(first != bool(len(past) % 2), "x", since, hours(0), again)


@given(st.lists(turning, min_size=1, max_size=4), st.booleans(), st.integers(0, 20))
def test_nothing_changes_before_it_says_so_and_since_is_when_it_did(
    parts: list[tuple[bool, list[int]]], together: bool, now: int
) -> None:
    join = all_of if together else any_of
    found = [join([as_of(part, at) for part in parts]) for at in range(22)]
    here = found[now]
    again = 22 if here.again_at is None else (here.again_at - START) // timedelta(hours=1)
    assert all(found[at].holds == here.holds for at in range(now, again))
    since = (here.since - START) // timedelta(hours=1)
    assert all(found[at].holds == here.holds for at in range(since, now + 1))


def test_an_any_keeps_the_cause_of_what_was_so_first() -> None:
    first, later = Seen(True, "x", hours(5), hours(4)), Seen(True, "y", hours(10), hours(1))
    assert any_of([first]).cause_at == any_of([later, first]).cause_at == hours(4)


def test_an_all_takes_the_latest_of_both() -> None:
    found = all_of([Seen(True, "x", hours(5), hours(4)), Seen(True, "y", hours(10), hours(1))])
    assert (found.since, found.cause_at) == (hours(10), hours(4))


@pytest.mark.parametrize(
    ("when", "closed"),
    [
        ("{state: opened}", False),
        ("{state: closed}", True),
        ("[{label: x}, {any: [{label: y}, {age: {since: closed, at_least: 1d}}]}]", True),
        ("{not: {state: closed}}", True),
        ("{label: closed}", False),
    ],
)
def test_closed_issues_are_looked_at_where_the_condition_speaks_of_them(when: str, closed: bool) -> None:
    assert names_closed(condition(when).when) is closed
    assert condition(when).ALSO_CLOSED is closed


def test_the_groups_that_must_be_fetched() -> None:
    when = "[{author_in: [sas, a/b]}, {not: {any: [{assignee_in: [role csm, c/d/e]}, {author: a}]}}]"
    assert groups_named(condition(when).when) == {"a/b", "c/d/e"}


def test_a_list_is_an_all() -> None:
    listed, named = (
        condition("[{label: x}, {state: opened}]"),
        condition("{all: [{label: x}, {state: opened}]}"),
    )
    assert listed == named
    assert isinstance(listed.when, AllOf)
    assert [path for path, _ in walk(listed.when)] == [(), ("all", 0), ("all", 1)]


LINES = '2026-03-02T14:00Z alice opens "Acme"\n2026-03-02T15:00Z sam adds "b"'


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("{label: b}", "so: b is on (b)"),
        ("[{state: opened}, {label: a}, {label: c}]", "not so: a is on (off)"),
        ("[{state: opened}, {label: b}]", "so: it is open (opened); b is on (b)"),
        ("{any: [{label: a}, {label: b}]}", "so: b is on (b)"),
        ("{any: [{label: a}, {label: c}]}", "not so: a is on (off); c is on (off)"),
        ("{not: {label: b}}", "not so: not: b is on (b)"),
        ("[{not: {any: [{label: a}, {label: c}]}}]", "so: not: any of (0 of 2 so)"),
        ("[{label: b}, {author_in: a/b}]", "it cannot be known: the author is one of a/b (alice)"),
    ],
)
def test_the_reason_names_what_decided(ruleset: Ruleset, when: str, reason: str) -> None:
    board = ruleset.boards["us-east"]
    issue = parse(LINES, ruleset.templates, project=board.file.project)
    facts = facts_of(replace(issue), board, ruleset, read_instant("2026-03-03T14:00Z"))
    assert condition(when).look(facts).reason == reason


def test_the_clauses_are_the_tree(ruleset: Ruleset) -> None:
    board = ruleset.boards["us-east"]
    issue = parse(LINES, ruleset.templates, project=board.file.project)
    facts = facts_of(issue, board, ruleset, read_instant("2026-03-03T14:00Z"))
    clauses = condition("[{label: b}, {not: {any: [{label: a}, {label: b}]}}]").look(facts).clauses
    assert [(c.asks, c.holds) for c in clauses] == [
        ("all of", False),
        ("  b is on", True),
        ("  not", False),
        ("    any of", True),
        ("      a is on", False),
        ("      b is on", True),
    ]


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("{lable: x}", 'unknown key "lable", did you mean "label"?'),
        ("{label: x, state: opened}", "one condition asks one thing, and this has label and state"),
        ("{label: x, onn: false}", 'unknown key "onn", did you mean "on"?'),
        ("{all: []}", "List should have at least 1 item"),
        ("5", "5 is no condition"),
        ("{state: open}", "Input should be 'opened' or 'closed'"),
        ("{author_in: sass}", "'sass' is no group; did you mean \"sas\"?, role NAME, a group's path"),
        ("{author: '@alice'}", "write alice"),
        ("{text: {in: title, matches: '(a+)+'}}", "there are no regular expressions here"),
        ("{text: {in: title}}", "say what to look for"),
        ("{text: {contains: x}}", '"in" is missing'),
        ("{age: {since: created}}", "say how long"),
        ("{age: {since: created, label_on: x, at_least: 1d}}", "say since when: one of"),
        (
            "{age: {since: created, at_least: 5 days}}",
            "is no length of time; write it as 48h, 90m, 5d, 6mo or 1y",
        ),
        ("{count: {of: comments, at_least: 3, at_most: 2}}", "so that it never holds"),
        ("{count: {of: labels, by: sa, at_least: 3}}", "by is for comments"),
        ("{due_date: {within: 36h}}", "write whole days"),
        ("{due_date: soon}", "Input should be 'none', 'any' or 'overdue'"),
        ("{field: {block: SA Asks}}", "say one thing of the block"),
        ("{field: {block: X, at_least: 'USD 1', at_most: 'EUR 1'}}", "both sums must be in one currency"),
        ("{cel: 'nope == 1'}", "undeclared reference to 'nope'"),
        ("{cel: 'comments.exists(a, title.matches(a))'}", "is written out in the clause"),
        ("{cel: 'title'}", "it says string, and must say true or false"),
        (
            "{cel: 'comments.all(a, comments.all(b, a == b))'}",
            "goes through a list once at most",
        ),
    ],
)
def test_a_fault_says_what_to_write(when: str, fault: str) -> None:
    if "cel" in when:
        pytest.importorskip("cel_expr_python")
    (found,) = faults_of(own_rule(when))
    assert fault in found
    assert found.startswith("own.yaml:7:")
