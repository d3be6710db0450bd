"""One request, told what people do by chance, and a bot that looks at it whenever it wanted to: for laws about time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.plan import Plan
from app.core.retelling import render
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.template import Template, TemplateFile
from app.rulebook import load

START = datetime(
    2026, 3, 26, 15, 0, tzinfo=UTC
)  # a Thursday; London's clocks change on Sunday, then comes Easter
FORTNIGHT, MINUTE = timedelta(days=14), timedelta(minutes=1)
USERS = {
    name: User(i, name, name.title()) for i, name in enumerate(("alice", "sam", "sofia", "maria", "root"), 1)
}
BOT = User(90, "triage-bot", "Triage Bot")
STATES = ("SA Triaged", "SA Doing", "SA Waiting", "SA Followup")
OTHERS = (
    "Expedite",
    "Expedite",
    "Security Audit",
    "Services Request",
    "sla::breached",
    "sla::at-risk",
    "bot::off",
)
BOARDS = ("us-east", "emea", "us-west")
GAPS = (0, 1, 30, 60, 61, 600, 3600, 5 * 3600, 9 * 3600, 20 * 3600, 30 * 3600, 50 * 3600)  # seconds
ORDERS = (
    "@triage-bot allow late-activity because he is ill",
    "@triage-bot allow audit because so until 2026-04-01",
)
ACTS = {  # what people do, with how often each is done
    "add": 6, "remove": 3, "swap": 4, "ask": 5, "answer": 3, "comment": 1, "edit": 1, "assign": 2, "unassign": 1,
    "close": 1, "reopen": 2, "move": 1, "order": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """One thing that one person does."""

    at: datetime
    who: str
    what: str
    label: str = ""


def deeds(random: Random, until: datetime, most: int = 30) -> list[Deed]:
    """What people do from the opening on, by time; several things at one instant among it."""
    found: list[Deed] = []
    at = START
    for _ in range(random.randint(0, most)):
        at += timedelta(seconds=random.choice(GAPS))
        what = random.choices(list(ACTS), weights=list(ACTS.values()))[0]
        who = "alice" if what in ("ask", "edit") else random.choice(["sam", "sofia", "sam", "maria", "root"])
        label = {"order": ORDERS, "move": BOARDS, "swap": STATES}.get(what, (*STATES, *OTHERS))
        if at < until:
            found.append(Deed(at, who, what, random.choice(label)))
    return found


def _clock(id: str, **check: object) -> Rule:
    example = {
        "name": "none",
        "board": "us-east",
        "timeline": '2026-03-02T14:00Z alice opens "x"',
        "now": "2026-03-02T14:00Z",
        "expect": [],
    }
    call = {"who": ["assignees or board.escalation"], "text": "It is {{ due }}."}
    return Rule.model_validate(
        {
            "id": id,
            "summary": "A promise.",
            "why": "A test.",
            "check": {"kind": "sla", "clock": id, **check},
            "while_failing": {
                "labels": ["sla::breached"],
                "summon": call,
                "advice": "Late since {{ due }}: {{ held }}.",
            },
            "examples": [example, example],
        }
    )


@cache
def shipped() -> Ruleset:
    """The rules that we ship; no fixture, since a failing property test would print all of them."""
    return load(Path(__file__).parents[1] / "rules", examples=False)


@cache
def small() -> Ruleset:
    """Three clocks that share their labels, and what tidies states and assignees: quick to decide by.

    The 48 hours are the shipped ones; the audit begins anew with each comment of an SA; what is being done is counted
    in working hours, and stands still for Services Request.
    """
    step = {"at": "50%", "labels": ["sla::at-risk"], "says": "Half of it is over since {{ since }}."}
    call = {"at": "3h after", "summon": {"who": ["board.escalation"], "text": "Still nobody."}}
    audit = _clock(
        "audit",
        starts=["+Security Audit"],
        restarts=["sa_note"],
        answered_by=["-Security Audit", "closed"],
        target="30h",
        count="wall",
        ladder=[step, {**step, "at": "4h before"}, call],
    )
    doing = _clock(
        "doing",
        starts=["+SA Doing", "requester_activity"],
        answered_by=["-SA Doing", "closed"],
        only_while="SA Doing",
        paused_while=["SA Waiting", "Services Request"],
        target="20h",
        count="working_hours",
        expedite={"label": "Expedite", "target": "6h", "count": "wall"},
        ladder=[step, call],
        says={
            "paused": "It stands still since {{ paused_since }}, with {{ left }} left.",
            "answered": "In {{ taken }}.",
        },
    )
    kept = ("late-activity", "answered-wait", "extra-state-label", "unowned-request", "unexplained-expedite")
    rules = tuple(rule for rule in shipped().rules if rule.id in kept)
    assert len(rules) == len(kept)
    block = {"heading": "What", "ask": "what", "example": "A demo.", "severity": "advice"}
    file = TemplateFile.model_validate({"id": "tiny", "version": 1, "blocks": [block]})
    template = Template("SA Activity", file, "## What\n")
    return replace(shipped(), rules=(*rules, audit, doing), templates={"SA Activity": template})


class Request:
    """The request, on US East at first."""

    def __init__(self, ruleset: Ruleset, *given: str) -> None:
        self.ruleset = ruleset
        template = ruleset.templates["SA Activity"]
        text = template.filled({block.key: block.example for block in template.file.blocks})
        project = ruleset.boards["us-east"].file.project
        alice = USERS["alice"]
        self.issue = Issue(
            IssueRef(7, 1),
            70,
            project,
            "Acme demo",
            text,
            alice,
            START,
            START,
            bot=BOT,
            bots=frozenset({BOT.username}),
        )
        for label in given:
            self._label(alice, "add", label, START + timedelta(milliseconds=3))

    def look(self, now: datetime) -> Plan:
        """Decides, and makes it so."""
        plan = evaluate(self.issue, self.ruleset, now)
        for action in plan.actions:
            self.issue = after(self.issue, action, now)
        return plan

    def told(self) -> str:
        """What happened, as lines."""
        return render(self.issue)

    def possible(self, deed: Deed) -> bool:
        """Whether GitLab would write all of it down, as far as labels and assignees are concerned."""
        on, there = self.issue.labels, {user.username for user in self.issue.assignees}
        match deed.what:
            case "add":
                return deed.label not in on
            case "remove":
                return deed.label in on
            case "swap":
                return deed.label not in on and len(on & set(STATES)) < 2
            case "assign":
                return deed.who not in there
            case "unassign":
                return bool(there)
        return True

    def do(self, deed: Deed) -> None:
        """What GitLab writes down of it; nothing where nothing changes."""
        who, at, issue = USERS[deed.who], deed.at, self.issue
        match deed.what:
            case "add" | "remove":
                self._label(who, deed.what, deed.label, at)
            case "swap":
                for label in sorted(issue.labels & set(STATES) - {deed.label}):
                    self._label(who, "remove", label, at)
                self._label(who, "add", deed.label, at)
            case "ask" | "answer" | "comment":
                self._note(who, at, "Well?")
            case "order":
                self._note(who, at, deed.label)
            case "edit":
                self._note(who, at, "changed the description", system=True)
            case "assign" if who not in issue.assignees:
                self.issue = replace(issue, assignees=(*issue.assignees, who))
                self._note(who, at, f"assigned to @{who.username}", system=True)
            case "unassign" if issue.assignees:
                self.issue = replace(issue, assignees=issue.assignees[1:])
                self._note(who, at, f"unassigned @{issue.assignees[0].username}", system=True)
            case "close" | "reopen" if (issue.state == "opened") == (deed.what == "close"):
                self._state(who, at, closed=deed.what == "close")
            case "move" if issue.state == "opened":
                self._move(who, at, deed.label)

    def _label(self, who: User, action: str, label: str, at: datetime) -> None:
        issue, adds = self.issue, action == "add"
        if adds != (label in issue.labels):
            labels = issue.labels | {label} if adds else issue.labels - {label}
            self.issue = replace(issue, labels=labels)
            self._event(who, action, label, at)

    def _event(self, who: User, action: str, label: str, at: datetime) -> None:
        event = LabelEvent(
            _next(self.issue.label_events), at, who, "add" if action == "add" else "remove", label
        )
        self.issue = replace(self.issue, label_events=(*self.issue.label_events, event))

    def _state(self, who: User, at: datetime, *, closed: bool) -> None:
        event = StateEvent(_next(self.issue.state_events), at, who, "closed" if closed else "reopened")
        events = (*self.issue.state_events, event)
        state: dict[str, object] = {
            "state": "closed" if closed else "opened",
            "closed_at": at if closed else None,
        }
        self.issue = replace(self.issue, **state, state_events=events)  # type: ignore[arg-type]

    def _note(self, who: User, at: datetime, body: str, *, system: bool = False) -> None:
        note = Note(_next(self.issue.notes), at, who, body, system)
        self.issue = replace(self.issue, notes=(*self.issue.notes, note))

    def _move(self, who: User, at: datetime, board: str) -> None:
        """To a project whose labels are others of the same names, all but Services Request, which it has not."""
        project = self.ruleset.boards[board].file.project
        if project == self.issue.project:
            return
        came_from = self.issue.project.rpartition("/")[2]
        for label in sorted(self.issue.labels):
            if label == "Services Request":
                self._label(who, "remove", label, at)
            else:
                self._event(who, "add", label, at)
                self._event(who, "remove", label, at)
        ref = IssueRef(BOARDS.index(board) + 7, self.issue.ref.iid + 1)
        self.issue = replace(self.issue, ref=ref, project=project)
        self._note(who, at, f"moved from {came_from}#{ref.iid - 1}", system=True)


def _next(items: Iterable[LabelEvent | StateEvent | Note]) -> int:
    return max((item.id for item in items), default=0) + 1


def walk(request: Request, history: list[Deed], until: datetime, step: timedelta = MINUTE) -> int:
    """Goes with the request through time, a step at a time; how often it was looked at without anything to do.

    The bot looks after each deed and whenever it wanted to. Raises AssertionError with what happened where time alone
    changed something before that: what is to be done, a line of the status note among it, or when to look again.
    """
    now, looks = START, 0
    wanted = request.look(now).recheck_at
    coming = list(reversed(history))
    while now < until:
        now += step
        while coming and coming[-1].at <= now:
            at = coming[-1].at
            wanted = _catch_up(request, wanted, at)
            while coming and coming[-1].at == at:
                request.do(coming.pop())
            wanted = request.look(at).recheck_at
        wanted = _catch_up(request, wanted, now)
        plan = evaluate(request.issue, request.ruleset, now)
        looks += 1
        changed = plan.actions or plan.recheck_at != wanted
        assert not changed, (
            f"at {now}, wanted at {wanted}: {plan.actions}, {plan.recheck_at}\n{request.told()}"
        )
    return looks


def _catch_up(request: Request, wanted: datetime | None, until: datetime) -> datetime | None:
    """Looks whenever it was wanted up to then; when it is wanted next."""
    while wanted is not None and wanted <= until:
        at = wanted
        just_before = evaluate(request.issue, request.ruleset, at - timedelta(microseconds=1))
        assert not just_before.actions, f"just before {at}: {just_before.actions}\n{request.told()}"
        wanted = request.look(at).recheck_at
        assert wanted is None or wanted > at, f"at {at} it is wanted at {wanted}\n{request.told()}"
    return wanted
