"""What people read of a clock: in the status note, in calls, in `triage explain` and in the journal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Plan, PutNote, Summon
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from app.core.why import told

LACKING = 'alice opens "Acme demo" from "SA Activity" filled except "SA Asks"'
MONDAY = f"2026-03-02T14:00Z {LACKING}\n"


@pytest.fixture
def note_of(plan_of: Callable[..., Plan]) -> Callable[..., str]:
    """The status note that is written on one line, as of an instant."""

    def make(lines: str, now: str, board: str = "us-east") -> str:
        notes = [a for a in plan_of(lines, now, board).actions if isinstance(a, PutNote)]
        return " ".join(notes[-1].body.split()) if notes else ""

    return make


def test_while_it_runs_the_note_says_when_by_which_calendar_and_what_is_next(
    note_of: Callable[..., str],
) -> None:
    note = note_of(MONDAY, "2026-03-02T14:01Z")
    assert (
        "An SA answers by **Wed 4 Mar 2026, 09:00 EST (New York)**: 48 hours on working days, by the calendar of the "
        "US East board. If none has by then, the board's manager is told."
    ) in note


def test_days_that_do_not_count_are_named(note_of: Callable[..., str]) -> None:
    lines = f"2026-11-25T20:00Z {LACKING}"
    assert (
        "**Mon 30 Nov 2026, 15:00 EST (New York)**: 48 hours on working days, by the calendar of the US East board, on "
        "which Thu 26 Nov (Thanksgiving Day), Sat 28 Nov and Sun 29 Nov do not count."
    ) in note_of(lines, "2026-11-25T20:01Z")


def test_off_hours_it_says_from_when_it_runs_and_goes_on_saying_so(note_of: Callable[..., str]) -> None:
    lines = f"2026-03-07T15:00Z {LACKING}"
    saturday, monday = note_of(lines, "2026-03-07T15:01Z"), note_of(lines, "2026-03-09T15:00Z")
    assert (
        "It came in while nobody works; the clock runs from Mon 9 Mar 2026, 00:00 EDT (New York) on."
        in saturday
    )
    assert saturday == monday


def test_the_due_instant_is_told_in_the_requesters_zone_too(
    note_of: Callable[..., str], ruleset: Ruleset
) -> None:
    text = ruleset.templates["SA Activity"].filled(
        {"preferred date options": "Tue 17 March 10:00 Berlin time"}
    )
    block = "".join(f"  | {line}\n" for line in text.splitlines())
    lines = f'2026-03-02T14:00Z alice opens "Acme demo"\n{block}'
    assert "**Wed 4 Mar 2026, 09:00 EST (New York)** (**Wed 4 Mar 2026, 15:00 CET (Berlin)**)" in note_of(
        lines, "2026-03-02T14:01Z"
    )


def test_a_pause_is_told_with_who_since_when_and_what_is_left(note_of: Callable[..., str]) -> None:
    lines = MONDAY + '2026-03-02T19:00Z sam adds "SA Waiting"'
    assert (
        "`sam` has been waiting for your answer since **Mon 2 Mar 2026, 14:00 EST (New York)**, and the clock stands "
        "still meanwhile, with 43 hours left."
    ) in note_of(lines, "2026-03-02T19:01Z")


def test_an_answer_is_told_with_how_long_it_took(note_of: Callable[..., str]) -> None:
    lines = MONDAY + '2026-03-02T19:30Z sam comments "Hello."'
    note = note_of(lines, "2026-03-02T19:31Z")
    assert "answered on Mon 2 Mar 2026, 14:30 EST (New York), after 5 hours 30 minutes of 48 hours on" in note


def test_a_late_answer_is_told_with_by_how_much(note_of: Callable[..., str]) -> None:
    lines = MONDAY + '2026-03-04T16:30Z sam comments "Hello."'
    assert "An SA answered on Wed 4 Mar 2026, 11:30 EST (New York), 2 hours 30 minutes late." in note_of(
        lines, "2026-03-04T16:31Z"
    )


def test_a_reminder_is_told_with_who_was_reminded(note_of: Callable[..., str]) -> None:
    lines = MONDAY + '2026-03-02T15:00Z maria assigns sam\n2026-03-03T15:00Z alice comments "And?"'
    early, late = note_of(lines, "2026-03-05T05:23:59Z"), note_of(lines, "2026-03-05T05:24Z")
    assert "getting close" not in early
    assert "It is getting close; `sam` was reminded." in late


def test_the_manager_hears_who_had_it(plan_of: Callable[..., Plan]) -> None:
    lines = MONDAY + '2026-03-02T20:00Z maria assigns sam\n2026-03-03T20:00Z alice comments "Any news?"'
    calls = [a.body for a in plan_of(lines, "2026-03-05T20:00Z").actions if isinstance(a, Summon)]
    assert any("until then an SA had it for 48 hours. Please answer" in body for body in calls)


def test_a_day_that_was_agreed_on_is_over_at_its_end(note_of: Callable[..., str]) -> None:
    lines = MONDAY + "2026-03-02T15:00Z sam sets the due date to 2026-03-12"
    assert "Agreed on for **the end of Thu 12 Mar 2026 (New York)**." in note_of(lines, "2026-03-02T15:01Z")


def clocks(plan: Plan, name: str) -> list[tuple[str, str]]:
    """When each cycle of the clock began, and how it stands."""
    return [(f"{clock.started_at:%d %H:%M}", clock.state) for clock in plan.clocks if clock.name == name]


def test_a_move_that_the_bot_put_back_begins_no_clock(plan_of: Callable[..., Plan]) -> None:
    lines = MONDAY + (
        '2026-03-02T15:00Z sam adds "SA Followup"\n2026-03-02T16:00Z sam comments "The answers are there."\n'
        '2026-03-03T15:00Z root removes "SA Followup"\n2026-03-03T15:00Z root adds "SA Doing"\n'
    )
    put_back = (
        '2026-03-03T15:01Z triage-bot removes "SA Doing"\n2026-03-03T15:01Z triage-bot adds "SA Followup"\n'
    )
    plan = plan_of(lines + put_back, "2026-03-04T15:00Z")
    assert clocks(plan, "followup") == [("02 15:00", "met")]
    assert clocks(plan, "sign of life") == []
    assert clocks(plan_of(lines, "2026-03-04T15:00Z"), "sign of life") == [("03 15:00", "running")]


def test_the_managers_claim_is_one_too(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(MONDAY + '2026-03-02T15:00Z maria adds "SA Triaged"', "2026-03-09T15:00Z")
    assert clocks(plan, "allocation") == [("02 14:00", "met")]


def settled(issue: Issue, ruleset: Ruleset, now: datetime) -> tuple[Issue, Plan]:
    plan = evaluate(issue, ruleset, now)
    for action in plan.actions:
        issue = after(issue, action, now)
    return issue, plan


def test_the_note_is_edited_only_when_something_is_different(ruleset: Ruleset) -> None:
    project = ruleset.boards["us-east"].file.project
    issue = parse(MONDAY, ruleset.templates, project=project)
    now, edits = read_instant("2026-03-02T14:00Z"), []
    while now < read_instant("2026-03-06T14:00Z"):
        issue, plan = settled(issue, ruleset, now)
        edits += [now for action in plan.actions if isinstance(action, PutNote)]
        now += timedelta(minutes=12)
    # Written; nobody took it; four fifths are over; late.
    assert [f"{at:%d %H:%M}" for at in edits] == ["02 14:00", "03 14:00", "04 04:24", "04 14:00"]


def test_each_step_calls_once_and_the_stronger_label_is_on_alone(ruleset: Ruleset) -> None:
    project = ruleset.boards["emea"].file.project
    lines = MONDAY + '2026-03-02T15:00Z maria assigns sam\n2026-03-02T16:00Z alice comments "And?"'
    issue = parse(lines, ruleset.templates, project=project)
    now, calls, labels = read_instant("2026-03-02T16:00Z"), [], []
    while now < read_instant("2026-03-07T00:00Z"):
        issue, plan = settled(issue, ruleset, now)
        calls += [
            a.key.split("/")[1] for a in plan.actions if isinstance(a, Summon) and a.rule == "late-activity"
        ]
        found = sorted(label for label in issue.labels if label.startswith("sla::"))
        labels += [found] if not labels or labels[-1] != found else []
        now += timedelta(minutes=12)
    assert calls == ["80-percent", "failing", "24h-after"]
    assert labels == [[], ["sla::at-risk"], ["sla::breached"]]


@pytest.mark.parametrize(
    ("lines", "now", "words"),
    [
        (
            "",
            "2026-03-02T15:00Z",
            "running; due 2026-03-04T14:00:00.000Z; 1 hour of 48 hours counted (working days)",
        ),
        (
            "",
            "2026-03-07T15:00Z",
            "breached by 63 hours, still open; due 2026-03-04T14:00:00.000Z; 111 hours with nobody",
        ),
        (
            '2026-03-02T15:00Z sam adds "SA Waiting"',
            "2026-03-03T15:00Z",
            "paused since 2026-03-02T15:00:00.000Z by sam (SA Waiting); 1 hour of 48 hours counted",
        ),
        (
            '2026-03-02T15:00Z sam comments "Hi"',
            "2026-03-03T15:00Z",
            "met at 2026-03-02T15:00:00.000Z in 1 hour of 48 hours counted (working days); due 2026-03-04T14:00",
        ),
        (
            '2026-03-02T15:00Z sam comments "Hi"\n2026-03-06T21:00Z alice comments "Well?"',
            "2026-03-07T15:00Z",
            "off hours, runs again 2026-03-09T04:00:00.000Z; due 2026-03-10T20:00:00.000Z; 8 hours of 48 hours",
        ),
    ],
)
def test_explain_tells_how_a_clock_stands(
    plan_of: Callable[..., Plan], lines: str, now: str, words: str
) -> None:
    plan = plan_of(MONDAY + lines, now)
    assert words in told([clock for clock in plan.clocks if clock.name == "activity"][-1])


def test_the_journal_holds_each_cycle_in_plain_data(plan_of: Callable[..., Plan]) -> None:
    lines = MONDAY + '2026-03-02T15:00Z sam comments "Hi"\n2026-03-06T21:00Z alice comments "Well?"'
    data = plan_of(lines, "2026-03-06T22:00Z").as_dict()
    (first, second) = next(o["clocks"] for o in data["outcomes"] if o["rule"] == "late-activity")
    assert (first["state"], first["started_at"], first["ended_at"], first["spent"], first["target"]) == (
        "met",
        "2026-03-02T14:00:00.000Z",
        "2026-03-02T15:00:00.000Z",
        "PT1H",
        "PT48H",
    )
    assert (second["state"], second["due_at"], second["left"]) == (
        "running",
        "2026-03-10T20:00:00.000Z",
        "PT47H",
    )


def test_a_clock_of_a_confidential_request_is_not_told(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue = replace(issue_of(MONDAY), confidential=True)
    assert "outcomes" not in evaluate(issue, ruleset, read_instant("2026-03-02T15:00Z")).as_dict()
