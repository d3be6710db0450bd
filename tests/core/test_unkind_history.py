"""Histories that GitLab tells badly: labels deleted, renamed, given at creation or lost in a move, two at once, equal
instants, requests reopened and moved. Each with its answer, worked out on the calendar by hand.

The board is US East, where it is winter time (UTC-5) until Sunday, 8 March 2026, and summer time (UTC-4) from then on.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.board import Person
from app.core.checks.sla import Sla
from app.core.evaluate import evaluate
from app.core.model import Issue, LabelEvent, Note, User
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from tests.histories import deleted, done, facts_of, labelled, lines, renamed, staffed, states

Change = Callable[[Issue], Issue]
OPENS = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled\n'  # Monday, nine in New York
LATER = "2026-03-20T14:00Z"


def as_it_is(issue: Issue) -> Issue:
    return issue


class Seen:
    """One history, looked at once: what the clock says, the states, and what is done."""

    def __init__(self, issue: Issue, ruleset: Ruleset, now: str) -> None:
        at = read_instant(now)
        self.plan = evaluate(issue, ruleset, at)
        self.clocks = lines(self.plan.clocks)
        self.states = states(facts_of(issue, ruleset, at))
        self.done = done(self.plan)


@pytest.fixture
def seen(ruleset: Ruleset) -> Callable[..., Seen]:
    def make(history: str, now: str, change: Change = as_it_is, *, rules: Ruleset | None = None) -> Seen:
        rules = rules or ruleset
        project = rules.boards["us-east"].file.project
        issue = parse(OPENS + history, rules.templates, project=project)
        return Seen(change(issue), rules, now)

    return make


def without(label: str) -> Change:
    return lambda issue: deleted(issue, label)


def called(old: str, new: str) -> Change:
    return lambda issue: renamed(issue, old, new)


def keeping(*labels: str) -> Change:
    return lambda issue: labelled(issue, *labels)


WAITED = '2026-03-03T14:00Z sam adds "SA Waiting"\n'
DRAGGED_TO_WAITING = (
    '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z alice comments "And?"\n'
    '2026-03-03T16:00Z sam removes "SA Doing"\n2026-03-03T16:00Z sam adds "SA Waiting"\n'
)
EXPEDITED = '2026-03-02T14:30Z alice adds "Expedite"\n'


@pytest.mark.parametrize(
    ("history", "change", "now", "clocks", "in_turn"),
    [
        pytest.param(
            '2026-03-02T15:00Z sam adds "SA Triaged"',
            without("SA Triaged"),
            LATER,
            ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"],
            ["Open"],
            id="an SA's act on it is still an answer, and no state any more",
        ),
        pytest.param(
            '2026-03-02T15:00Z alice adds "SA Triaged"',
            without("SA Triaged"),
            "2026-03-04T13:59:59Z",
            ["2T14:00 to now: running, due 4T14:00, 47:59:59 counted"],
            ["Open"],
            id="the requester's is still none",
        ),
        pytest.param(
            WAITED,
            without("SA Waiting"),
            LATER,
            ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"],
            ["Open"],
            id="a wait becomes an answer: nobody knows any more what the SA put on",
        ),
        pytest.param(
            WAITED + '2026-03-10T14:00Z alice comments "Here it is."',
            without("SA Waiting"),
            "2026-03-12T13:59Z",
            [
                "2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted",
                "10T14:00 to now: running, due 12T14:00, 47:59 counted",
            ],
            ["Open"],
            id="and the requester's word begins a whole new promise",
        ),
        pytest.param(
            DRAGGED_TO_WAITING,
            without("SA Doing"),
            LATER,
            [
                "2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted",
                "2T16:00 to now: paused, due when it runs again, 24:00 counted",
            ],
            ["Open", "SA Waiting by sam"],
            id="what was dragged from it to SA Waiting still waits",
        ),
        pytest.param(
            EXPEDITED,
            without("Expedite"),
            "2026-03-02T20:00Z",
            ["2T14:00 to now: running, due 4T14:00, 6:00 counted"],
            ["Open"],
            id="without Expedite the plain promise holds, and held all along",
        ),
        pytest.param(
            '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z sofia adds "SA Followup"',
            without("SA Followup"),
            LATER,
            ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"],
            ["Open", "SA Doing by sam"],
            id="the state before it is the state",
        ),
    ],
)
def test_a_label_that_was_deleted(
    seen: Callable[..., Seen], history: str, change: Change, now: str, clocks: list[str], in_turn: list[str]
) -> None:
    found = seen(history, now, change)
    assert found.clocks == clocks
    assert found.states == in_turn


def test_whoever_had_claimed_with_it_is_still_assigned(seen: Callable[..., Seen]) -> None:
    """Else a label that was deleted would take the assignees off every request on the board."""
    claimed = '2026-03-02T15:00Z sam adds "SA Triaged"\n2026-03-02T15:00:01Z triage-bot assigns sam\n'
    assert seen(claimed, LATER, without("SA Triaged")).done == set()
    given_back = claimed + '2026-03-02T16:00Z sam removes "SA Triaged"\n'
    assert seen(given_back, LATER).done == {"unassign sam"}


def test_a_breach_by_expedite_is_taken_back_with_the_label(seen: Callable[..., Seen]) -> None:
    late = EXPEDITED + '2026-03-02T18:30Z triage-bot adds "sla::breached"\n'
    assert "-sla::breached" not in seen(late, "2026-03-02T20:00Z").done
    assert "-sla::breached" in seen(late, "2026-03-02T20:00Z", without("Expedite")).done


def test_a_label_of_the_bots_own_is_put_on_again(seen: Callable[..., Seen]) -> None:
    late = '2026-03-04T14:00Z triage-bot adds "sla::breached"'
    assert "+sla::breached" not in seen(late, "2026-03-04T15:00Z").done
    assert "+sla::breached" in seen(late, "2026-03-04T15:00Z", without("sla::breached")).done


@pytest.mark.parametrize(
    ("history", "change", "now", "clocks", "in_turn"),
    [
        pytest.param(
            WAITED,
            called("SA Waiting", "Waiting for sales"),
            LATER,
            ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"],
            ["Open"],
            id="a wait that is called otherwise is an SA's label like any other: an answer",
        ),
        pytest.param(
            '2026-03-03T14:00Z sam adds "Waiting for sales"',
            called("Waiting for sales", "SA Waiting"),
            LATER,
            ["2T14:00 to now: paused, due when it runs again, 24:00 counted"],
            ["Open", "SA Waiting by sam"],
            id="and the other way round",
        ),
        pytest.param(
            '2026-03-02T14:30Z alice adds "Hurry"',
            called("Hurry", "Expedite"),
            "2026-03-02T18:30Z",
            ["2T14:00 to now: breached, due 2T18:30, 4:00 counted"],
            ["Open"],
            id="what is called Expedite now was Expedite from when it was put on",
        ),
        pytest.param(
            '2026-03-02T15:00Z sam adds "SA Doing"',
            called("SA Doing", "SA Working"),
            LATER,
            ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"],
            ["Open"],
            id="a state that is called otherwise was none, and the answer stays one",
        ),
    ],
)
def test_a_label_that_was_renamed(
    seen: Callable[..., Seen], history: str, change: Change, now: str, clocks: list[str], in_turn: list[str]
) -> None:
    found = seen(history, now, change)
    assert found.clocks == clocks
    assert found.states == in_turn


def test_renamed_and_renamed_back_it_is_as_it_was(seen: Callable[..., Seen]) -> None:
    def there_and_back(issue: Issue) -> Issue:
        return renamed(renamed(issue, "SA Waiting", "Waiting"), "Waiting", "SA Waiting")

    assert seen(WAITED, LATER, there_and_back).plan == seen(WAITED, LATER).plan


@pytest.mark.parametrize(
    ("history", "now", "clocks", "in_turn", "does"),
    [
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "SA Triaged"',
            "2026-03-03T14:00Z",
            ["2T14:00 to now: running, due 4T14:00, 24:00 counted"],
            ["SA Triaged by alice"],
            set(),
            id="a state given with the request is its state, and no answer",
        ),
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "SA Waiting"',
            "2026-03-04T14:00Z",
            ["2T14:00 to now: breached, due 4T14:00, 48:00 counted"],
            ["SA Waiting by alice"],
            {"+sla::breached", "summon late-activity/failing"},
            id="opened waiting: nobody has asked anything, so the clock runs",
        ),
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "SA Waiting"\n2026-03-03T14:00Z alice comments "Anybody?"',
            "2026-03-03T15:00Z",
            ["2T14:00 to now: running, due 4T14:00, 25:00 counted"],
            ["SA Waiting by alice", "Open"],
            {"-SA Waiting"},
            id="opened waiting, and ended by the requester's word",
        ),
        pytest.param(
            '2026-03-02T14:00:05.001Z alice adds "SA Waiting"',
            LATER,
            ["2T14:00 to now: paused, due when it runs again, 0:00:05 counted"],
            ["Open", "SA Waiting by alice"],
            set(),
            id="five seconds after the opening it is a person's move",
        ),
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "Expedite"',
            "2026-03-02T18:00Z",
            ["2T14:00 to now: breached, due 2T18:00, 4:00 counted"],
            ["Open"],
            {"+sla::breached", "summon late-activity/failing"},
            id="Expedite given with the request counts from its opening",
        ),
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "SA Doing"\n2026-03-02T14:00:00.003Z alice adds "SA Triaged"',
            "2026-03-03T14:00Z",
            ["2T14:00 to now: running, due 4T14:00, 24:00 counted"],
            ["SA Triaged by alice"],
            {"-SA Doing"},
            id="of two states given with it the one with the later event is in force",
        ),
        pytest.param(
            '2026-03-02T14:00:03Z sam adds "SA Triaged"',
            "2026-03-03T14:00Z",
            ["2T14:00 to 2T14:00:03: met, due 4T14:00, 0:00:03 counted"],
            ["Open", "SA Triaged by sam"],
            {"assign sam"},
            id="an SA who is quick is not the opening",
        ),
    ],
)
def test_labels_given_at_creation(
    seen: Callable[..., Seen], history: str, now: str, clocks: list[str], in_turn: list[str], does: set[str]
) -> None:
    found = seen(history, now)
    assert found.clocks == clocks
    assert found.states == in_turn
    assert found.done == does


def test_nobody_is_said_to_wait_where_the_requester_opened_it_so(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    check = next(rule.check for rule in ruleset.rules if rule.id == "late-activity")
    said = '2026-03-02T15:00Z sam comments "On it."'
    for waiting, line in (
        ('2026-03-02T14:00:00.003Z alice adds "SA Waiting"', "An SA answered on"),
        ('2026-03-02T14:30Z sam adds "SA Waiting"', "`sam` has been waiting for your answer since"),
    ):
        issue = issue_of(f"{OPENS}{waiting}\n{said}")
        assert check.look(facts_of(issue, ruleset, read_instant(LATER))).line().startswith(line)


def test_a_label_without_any_event_was_on_from_the_opening_and_nobody_knows_by_whom(
    seen: Callable[..., Seen],
) -> None:
    found = seen("", LATER, keeping("SA Waiting"))
    assert found.clocks == ["2T14:00 to now: paused, due when it runs again, 0:00 counted"]
    assert found.states == ["SA Waiting by nobody"]


def audit(**changes: Any) -> Sla:
    """A clock on a free label: two working days from its coming to its going."""
    told = {
        "clock": "audit",
        "starts": ["+Security Audit"],
        "answered_by": ["-Security Audit", "closed"],
        "target": "2d",
    }
    return Sla.model_validate({"kind": "sla", **told, **changes})


def counted(check: Sla, issue: Issue, ruleset: Ruleset, now: str) -> list[str]:
    facts = facts_of(issue, ruleset, read_instant(now))
    return lines(check.clocks(facts, check.cycles(facts)), check.clock)


@pytest.mark.parametrize(
    ("check", "history", "change", "clocks"),
    [
        pytest.param(
            audit(),
            '2026-03-03T14:00Z alice adds "Security Audit"',
            as_it_is,
            ["3T14:00 to now: running, due 5T14:00, 24:00 counted"],
            id="runs from the label on",
        ),
        pytest.param(
            audit(),
            '2026-03-03T14:00Z alice adds "Security Audit"',
            without("Security Audit"),
            [],
            id="was never, once the label is deleted",
        ),
        pytest.param(
            audit(),
            '2026-03-03T14:00Z alice adds "Audit"',
            called("Audit", "Security Audit"),
            ["3T14:00 to now: running, due 5T14:00, 24:00 counted"],
            id="began with the label that is called so now",
        ),
        pytest.param(
            audit(),
            '2026-03-02T14:00:00.003Z alice adds "Security Audit"',
            as_it_is,
            ["2T14:00 to now: breached, due 4T14:00, 48:00 counted"],
            id="begins with the opening when the label was given with it",
        ),
        pytest.param(
            audit(starts=["opened"], answered_by=["sa_note", "closed"], only_while="Security Audit"),
            '2026-03-02T14:00:00.003Z alice adds "Security Audit"',
            as_it_is,
            ["2T14:00 to now: breached, due 4T14:00, 48:00 counted"],
            id="is only while a label is on that came with the opening",
        ),
        pytest.param(
            audit(starts=["opened"], answered_by=["sa_note", "closed"], only_while="Security Audit"),
            '2026-03-02T15:00Z alice adds "Security Audit"',
            as_it_is,
            [],
            id="does not begin before its label",
        ),
        pytest.param(
            audit(),
            '2026-03-03T14:00Z triage-bot adds "Security Audit"',
            as_it_is,
            [],
            id="is not begun by the bot",
        ),
        pytest.param(
            audit(
                starts=["opened", "requester_activity"],
                answered_by=["sa_note", "closed"],
                only_while="Security Audit",
            ),
            '2026-03-03T12:00Z triage-bot adds "Security Audit"\n2026-03-03T14:00Z alice comments "And?"',
            as_it_is,
            [],
            id="nor held by it",
        ),
        pytest.param(
            audit(starts=["opened"], answered_by=["sa_note", "closed"], paused_while=["Services Request"]),
            '2026-03-03T14:00Z triage-bot adds "Services Request"',
            as_it_is,
            ["2T14:00 to now: breached, due 4T14:00, 48:00 counted"],
            id="nor paused by it",
        ),
        pytest.param(
            audit(starts=["opened"], answered_by=["sa_note", "closed"], paused_while=["Services Request"]),
            '2026-03-03T14:00Z sam adds "Services Request"',
            as_it_is,
            ["2T14:00 to now: paused, due when it runs again, 24:00 counted"],
            id="but by a person",
        ),
    ],
)
def test_a_clock_on_labels(
    ruleset: Ruleset,
    issue_of: Callable[..., Issue],
    check: Sla,
    history: str,
    change: Change,
    clocks: list[str],
) -> None:
    assert counted(check, change(issue_of(OPENS + history)), ruleset, "2026-03-04T14:00Z") == clocks


MOVED = '2026-03-03T20:00:01Z {who} says "moved from us-west-enterprise-triage#7"\n'


def pair(label: str, who: str = "maria") -> str:
    """What a move writes for a label that both projects have, each its own."""
    return f'2026-03-03T20:00Z {who} adds "{label}"\n2026-03-03T20:00Z {who} removes "{label}"\n'


def lost(label: str, who: str = "maria") -> str:
    """What it writes for one that the project to which it goes has not."""
    return f'2026-03-03T20:00Z {who} removes "{label}"\n'


CLAIMED = '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z alice comments "And?"\n'
FIRST = "2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"


@pytest.mark.parametrize("who", ["maria", "root", "triage-bot"])
@pytest.mark.parametrize(
    ("history", "event", "change", "clocks", "in_turn"),
    [
        pytest.param(
            CLAIMED,
            pair("SA Doing", "{who}"),
            keeping("SA Doing"),
            [FIRST, "2T16:00 to now: running, due 4T16:00, 47:00 counted"],
            ["Open", "SA Doing by sam"],
            id="a state that both have goes on, and is no answer",
        ),
        pytest.param(
            CLAIMED + '2026-03-02T17:00Z sam removes "SA Doing"\n2026-03-02T17:00Z sam adds "SA Waiting"\n',
            pair("SA Waiting", "{who}"),
            keeping("SA Waiting"),
            [FIRST, "2T16:00 to now: paused, due when it runs again, 1:00 counted"],
            ["Open", "SA Doing by sam", "SA Waiting by sam"],
            id="so does a wait",
        ),
        pytest.param(
            EXPEDITED,
            pair("Expedite", "{who}"),
            keeping("Expedite"),
            # Until the move it was on US West, where work begins at 17:00Z: eight hours, three, then two and one here.
            ["2T14:00 to now: breached, due 2T21:00, 14:00 counted"],
            ["Open"],
            id="and Expedite",
        ),
        pytest.param(
            CLAIMED,
            lost("SA Doing", "{who}"),
            as_it_is,
            [FIRST, "2T16:00 to now: running, due 4T16:00, 47:00 counted"],
            ["Open", "SA Doing by sam", "Open"],
            id="a state that is not known there is over, and that is no answer",
        ),
        pytest.param(
            WAITED,
            lost("SA Waiting", "{who}"),
            as_it_is,
            ["2T14:00 to now: running, due 4T20:00, 43:00 counted"],
            ["Open", "SA Waiting by sam", "Open"],
            id="a wait that is not known there ends, and the clock runs on",
        ),
        pytest.param(
            '2026-03-02T15:00Z alice adds "SA POV"\n',
            lost("SA POV", "{who}"),
            as_it_is,
            ["2T14:00 to now: breached, due 4T14:00, 49:00 counted"],
            ["Open"],
            id="a label that got lost is nobody's answer",
        ),
    ],
)
def test_the_labels_of_a_moved_request(
    seen: Callable[..., Seen],
    who: str,
    history: str,
    event: str,
    change: Change,
    clocks: list[str],
    in_turn: list[str],
) -> None:
    found = seen(history + event.format(who=who) + MOVED.format(who=who), "2026-03-04T15:00Z", change)
    assert found.clocks == clocks
    assert found.states == in_turn


def test_an_sa_who_takes_a_label_off_is_heard_when_nobody_moves_the_request(
    seen: Callable[..., Seen],
) -> None:
    history = '2026-03-02T15:00Z alice adds "SA POV"\n' + lost("SA POV")
    assert seen(history, LATER).clocks == ["2T14:00 to 3T20:00: met, due 4T14:00, 30:00 counted"]
    longer = history + MOVED.format(who="maria").replace(
        "20:00:01", "20:01:01"
    )  # a minute and a second later
    assert seen(longer, LATER).clocks == ["2T14:00 to 3T20:00: met, due 4T14:00, 30:00 counted"]


def test_a_breach_label_that_got_lost_in_the_move_comes_back(seen: Callable[..., Seen]) -> None:
    late = '2026-03-03T10:00Z alice adds "Expedite"\n2026-03-03T18:00Z triage-bot adds "sla::breached"\n'
    gone = lost("sla::breached")
    assert "+sla::breached" not in seen(late + gone, "2026-03-04T09:00Z").done  # maria took it off herself
    assert "+sla::breached" in seen(late + gone + MOVED.format(who="maria"), "2026-03-04T09:00Z").done


def test_a_warning_that_came_along_gives_way_to_the_breach(seen: Callable[..., Seen]) -> None:
    warned = '2026-03-03T18:00Z triage-bot adds "sla::at-risk"\n'
    came = warned + pair("sla::at-risk") + MOVED.format(who="maria")
    found = seen(came, "2026-03-04T14:00Z", keeping("sla::at-risk"))
    assert {"+sla::breached", "-sla::at-risk"} <= found.done


AT_ONCE = "2026-03-02T15:00:00.500Z"


@pytest.mark.parametrize(
    ("history", "clocks", "in_turn"),
    [
        pytest.param(
            f'{AT_ONCE} sam adds "SA Doing"\n{AT_ONCE} sofia adds "SA Triaged"',
            ["2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted"],
            ["Open", "SA Triaged by sofia"],
            id="two states at one instant: the later event wins",
        ),
        pytest.param(
            f'2026-03-02T15:00:00.100Z sam adds "SA Doing"\n{AT_ONCE} sofia adds "SA Triaged"',
            ["2T14:00 to 2T15:00:00.100: met, due 4T14:00, 1:00:00 counted"],
            ["Open", "SA Doing by sam", "SA Triaged by sofia"],
            id="two people in one second: the later one wins",
        ),
        pytest.param(
            '2026-03-02T14:10Z alice adds "SA Triaged"\n'
            f'{AT_ONCE} sam removes "SA Triaged"\n{AT_ONCE} sam adds "SA Waiting"\n'
            f'{AT_ONCE} sofia adds "SA Doing"',
            ["2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted"],
            ["Open", "SA Triaged by alice", "SA Doing by sofia"],
            id="one asks back while the other begins: it is begun",
        ),
        pytest.param(
            '2026-03-02T14:10Z alice adds "SA Triaged"\n'
            f'{AT_ONCE} sam removes "SA Triaged"\n{AT_ONCE} sofia adds "SA Doing"\n'
            f'{AT_ONCE} sam adds "SA Waiting"',
            ["2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted"],
            ["Open", "SA Triaged by alice", "SA Waiting by sam"],
            id="one begins and the other asks back: it waits, and was answered",
        ),
        pytest.param(
            f'2026-03-02T14:10Z sam adds "SA Doing"\n{AT_ONCE} alice comments "And?"\n'
            f'{AT_ONCE} sam comments "Soon."',
            [
                "2T14:00 to 2T14:10: met, due 4T14:00, 0:10 counted",
                "2T15:00:00.500 to 2T15:00:00.500: met, due 4T15:00:00.500, 0:00 counted",
            ],
            ["Open", "SA Doing by sam"],
            id="question and answer at one instant: answered at once",
        ),
        pytest.param(
            f'2026-03-02T14:10Z sam adds "SA Doing"\n{AT_ONCE} sam comments "Soon."\n'
            f'{AT_ONCE} alice comments "And?"',
            [
                "2T14:00 to 2T14:10: met, due 4T14:00, 0:10 counted",
                "2T15:00:00.500 to now: running, due 4T15:00:00.500, 23:59:59 counted",
            ],
            ["Open", "SA Doing by sam"],
            id="answer and question at one instant: the ball is back",
        ),
        pytest.param(
            f'{AT_ONCE} alice comments "And?"\n{AT_ONCE} sam adds "SA Triaged"',
            [
                "2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted",
                "2T15:00:00.500 to now: running, due 4T15:00:00.500, 23:59:59 counted",
            ],
            ["Open", "SA Triaged by sam"],
            id="a comment and a label at one instant: the comment comes after",
        ),
        pytest.param(
            f'{AT_ONCE} sam adds "SA POV"\n{AT_ONCE} triage-bot removes "SA POV"',
            ["2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted"],
            ["Open"],
            id="what a person puts on and the bot takes off at one instant was put on",
        ),
        pytest.param(
            f'{AT_ONCE} root adds "SA Followup"\n{AT_ONCE} sam removes "SA Followup"',
            ["2T14:00 to now: running, due 4T14:00, 25:00 counted"],
            ["Open"],
            id="what two people put on and take off at one instant never was",
        ),
        pytest.param(
            f'{AT_ONCE} sam closes\n{AT_ONCE} sam comments "Done."\n2026-03-02T16:00Z alice reopens',
            [
                "2T14:00 to 2T15:00:00.500: met, due 4T14:00, 1:00:00 counted",
                "2T16:00 to now: running, due 4T16:00, 23:00 counted",
            ],
            ["Open"],
            id="a comment that closes is an answer first",
        ),
    ],
)
def test_at_one_instant(
    seen: Callable[..., Seen], history: str, clocks: list[str], in_turn: list[str]
) -> None:
    found = seen(history, "2026-03-03T15:00Z")
    assert found.clocks == clocks
    assert found.states == in_turn


def test_events_that_are_older_than_the_issue_were_the_originals(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    """A clone made with its notes brings the events of the original, with their instants."""
    issue = issue_of(
        OPENS + '2026-03-03T15:00Z sam adds "SA Doing"\n2026-03-03T15:00Z sam comments "On it."\n'
        '2026-03-03T16:00Z alice says "moved from us-west-enterprise-triage#7"\n2026-03-04T16:00Z sofia comments "x"'
    )
    clone = replace(issue, created_at=read_instant("2026-03-04T14:00Z"))
    facts = facts_of(clone, ruleset, read_instant("2026-03-04T15:00Z"))
    assert [stay.board.id for stay in facts.stays] == ["us-east"]
    assert states(facts) == ["SA Doing by nobody"]
    plan = evaluate(clone, ruleset, read_instant("2026-03-04T17:00Z"))
    assert lines(plan.clocks) == ["4T14:00 to 4T16:00: met, due 6T14:00, 2:00 counted"]


CLOSED = '2026-03-02T15:00Z sam comments "Done."\n2026-03-02T16:00Z alice closes\n'


@pytest.mark.parametrize(
    ("history", "now", "clocks"),
    [
        pytest.param(
            CLOSED + "2026-03-09T14:00Z alice reopens",
            "2026-03-10T14:00Z",
            [FIRST, "9T14:00 to now: running, due 11T14:00, 24:00 counted"],
            id="by the requester: the whole promise anew",
        ),
        pytest.param(
            CLOSED + "2026-03-09T14:00Z sam reopens",
            "2026-03-10T14:00Z",
            [FIRST, "9T14:00 to now: running, due 11T14:00, 24:00 counted"],
            id="by an SA: the same",
        ),
        pytest.param(
            CLOSED + "2026-03-09T14:00Z triage-bot reopens",
            "2026-03-10T14:00Z",
            [FIRST],
            id="by the bot: as if it had never been closed",
        ),
        pytest.param(
            "2026-03-02T16:00Z alice closes\n2026-03-02T17:00Z triage-bot reopens",
            "2026-03-03T14:00Z",
            ["2T14:00 to now: running, due 4T14:00, 24:00 counted"],
            id="by the bot while it ran: it runs on, and ran meanwhile",
        ),
        pytest.param(
            WAITED + "2026-03-03T16:00Z sam closes\n2026-03-09T14:00Z sam reopens",
            "2026-03-10T14:00Z",
            [
                "2T14:00 to 3T16:00: met, due 4T16:00, 24:00 counted",
                "9T14:00 to now: paused, due when it runs again, 0:00 counted",
            ],
            id="by an SA with SA Waiting still on: it waits",
        ),
        pytest.param(
            WAITED + "2026-03-03T16:00Z sam closes\n2026-03-09T14:00Z alice reopens",
            "2026-03-10T14:00Z",
            [
                "2T14:00 to 3T16:00: met, due 4T16:00, 24:00 counted",
                "9T14:00 to now: running, due 11T14:00, 24:00 counted",
            ],
            id="by the requester with SA Waiting still on: that was the answer",
        ),
        pytest.param(
            "2026-03-05T14:00Z maria closes\n2026-03-06T14:00Z alice reopens",
            "2026-03-06T15:00Z",
            [
                "2T14:00 to 5T14:00: breached, due 4T14:00, 72:00 counted",
                "6T14:00 to now: running, due 10T13:00, 1:00 counted",
            ],
            id="after a breach: that stays one, and the promise begins anew",
        ),
        pytest.param(
            EXPEDITED + "2026-03-02T16:30Z alice closes\n2026-03-03T14:30Z alice reopens",
            "2026-03-03T15:00Z",
            [
                "2T14:00 to 2T16:30: met, due 2T18:30, 2:00 counted",
                "3T14:30 to now: running, due 3T18:30, 0:30 counted",
            ],
            id="with Expedite still on: four working hours anew",
        ),
    ],
)
def test_reopened(seen: Callable[..., Seen], history: str, now: str, clocks: list[str]) -> None:
    assert seen(history, now).clocks == clocks


def test_the_breach_of_before_the_closing_is_not_shown_any_more(seen: Callable[..., Seen]) -> None:
    late = '2026-03-04T14:00Z triage-bot adds "sla::breached"\n2026-03-05T14:00Z maria closes\n'
    assert seen(late, "2026-03-05T15:00Z").done == {"-sla::breached"}
    assert "-sla::breached" in seen(late + "2026-03-06T14:00Z alice reopens", "2026-03-06T14:01Z").done


def test_whoever_is_unassigned_while_it_runs_owns_it_no_more(seen: Callable[..., Seen]) -> None:
    history = (
        '2026-03-02T15:00Z sam adds "SA Triaged"\n2026-03-02T15:30Z maria assigns sam\n'
        '2026-03-02T16:00Z alice comments "And?"\n2026-03-03T14:00Z sofia unassigns sam\n'
    )
    found = seen(history, "2026-03-04T16:00Z")
    assert found.clocks == [FIRST, "2T16:00 to now: breached, due 4T16:00, 48:00 counted"]
    assert found.done == {"+sla::breached", "summon late-activity/failing"}  # sam is not assigned again
    late = next(c for c in found.plan.clocks if c.state == "breached")
    assert late.shares == {"sa": timedelta(hours=22), "nobody": timedelta(hours=26)}
    (summons,) = (a for a in found.plan.actions if str(a).startswith("summon"))
    assert "@maria" in vars(summons)["body"]
    assert "@sam" not in vars(summons)["body"]


@pytest.mark.parametrize(
    ("said_at", "answered"),
    [
        ("2026-03-03T20:00Z", True),
        pytest.param("2026-03-04T04:59:59Z", True, id="the last second of that day in New York"),
        pytest.param("2026-03-04T05:00Z", False, id="the day is over"),
    ],
)
def test_an_sa_who_left_has_answered_up_to_the_last_day(
    ruleset: Ruleset, seen: Callable[..., Seen], said_at: str, answered: bool
) -> None:
    left = Person.model_validate({"name": "sam", "until": "2026-03-03"})
    rules = staffed(ruleset, us_east=[left, "sofia"])
    found = seen(f'{said_at} sam comments "On it."', "2026-03-05T14:00Z", rules=rules)
    assert (found.plan.clocks[0].state == "met") is answered


def test_an_sa_who_was_only_struck_off_the_list_has_never_answered(
    ruleset: Ruleset, seen: Callable[..., Seen]
) -> None:
    history = '2026-03-03T14:00Z sam comments "On it."'
    assert seen(history, LATER).clocks == ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"]
    found = seen(history, "2026-03-05T14:00Z", rules=staffed(ruleset, us_east=["sofia"]))
    assert found.clocks == ["2T14:00 to now: breached, due 4T14:00, 72:00 counted"]


def test_a_comment_that_is_gone_was_never_said(seen: Callable[..., Seen]) -> None:
    """Also one that somebody edited says what it says now, and was said when it was written."""

    def gone(issue: Issue) -> Issue:
        return replace(issue, notes=())

    def edited(issue: Issue) -> Issue:
        return replace(issue, notes=tuple(replace(n, body="Something else.") for n in issue.notes))

    history = '2026-03-03T14:00Z sam comments "On it."'
    answered = ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"]
    assert seen(history, "2026-03-05T14:00Z").clocks == answered
    assert seen(history, "2026-03-05T14:00Z", edited).clocks == answered
    found = seen(history, "2026-03-05T14:00Z", gone)
    assert found.clocks == ["2T14:00 to now: breached, due 4T14:00, 72:00 counted"]
    late = {"+sla::breached", "summon late-activity/failing", "summon late-activity/24h-after"}
    assert found.done == late


def test_an_act_on_a_deleted_label_and_a_wait_of_somebody_else_are_two_things(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = issue_of(OPENS + '2026-03-02T15:00:30Z sofia adds "SA Waiting"')
    off = LabelEvent(9, read_instant("2026-03-02T15:00Z"), User(9, "sam"), "remove", None)
    issue = replace(issue, label_events=(off, *issue.label_events))
    plan = evaluate(issue, ruleset, read_instant("2026-03-03T15:00Z"))
    assert lines(plan.clocks) == ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"]


def test_a_note_of_gitlabs_about_a_move_counts_only_if_gitlab_wrote_it(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = issue_of(OPENS)
    said = Note(5, read_instant("2026-03-02T15:00Z"), User(1, "alice"), "moved from emea-triage#1")
    facts = facts_of(replace(issue, notes=(said,)), ruleset, read_instant("2026-03-02T16:00Z"))
    assert [stay.board.id for stay in facts.stays] == ["us-east"]
