from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app.core.acts import acts, assignment
from app.core.board import People
from app.core.history import StateSpan, state_spans
from app.core.labels import label_since
from app.core.model import Issue, LabelEvent, User
from app.core.ruleset import Ruleset

OPENS = '2026-03-02T10:00Z alice opens "Acme demo" from "SA Activity" filled\n'


@pytest.fixture
def spans_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[[str], tuple[StateSpan, ...]]:
    def make(lines: str) -> tuple[StateSpan, ...]:
        issue = issue_of(OPENS + lines)
        people = People(ruleset.boards["us-east"], issue)
        return state_spans(issue, acts(issue), people, ruleset.labels.states)

    return make


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}:00+00:00")


@pytest.mark.parametrize(
    ("lines", "states"),
    [
        pytest.param("", ["Open"], id="nothing happened"),
        pytest.param('2026-03-02T11:00Z sam adds "SA Triaged"', ["Open", "SA Triaged"], id="claimed"),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Triaged"\n2026-03-02T12:00Z sam removes "SA Triaged"',
            ["Open", "SA Triaged", "Open"],
            id="given back",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Triaged"\n'
            '2026-03-02T12:00Z sam removes "SA Triaged"\n2026-03-02T12:01Z sam adds "SA Doing"',
            ["Open", "SA Triaged", "SA Doing"],
            id="off and on within sixty seconds is one move",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Triaged"\n'
            '2026-03-02T12:00Z sam removes "SA Triaged"\n2026-03-02T12:01:01Z sam adds "SA Doing"',
            ["Open", "SA Triaged", "Open", "SA Doing"],
            id="a second later it is two",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Triaged"\n2026-03-02T12:00Z sam adds "SA Doing"\n'
            '2026-03-02T13:00Z triage-bot removes "SA Triaged"\n2026-03-02T14:00Z sam removes "SA Triaged"',
            ["Open", "SA Triaged", "SA Doing"],
            id="a label no longer in force may come off without effect",
        ),
        pytest.param('2026-03-02T11:00Z triage-bot adds "SA Triaged"', ["Open"], id="the bot sets no state"),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA POV"\n2026-03-02T11:00Z sam adds "Expedite"',
            ["Open"],
            id="free labels are no state",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Doing"\n2026-03-02T12:00Z sam adds "SA Waiting"\n'
            '2026-03-02T13:00Z alice comments "Yes."',
            ["Open", "SA Doing", "SA Waiting", "SA Doing"],
            id="answered",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T11:00Z alice comments "Yes."',
            ["Open", "SA Waiting", "Open"],
            id="answered at the instant of the question",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z root comments "Hm."',
            ["Open", "SA Waiting"],
            id="a bystander ends no wait",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z alice closes\n'
            '2026-03-02T13:00Z alice comments "By the way."',
            ["Open", "SA Waiting"],
            id="a note on a closed request ends no wait",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Doing"\n2026-03-02T12:00Z sam adds "SA Waiting"\n'
            '2026-03-02T12:05Z sam removes "SA Waiting"\n2026-03-02T12:05:20Z sam adds "SA Waiting"\n'
            "2026-03-02T13:00Z alice edits the description",
            ["Open", "SA Doing", "SA Waiting", "SA Doing"],
            id="a wait taken off and put on again at once goes on",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z sam closes\n'
            '2026-03-02T13:00Z alice comments "Here."\n2026-03-02T13:00:01Z alice reopens',
            ["Open", "SA Waiting", "Open"],
            id="commented and reopened by the requester",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z sam closes\n2026-03-02T13:00Z sam reopens',
            ["Open", "SA Waiting"],
            id="reopened by an SA, and still waiting",
        ),
        pytest.param(
            '2026-03-02T11:00Z alice adds "SA Waiting"\n2026-03-02T11:00Z alice removes "SA Waiting"',
            ["Open"],
            id="put on and taken off at one instant",
        ),
    ],
)
def test_states_follow_one_another(
    spans_of: Callable[[str], tuple[StateSpan, ...]], lines: str, states: list[str]
) -> None:
    spans = spans_of(lines)
    assert [s.label or "Open" for s in spans] == states
    assert all(a.end == b.start for a, b in pairwise(spans))


def test_the_state_after_an_answer_is_still_that_of_the_one_who_set_it(
    spans_of: Callable[[str], tuple[StateSpan, ...]],
) -> None:
    last = spans_of(
        '2026-03-02T11:00Z sam adds "SA Doing"\n2026-03-02T12:00Z sofia adds "SA Waiting"\n'
        '2026-03-02T13:00Z alice comments "Yes."'
    )[-1]
    assert last.by is not None
    assert (last.by.username, last.answered, last.start) == ("sam", True, clock("13:00"))


def test_a_label_without_any_event_was_there_from_the_start(
    issue_of: Callable[..., Issue], ruleset: Ruleset
) -> None:
    issue = replace(issue_of(OPENS), labels=frozenset({"SA Doing"}))
    people = People(ruleset.boards["us-east"], issue)
    spans = state_spans(issue, acts(issue), people, ruleset.labels.states)
    assert [s.label for s in spans] == ["SA Doing"]
    assert label_since(issue, "SA Doing") == issue.created_at


def test_an_act_on_a_label_that_was_deleted_since_is_no_state(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    event = LabelEvent(1, clock("11:00"), User(9, "sam"), "add", None)
    issue = replace(issue_of(OPENS), label_events=(event,))
    people, done = People(ruleset.boards["us-east"], issue), acts(issue)
    spans = state_spans(issue, done, people, ruleset.labels.states)
    assert [s.label for s in spans] == [None]


def test_a_wait_whose_label_is_gone_does_not_last(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(
        OPENS + '2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z triage-bot removes "SA Waiting"'
    )
    spans = state_spans(issue, acts(issue), People(ruleset.boards["us-east"], issue), ruleset.labels.states)
    assert [(s.label, s.start) for s in spans][-1] == (None, clock("12:00"))


def test_a_moved_copy_of_a_closed_request_is_as_gitlab_says(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = replace(issue_of(OPENS + "2026-03-02T11:00Z alice closes"), state="opened", closed_at=None)
    assert [a.kind for a in acts(issue)] == ["opened"]
    issue = replace(issue_of(OPENS), state="closed", closed_at=clock("12:00"))
    assert [(a.kind, a.at) for a in acts(issue)][-1] == ("closed", clock("12:00"))


@pytest.mark.parametrize(
    ("body", "on", "off"),
    [
        ("assigned to @a", {"a"}, set()),
        ("assigned to @a and @b", {"a", "b"}, set()),
        ("assigned to @a, @b, and @c.d-e", {"a", "b", "c.d-e"}, set()),
        ("unassigned @a", set(), {"a"}),
        ("assigned to @a and unassigned @b", {"a"}, {"b"}),
        ("assigned to @a and @b and unassigned @c and @d", {"a", "b"}, {"c", "d"}),
        ("changed title from **x** to **assigned to @a**", set(), set()),
        ("removed assignee", set(), set()),
    ],
)
def test_assignments_are_read_from_gitlabs_own_lines(body: str, on: set[str], off: set[str]) -> None:
    assert assignment(body) == (on, off)


def test_a_label_has_been_on_since_it_was_last_put_on(issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(
        OPENS + '2026-03-02T11:00Z sam adds "Expedite"\n2026-03-02T12:00Z sam removes "Expedite"\n'
        '2026-03-02T13:00Z sam adds "Expedite"\n2026-03-02T14:00Z triage-bot adds "Expedite"'
    )
    assert label_since(issue, "Expedite") == clock("13:00")
    assert label_since(issue, "SA POV") is None
    assert issue.newest_event_at - issue.created_at == timedelta(hours=4)
