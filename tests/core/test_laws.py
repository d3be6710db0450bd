"""The laws of the design as property tests over random histories: what people do, and a bot that looks or does not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.acts import EDITED
from app.core.after import after
from app.core.board import Manner
from app.core.evaluate import ON_HOLD, evaluate
from app.core.keys import key_of
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.plan import Plan, PutNote, Summon
from app.core.ruleset import Ruleset
from app.rulebook import load


@cache
def shipped() -> Ruleset:
    """The shipped rules; no fixture, since a failing property test would print all of them."""
    return load(ROOT / "rules", examples=False)


ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
USERS = {
    name: User(i, name, name.title()) for i, name in enumerate(("alice", "sam", "sofia", "maria", "root"), 1)
}
LABELS = (
    "SA Triaged",
    "SA Doing",
    "SA Waiting",
    "SA Followup",
    "Expedite",
    "SA POV",
    "sla::breached",
    "bot::off",
)
ORDERS = (
    "@triage-bot agree",
    "@triage-bot agree for the customer",
    "@triage-bot allow late-activity because he is ill",
    "@triage-bot allow unexpected-move because we know each other until 2026-03-09",
    "@triage-bot what is this",
    "@triage-bot explain",
    "@triage-bot why not late-activity",
    "@triage-bot expedite because they leave us",
    "@triage-bot snooze 1d",
    "@triage-bot snooze 4h because we talk",
    "@triage-bot snooze off",
    "@triage-bot hold because we wait for legal until 2026-03-07",
    "@triage-bot hold off",
)
BOT = User(90, "triage-bot", "Triage Bot")


@dataclass(frozen=True)
class Deed:
    """One thing that a person does, so long after the last one."""

    after: timedelta
    who: str
    what: str
    label: str = ""  # or the words of an order


sas = st.sampled_from(["sam", "sofia", "maria"])
people = st.sampled_from(sorted(USERS))
gaps = st.sampled_from(
    [
        timedelta(0),
        *(timedelta(seconds=s) for s in (1, 30, 60, 61)),
        *(timedelta(hours=h) for h in (1, 5, 30, 60)),
    ]
)
moves = st.builds(
    Deed,
    gaps,
    sas,
    st.sampled_from(["add", "remove"]),
    st.sampled_from(LABELS[:4]),
)
deeds = st.one_of(
    moves,
    # Only SAs move cards: a bystander's move in the middle of a breach would change whom the summons names.
    st.builds(Deed, gaps, people, st.sampled_from(["add", "remove"]), st.sampled_from(LABELS[4:])),
    st.builds(Deed, gaps, people, st.sampled_from(["comment", "close", "reopen"])),
    # Requesters are Guests, who may not assign: GitLab lets that pass in silence.
    st.builds(Deed, gaps, sas, st.sampled_from(["assign", "unassign"])),
    st.builds(Deed, gaps, st.just("alice"), st.sampled_from(["comment", "fill", "empty"])),
    st.builds(Deed, gaps, people, st.just("order"), st.sampled_from(ORDERS)),
)
histories = st.lists(deeds, max_size=12)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class World:
    """One issue in a GitLab of its own, told what people do; the bot looks when it is told to."""

    def __init__(self, board: str = "us-east", manner: Manner = "advise") -> None:
        ruleset = shipped()
        file = ruleset.boards[board].file.model_copy(update={"manners": {"unexpected-move": manner}})
        changed = replace(ruleset.boards[board], file=file)
        self.ruleset = ruleset = replace(ruleset, boards=ruleset.boards | {board: changed})
        self.ids = count(1)
        template = ruleset.templates["SA Activity"]
        self.texts = {"empty": template.text, "fill": template.filled(_examples(ruleset))}
        self.issue = Issue(
            ref=IssueRef(7, 1),
            id=70,
            project=ruleset.boards[board].file.project,
            title="Acme demo",
            description=template.text,
            author=USERS["alice"],
            created_at=START,
            updated_at=START,
            bot=BOT,
            bots=frozenset({BOT.username}),
        )

    def look(self, now: datetime) -> Plan:
        plan = evaluate(self.issue, self.ruleset, now)
        for action in plan.actions:
            self.issue = after(self.issue, action, now)
        return plan

    def possible(self, deed: Deed) -> bool:
        """Whether GitLab would write anything down."""
        there = {u.username for u in self.issue.assignees}
        match deed.what:
            case "add":
                return deed.label not in self.issue.labels
            case "remove":
                return deed.label in self.issue.labels
            case "close":
                return self.issue.state == "opened"
            case "reopen":
                return self.issue.state == "closed"
            case "assign":
                return deed.who not in there
            case "unassign":
                return bool(there)
            case "fill" | "empty":
                return self.issue.description != self.texts[deed.what]
        return True

    def do(self, deed: Deed, now: datetime) -> None:
        who, issue = USERS[deed.who], self.issue
        match deed.what:
            case "add" | "remove":
                labels = issue.labels | {deed.label} if deed.what == "add" else issue.labels - {deed.label}
                event = LabelEvent(next(self.ids) + 1000, now, who, deed.what, deed.label)  # type: ignore[arg-type]
                self.issue = replace(issue, labels=labels, label_events=(*issue.label_events, event))
            case "close" | "reopen":
                closed = deed.what == "close"
                state = StateEvent(next(self.ids), now, who, "closed" if closed else "reopened")
                self.issue = replace(
                    issue,
                    state="closed" if closed else "opened",
                    closed_at=now if closed else None,
                    state_events=(*issue.state_events, state),
                )
            case "comment":
                self._note(who, now, "Something else.")
            case "order":
                self._note(who, now, deed.label)
            case "fill" | "empty":
                self.issue = replace(issue, description=self.texts[deed.what])
                self._note(who, now, EDITED, system=True)
            case "assign":
                self.issue = replace(issue, assignees=(who,))
                self._note(who, now, f"assigned to @{who.username}", system=True)
            case "unassign":
                self.issue = replace(issue, assignees=())
                self._note(who, now, f"unassigned @{issue.assignees[0].username}", system=True)

    def _note(self, who: User, now: datetime, body: str, *, system: bool = False) -> None:
        note = Note(next(self.ids) + 2000, now, who, body, system)
        self.issue = replace(self.issue, notes=(*self.issue.notes, note))


def _examples(ruleset: Ruleset) -> dict[str, str]:
    from app.core.sections import heading_key

    return {heading_key(f.heading): f.example for f in ruleset.templates["SA Activity"].file.blocks}


def board(world: World, now: datetime) -> dict[str, object]:
    """What two boards are compared by: state, labels, assignees, and the open findings with their notes."""
    issue = world.issue
    plan = evaluate(issue, world.ruleset, now)
    notes = {key: n.body for n in issue.notes if (key := key_of(n, issue))}
    failing = {o.rule for o in plan.findings}
    unsaid = replace(issue, notes=tuple(n for n in issue.notes if n.system or not issue.is_bot(n.author)))
    called = {a.key for a in evaluate(unsaid, world.ruleset, now).actions if isinstance(a, Summon | PutNote)}
    open_notes = {k: b for k, b in notes.items() if k in called}
    return {
        "state": issue.state,
        "labels": issue.labels,
        "assignees": {u.username for u in issue.assignees},
        "findings": failing,
        "notes": {} if plan.silent else open_notes,
    }


def played(history: list[Deed], *, watching: Callable[[int], bool], manner: Manner = "advise") -> list[World]:
    """The history in two worlds: in the first the bot looks after the deeds that `watching` names and whenever it
    wanted to, in the second it never does. Deeds that would be nothing in one of them are left out."""
    live, quiet = World(manner=manner), World(manner=manner)
    now = START
    recheck = live.look(now).recheck_at
    for i, deed in enumerate(history):
        then = now + deed.after
        while recheck is not None and recheck <= then:
            recheck = live.look(recheck).recheck_at
        now = then
        if live.possible(deed) and quiet.possible(deed):
            live.do(deed, now)
            quiet.do(deed, now)
            more = i + 1 < len(history) and not history[i + 1].after  # nobody looks within a millisecond
            if watching(i) and not more:
                recheck = live.look(now).recheck_at
    return [live, quiet]


@quick
@given(histories)
def test_a_plan_settles(history: list[Deed]) -> None:
    world = played(history, watching=lambda _i: False)[1]
    now = world.issue.newest_event_at + timedelta(days=3)
    world.look(now)
    assert world.look(now).actions == ()


anybody = st.lists(
    st.one_of(
        deeds, st.builds(Deed, gaps, people, st.sampled_from(["add", "remove"]), st.sampled_from(LABELS[:4]))
    ),
    max_size=12,
)


ORDERED_WHILE_CLOSED = [  # by nobody who may close: the board opens it again
    Deed(timedelta(0), "sam", "add", "SA Triaged"),
    Deed(timedelta(0), "root", "close"),
    Deed(timedelta(seconds=1), "maria", "order", "@triage-bot expedite because they leave us"),
]


MOVED_WHILE_ON_HOLD = [  # left alone until the hold is over
    Deed(timedelta(0), "sam", "add", "SA Triaged"),
    Deed(timedelta(0), "maria", "order", "@triage-bot hold because we wait for legal until 2026-03-07"),
    Deed(timedelta(0), "sam", "add", "SA Doing"),
]


@settings(quick, max_examples=150)
@example(ORDERED_WHILE_CLOSED, set())
@example(MOVED_WHILE_ON_HOLD, set())
@given(anybody, st.sets(st.integers(0, 11)))
def test_a_board_that_puts_cards_back_settles_too_and_leaves_one_state(
    history: list[Deed], watched: set[int]
) -> None:
    for world in played(history, watching=lambda i: i in watched, manner="put_back"):
        now = world.issue.newest_event_at + timedelta(hours=1)
        plan = world.look(now)
        assert world.look(now).actions == ()
        if plan.silent == ON_HOLD and plan.recheck_at:
            now = plan.recheck_at
            world.look(now)
            assert world.look(now).actions == ()
        if "bot::off" not in world.issue.labels and world.issue.state == "opened":
            assert len(world.issue.labels & set(LABELS[:4])) <= 1


@quick
@given(histories)
def test_what_was_read_and_said_before_changes_no_plan(history: list[Deed]) -> None:
    world = played(history, watching=lambda _i: True)[0]
    now = world.issue.newest_event_at + timedelta(hours=1)
    asked_anew = replace(world.ruleset)  # with nothing remembered
    for issue in (world.issue, replace(world.issue, notes=())):
        assert evaluate(issue, world.ruleset, now) == evaluate(issue, asked_anew, now)


@quick
@given(histories, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_nothing_changes_before_the_instant_of_the_next_look(history: list[Deed], later: timedelta) -> None:
    world = played(history, watching=lambda _i: False)[1]
    now = world.issue.newest_event_at
    recheck = world.look(now).recheck_at
    assert recheck is None or recheck > now
    moment = now + later
    if recheck is None or moment < recheck:
        assert evaluate(world.issue, world.ruleset, moment).actions == ()
    if recheck is not None:
        assert evaluate(world.issue, world.ruleset, recheck - timedelta(microseconds=1)).actions == ()


EXPEDITE_TAKEN_OFF_WHEN_IT_HAD_RUN_OUT = [
    Deed(timedelta(0), "sam", "add", "SA Triaged"),
    Deed(timedelta(hours=5), "alice", "comment"),
    Deed(timedelta(hours=60), "alice", "add", "Expedite"),
    Deed(timedelta(hours=60), "alice", "remove", "Expedite"),
]


@settings(quick, max_examples=300)
@given(histories, st.sets(st.integers(0, 11)))
@example(EXPEDITE_TAKEN_OFF_WHEN_IT_HAD_RUN_OUT, set())
def test_it_makes_no_difference_when_the_bot_looked(history: list[Deed], watched: set[int]) -> None:
    # Silenced, the bot leaves the board as it stood when it was told to be quiet: that is what silence means.
    history = [deed for deed in history if deed.label != "bot::off" and " hold " not in deed.label]
    live, quiet = played(history, watching=lambda i: i in watched)
    now = live.issue.newest_event_at + timedelta(hours=1)
    live.look(now)
    quiet.look(now)
    assert board(live, now) == board(quiet, now)


@quick
@given(histories, st.randoms())
def test_the_order_in_which_gitlab_lists_events_makes_no_difference(
    history: list[Deed], random: object
) -> None:
    from app.gitlab import payloads  # the sorting is the client's

    world = played(history, watching=lambda _i: False)[1]
    events = [_event_json(e) for e in world.issue.label_events]
    random.shuffle(events)  # type: ignore[attr-defined]
    again = sorted(map(payloads.label_event, events), key=lambda e: (e.at, e.id))
    assert tuple(again) == world.issue.label_events


def _event_json(event: LabelEvent) -> dict[str, object]:
    user = event.user
    return {
        "id": event.id,
        "created_at": event.at.isoformat(),
        "user": {"id": user.id, "username": user.username, "name": user.name} if user else None,
        "action": event.action,
        "label": {"name": event.label},
    }


@quick
@given(histories)
def test_no_line_that_the_bot_writes_runs_as_a_command(history: list[Deed]) -> None:
    world = played(history, watching=lambda _i: True)[0]
    for note in world.issue.notes:
        if note.author == BOT:
            assert not any(line.startswith("/") for line in note.body.replace("\r", "").split("\n"))


def test_evaluation_looks_at_nothing_but_its_arguments() -> None:
    world = World()
    now = START + timedelta(days=30)
    assert evaluate(world.issue, world.ruleset, now) == evaluate(world.issue, world.ruleset, now)


@pytest.mark.parametrize(
    "board_id", ["us-east", "us-west", "emea", "commercial-amer", "commercial-emea", "apac"]
)
def test_every_board_keeps_its_promise(board_id: str) -> None:
    world = World(board_id)
    (clock,) = (c for c in world.look(START).clocks if c.name == "activity")
    assert clock.due_at is not None
    world.look(clock.due_at - timedelta(seconds=1))
    assert world.issue.labels & {"sla::at-risk", "sla::breached"} == {"sla::at-risk"}
    world.look(clock.due_at)
    assert world.issue.labels & {"sla::at-risk", "sla::breached"} == {"sla::breached"}
