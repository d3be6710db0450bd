"""In which cycles the 48-hour clock runs, and other clocks that begin, pause and end by other moments."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.checks.sla import Sla
from app.core.cycles import Cycle, Meaning, Pause, Turn, merged, turns
from app.core.facts import gather
from app.core.model import Issue, LabelEvent, User
from app.core.moments import Moment
from app.core.ruleset import Ruleset

OPENS = '2026-03-02T10:00Z alice opens "Acme demo" from "SA Activity" filled\n'


def found(ruleset: Ruleset, issue: Issue, check: Sla | None = None) -> tuple[Cycle, ...]:
    board = ruleset.boards["us-east"]
    facts = gather(issue, board, ruleset.labels, ruleset.templates, issue.newest_event_at)
    late = next(rule.check for rule in ruleset.rules if rule.id == "late-activity")
    assert isinstance(late, Sla)
    return (check or late).cycles(facts)


@pytest.fixture
def cycles_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[[str], tuple[Cycle, ...]]:
    return lambda lines: found(ruleset, issue_of(OPENS + lines))


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}:00+00:00")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("", [("10:00", None)], id="opened"),
        pytest.param('2026-03-02T11:00Z sam comments "Hi"', [("10:00", "11:00")], id="a note answers"),
        pytest.param(
            '2026-03-02T11:00Z sam comments internally "Hi"',
            [("10:00", "11:00")],
            id="so does an internal one",
        ),
        pytest.param('2026-03-02T11:00Z sam adds "SA POV"', [("10:00", "11:00")], id="so does any label"),
        pytest.param("2026-03-02T11:00Z maria assigns sam", [("10:00", "11:00")], id="and an assignment"),
        pytest.param(
            "2026-03-02T11:00Z maria unassigns sam", [("10:00", None)], id="taking off is no answer"
        ),
        pytest.param('2026-03-02T11:00Z sam adds "SA Waiting"', [("10:00", None)], id="waiting is no answer"),
        pytest.param(
            '2026-03-02T11:00Z alice adds "Expedite"', [("10:00", None)], id="the requester answers nothing"
        ),
        pytest.param('2026-03-02T11:00Z root comments "Hi"', [("10:00", None)], id="nor does a bystander"),
        pytest.param('2026-03-02T11:00Z triage-bot comments "Hi"', [("10:00", None)], id="nor the bot"),
        pytest.param(
            '2026-03-02T11:00Z sam comments "Hi"\n2026-03-02T12:00Z alice comments "And?"\n'
            '2026-03-02T12:30Z alice comments "Well?"',
            [("10:00", "11:00"), ("12:00", None)],
            id="the ball comes back once",
        ),
        pytest.param(
            '2026-03-02T11:00Z sam comments "Hi"\n2026-03-02T12:00Z alice edits the description',
            [("10:00", "11:00"), ("12:00", None)],
            id="an edit brings the ball back",
        ),
        pytest.param(
            '2026-03-02T11:00Z alice closes\n2026-03-02T12:00Z alice comments "Done."',
            [("10:00", "11:00")],
            id="closed",
        ),
        pytest.param(
            "2026-03-02T11:00Z alice closes\n2026-03-02T12:00Z alice reopens",
            [("10:00", "11:00"), ("12:00", None)],
            id="reopened",
        ),
        pytest.param(
            '2026-03-02T10:30Z alice adds "SA Triaged"\n2026-03-02T11:00Z sam removes "SA Triaged"\n'
            '2026-03-02T11:00:30Z sam adds "SA Waiting"',
            [("10:00", None)],
            id="a move to waiting only pauses",
        ),
        pytest.param(
            '2026-03-02T11:00Z sofia adds "SA POV"\n2026-03-02T11:30Z alice comments "x"\n'
            '2026-03-02T12:00Z sam adds "SA POV"\n2026-03-02T12:00Z sam removes "SA POV"',
            [("10:00", "11:00"), ("11:30", None)],
            id="the pair of a move to another board is no answer",
        ),
    ],
)
def test_cycles(
    cycles_of: Callable[[str], tuple[Cycle, ...]], lines: str, expected: list[tuple[str, str | None]]
) -> None:
    found = [(f"{c.start:%H:%M}", f"{c.end:%H:%M}" if c.end else None) for c in cycles_of(lines)]
    assert found == expected


def test_a_wait_is_a_pause_of_the_cycle_until_the_answer(
    cycles_of: Callable[[str], tuple[Cycle, ...]],
) -> None:
    cycle = cycles_of('2026-03-02T11:00Z sam adds "SA Waiting"\n2026-03-02T12:00Z alice comments "Yes."')[0]
    assert [(p.start, p.end, p.label, p.by and p.by.username) for p in cycle.pauses] == [
        (clock("11:00"), clock("12:00"), "SA Waiting", "sam")
    ]


def test_a_request_that_the_bot_reopened_is_open(cycles_of: Callable[[str], tuple[Cycle, ...]]) -> None:
    found = cycles_of("2026-03-02T11:00Z alice closes\n2026-03-02T12:00Z triage-bot reopens")
    assert found[-1].end is None


def test_an_act_on_a_label_that_was_deleted_since_is_an_answer(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    event = LabelEvent(1, clock("11:00"), User(9, "sam"), "add", None)
    issue = replace(issue_of(OPENS), label_events=(event,))
    assert [c.end for c in found(ruleset, issue)] == [clock("11:00")]


def pause(start: str, end: str | None, label: str) -> Pause:
    return Pause(clock(start), clock(end) if end else None, label)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        pytest.param([("10:00", "11:00", "A"), ("12:00", None, "B")], None, id="apart"),
        pytest.param([("10:00", "11:00", "A"), ("11:00", None, "B")], None, id="one after the other"),
        pytest.param(
            [("10:00", "12:00", "A"), ("11:00", None, "B")],
            [("10:00", "12:00", "A"), ("12:00", None, "B")],
            id="the later one is why it stands still once the earlier is over",
        ),
        pytest.param(
            [("10:00", "12:00", "A"), ("11:00", "11:30", "B")],
            [("10:00", "12:00", "A")],
            id="one inside another",
        ),
        pytest.param(
            [("10:00", None, "A"), ("11:00", "11:30", "B")], [("10:00", None, "A")], id="inside an open one"
        ),
        pytest.param(
            [("12:00", None, "B"), ("10:00", "11:00", "A")],
            [("10:00", "11:00", "A"), ("12:00", None, "B")],
            id="in whatever order they are given",
        ),
        pytest.param(
            [("10:00", "11:00", "A"), ("10:00", "12:00", "B")],
            [("10:00", "11:00", "A"), ("11:00", "12:00", "B")],
            id="begun together",
        ),
        pytest.param(
            [("10:00", "11:00", "A"), ("11:00", "12:00", "A")],
            [("10:00", "12:00", "A")],
            id="set again by another",
        ),
    ],
)
def test_pauses_of_several_labels(
    pauses: list[tuple[str, str | None, str]], expected: list[tuple[str, str | None, str]] | None
) -> None:
    found = merged([pause(*each) for each in pauses])
    assert found == tuple(pause(*each) for each in expected or pauses)


STARTS, ENDS = ("opened", "+SA Doing"), ("sa_note", "claimed")
NAMES = (*STARTS, *ENDS, "closed", "reopened", "restarted")
HOUR = timedelta(hours=1)
one_each = st.sampled_from((*STARTS, *ENDS, "restarted")).map(lambda name: frozenset({name}))
any_names = st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=2)
steps = st.one_of(
    *(st.lists(st.tuples(names, st.booleans()), max_size=12) for names in (one_each, any_names))
)
inside = st.none() | st.lists(st.integers(0, 12), unique=True, max_size=4).map(sorted)


def stretches(edges: list[int]) -> tuple[Pause, ...]:
    """From every other hour to the next of them; the last without an end where there is none left."""
    whole = [*edges, None][: len(edges) + len(edges) % 2]
    return tuple(
        Pause(clock("00:00") + HOUR * low, None if high is None else clock("00:00") + HOUR * high)
        for low, high in zip(whole[::2], whole[1::2], strict=True)
        if low is not None
    )


@given(steps, inside)
def test_cycles_are_found_as_by_going_from_moment_to_moment(
    history: list[tuple[frozenset[str], bool]], edges: list[int] | None
) -> None:
    meaning = Meaning(STARTS, ENDS, ["restarted"])
    at, moments = clock("00:00"), list[Moment]()
    for names, later in history:
        at += HOUR * later  # several may come at one instant
        moments.append(Moment(at, names))
    only_in = None if edges is None else stretches(edges)
    expected, began, is_open = list[Turn](), None, True
    for moment in moments:
        is_open = ("reopened" in moment.names or is_open) and "closed" not in moment.names
        starts, ends = moment.names.intersection(STARTS), moment.names.intersection(ENDS)
        allowed = only_in is None or any(
            low <= moment.at and (high is None or moment.at < high) for low, high, _, _ in only_in
        )
        if began is None:
            began = moment.at if starts and is_open and allowed else None
        elif ends:
            expected.append(Turn(began, moment.at, moment))
            began = None
        elif "restarted" in moment.names and moment.at > began:
            expected.append(Turn(began, moment.at, moment, anew=True))
            began = moment.at
    expected += [Turn(began)] if began else []
    assert turns(moments, [moment.names for moment in moments], meaning, only_in) == expected
