"""The demo's story, as steps: who does what when, and what the board must then look like.

Whether a bot is listening is not the story's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.sandbox.stage import Expect, Stage

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # a Monday, nine in the morning in New York
NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Step:
    """One step: its instant, what is told, what the person does, and what must be so afterwards.

    `quiet` marks a step after which the bot is to do nothing.
    """

    at: datetime
    tells: str
    does: Callable[[Stage], object]
    expect: Expect
    quiet: bool = False


def _clock(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in New York in March 2026, in UTC: the clocks go forward on Sunday the 8th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def _labels(*names: str) -> frozenset[str]:
    return frozenset(names)


def _open_first(stage: Stage) -> None:
    text = stage.template(("Preferred Date Options", "SA Asks"))
    issue = stage.project("alice").issues.create({"title": "Demo for Acme Corp", "description": text})
    stage.issues["request"] = issue.iid


def _open_second(stage: Stage) -> None:
    body = {"title": "Security questions from Acme", "description": stage.template(), "labels": ["Expedite"]}
    stage.issues["urgent"] = stage.project("alice").issues.create(body).iid


def _open_third(stage: Stage) -> None:
    body = {"title": "Outage at Acme's old tool", "description": stage.template(), "labels": ["Expedite"]}
    stage.issues["weekend"] = stage.project("alice").issues.create(body).iid


def _agree_and_close(stage: Stage) -> None:
    """The three boxes at the end of the template, then the closing."""
    text = stage.issue("alice", "request").description
    _save(stage, "alice", "request", description=text.replace("- [ ] The ", "- [x] The "))
    _save(stage, "sofia", "request", state_event="close")


def _save(stage: Stage, who: str, name: str, **fields: object) -> None:
    issue = stage.issue(who, name)
    for field_name, value in fields.items():
        setattr(issue, field_name, value)
    issue.save()


def _move(stage: Stage, who: str, name: str, off: str, on: str) -> None:
    """A card dragged from one list to another."""
    _save(stage, who, name, remove_labels=off, add_labels=on)


def _ask(stage: Stage) -> None:
    _say(stage, "sam", "request", "Which versions of Jenkins do they run, and how many jobs?")
    _move(stage, "sam", "request", "SA Doing", "SA Waiting")


def _say(stage: Stage, who: str, name: str, body: str) -> None:
    stage.issue(who, name).notes.create({"body": body})


STEPS: tuple[Step, ...] = (
    Step(
        _clock(2, 9),
        "[b]Alice[/], an account executive, opens a request. Two of its seven blocks are still empty.",
        _open_first,
        Expect(
            "request",
            says=(
                ("status", "two things are missing"),
                ("status", "Preferred Date Options"),
                ("status", "SA Asks"),
            ),
            notes=1,
        ),
    ),
    Step(
        _clock(2, 9, 20),
        "She fills them in. The same comment is edited; nobody gets a second one.",
        lambda s: _save(s, "alice", "request", description=s.template()),
        Expect("request", says=(("status", "nothing is missing"),), not_says=(("status", "- [ ]"),), notes=1),
    ),
    Step(
        _clock(2, 10, 30),
        "[b]Sam[/], a Solutions Architect, claims it with the label SA Triaged. The bot makes him its assignee.",
        lambda s: _save(s, "sam", "request", add_labels="SA Triaged"),
        Expect("request", _labels("SA Triaged"), _labels("sam"), says=(("status", "answered on"),), notes=1),
    ),
    Step(
        _clock(2, 11),
        "He starts: SA Doing goes on. He leaves SA Triaged there; the bot takes it off.",
        lambda s: _save(s, "sam", "request", add_labels="SA Doing"),
        Expect("request", _labels("SA Doing"), _labels("sam"), notes=1),
    ),
    Step(
        _clock(2, 14),
        "Sam needs to know more. He asks, and drags the card to SA Waiting: the clock stands still.",
        _ask,
        Expect(
            "request",
            _labels("SA Waiting"),
            _labels("sam"),
            says=(("status", "waiting for your answer"),),
            notes=1,
        ),
    ),
    Step(
        _clock(3, 10),
        "The next morning Alice answers. The wait is over: SA Doing comes back, and a new 48 hours begin.",
        lambda s: _say(s, "alice", "request", "Jenkins 2.4, about 900 jobs."),
        Expect(
            "request",
            _labels("SA Doing"),
            _labels("sam"),
            says=(("status", "Thu 5 Mar 2026, 10:00 EST"),),
            notes=1,
        ),
    ),
    Step(
        _clock(5, 0, 25),
        "Nobody says a word. At four fifths of the time the request is at risk, and Sam is reminded, once.",
        lambda _s: None,
        Expect(
            "request",
            _labels("SA Doing", "sla::at-risk"),
            _labels("sam"),
            says=(("late-activity/80", "@sam: an answer is due"), ("status", "`sam` was reminded")),
            notes=2,
        ),
    ),
    Step(
        _clock(5, 9, 59),
        "The night passes. One minute before the promise ends, nothing happens.",
        lambda _s: None,
        Expect("request", _labels("SA Doing", "sla::at-risk"), _labels("sam"), notes=2),
        quiet=True,
    ),
    Step(
        _clock(5, 10, 1),
        "Then it is late. One label, and one summons to Sam and to [b]Maria[/], the manager.",
        lambda _s: None,
        Expect(
            "request",
            _labels("SA Doing", "sla::breached"),
            _labels("sam"),
            says=(("late-activity/failing", "@sam @maria"), ("status", "This is late")),
            notes=3,
        ),
    ),
    Step(
        _clock(5, 10, 30),
        "[b]Sofia[/], another SA, steps in and answers. The label goes.",
        lambda s: _say(s, "sofia", "request", "Sam is ill, I take over. 900 jobs are fine."),
        Expect(
            "request",
            _labels("SA Doing"),
            _labels("sam"),
            says=(("status", "minutes late"),),
            not_says=(("status", "This is late"),),
            notes=3,
        ),
    ),
    Step(
        _clock(5, 11),
        "Alice opens another request, marked [b]Expedite[/]: four working hours. The bot asks her why it cannot wait.",
        _open_second,
        Expect(
            "urgent",
            _labels("Expedite"),
            says=(("status", "say why it cannot wait"), ("status", "Thu 5 Mar 2026, 15:00 EST")),
            notes=1,
        ),
    ),
    Step(
        _clock(5, 11, 5),
        "She says why.",
        lambda s: _say(s, "alice", "urgent", "Expedite because their audit committee meets tomorrow."),
        Expect("urgent", _labels("Expedite"), not_says=(("status", "cannot wait"),), notes=1),
    ),
    Step(
        _clock(5, 13),
        "Sofia claims it, well in time.",
        lambda s: _save(s, "sofia", "urgent", add_labels="SA Triaged"),
        Expect(
            "urgent",
            _labels("Expedite", "SA Triaged"),
            _labels("sofia"),
            says=(("status", "answered on"),),
            notes=1,
        ),
    ),
    Step(
        _clock(6, 11),
        "On Friday all agree: Alice ticks the three boxes for it, and Sofia closes the first request.",
        _agree_and_close,
        Expect(
            "request",
            _labels("SA Doing"),
            _labels("sam"),
            "closed",
            says=(("status", "closed; nothing more is asked"),),
            notes=3,
        ),
    ),
    Step(
        _clock(7, 11),
        "On Saturday Alice opens a third one, with [b]Expedite[/] again. Nobody works: its four hours begin on Monday.",
        _open_third,
        Expect(
            "weekend",
            _labels("Expedite"),
            says=(
                ("status", "the clock runs from Mon 9 Mar 2026, 09:00 EDT"),
                ("status", "Mon 9 Mar 2026, 13:00 EDT"),
            ),
            notes=1,
        ),
    ),
    Step(
        _clock(9, 10),
        "On Monday at ten Sam claims it: answered after one of the four hours. The promise is kept.",
        lambda s: _save(s, "sam", "weekend", add_labels="SA Triaged"),
        Expect(
            "weekend",
            _labels("Expedite", "SA Triaged"),
            _labels("sam"),
            says=(("status", "after 1 hour of 4 hours of working time"),),
            notes=1,
        ),
    ),
)
