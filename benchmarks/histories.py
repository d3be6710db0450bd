"""Requests as boards have them, for the benchmarks of deciding and of sweeping: made up by chance, the same for the
same seed.

Each has exactly so many label events and notes once nothing is left to do, those of the bot's among them, which looks
on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from app.core.acts import BY_TIME, EDITED
from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.ruleset import Ruleset
from app.sandbox.scenes import PROJECTS
from benchmarks.descriptions import CUSTOMERS, FIRST, texts, words

BOARDS = ("us-east", "us-west", "emea", "apac", "commercial-amer", "commercial-emea")
ROOM = 5  # for what comes at the end, and what the bot makes of it
MOMENT, HOUR = timedelta(minutes=5), timedelta(hours=1)
LOOKS = 50  # more are of a request that keeps the bot busy
QUIET = 3 * HOUR  # so long nothing falls due after all were seen
ROOT, ALICE, SAM, SOFIA, MARIA, BOT = (  # as the sandbox has them
    User(i, username, name)
    for i, (username, name) in enumerate(
        (
            ("root", "Administrator"),
            ("alice", "Alice Archer"),
            ("sam", "Sam Sato"),
            ("sofia", "Sofia Silva"),
            ("maria", "Maria Moreau"),
            ("triage-bot", "Triage Bot"),
        ),
        1,
    )
)
STATES = ("SA Triaged", "SA Demo Ready", "SA Doing", "SA Waiting", "SA Followup")
ATTRIBUTES = ("SA POV", "Security Audit", "Services Request", "Expedite", "customer::large", "partner")
SPARE = (
    "language::french",
    "newsletter",
    "webinar",
)  # labels that mean nothing to any rule, and are used once only
ORDERS = (
    "@triage-bot help",
    "@triage-bot agree",
    "@triage-bot allow late-activity because {customer} is on holiday",
)
ENDS = ("answered", "answered", "late", "waiting", "closed")


@dataclass(frozen=True)
class Past:
    """What a history comes to: so many events and notes, of which `kept_notes` are left to its end and to the bot.

    With `seen_at`, all are as the bot left them before that instant, having looked whenever something was due: then
    there is nothing to do, nor within three hours. Without it, each is as the bot finds it soon after its own end.
    """

    label_events: int = 20
    notes: int = 10
    kept_notes: int = 0
    ends: tuple[str, ...] = ENDS
    seen_at: datetime | None = None


DECIDED = Past()


@dataclass(frozen=True)
class Request:
    """A request at `now`, as the bot finds it then and as it is once nothing is left to do: the same if nothing was.

    What `settled` has beside what the bot did is older than its last look, and only fills up the numbers.
    """

    now: datetime
    found: Issue
    settled: Issue


def requests(
    ruleset: Ruleset,
    number: int,
    seed: int = 4,
    past: Past = DECIDED,
    url: str = "https://gitlab.example.com",
) -> Iterator[Request]:
    """The requests of a GitLab at `url`, one after another, on the six boards by turns."""
    random = Random(seed)
    descriptions = texts(ruleset, random)
    for i in range(1, number + 1):
        request = None
        while request is None:
            request = _Story(ruleset, random, past, url, i, random.choice(descriptions)).told()
        yield request


class _Story:
    """One request, told deed by deed."""

    def __init__(
        self, ruleset: Ruleset, random: Random, past: Past, url: str, number: int, description: str
    ) -> None:
        self.ruleset, self.random, self.past = ruleset, random, past
        self.board = ruleset.boards[BOARDS[number % len(BOARDS)]]
        self.at = FIRST + timedelta(minutes=random.randrange(20 * 24 * 60))
        self.ids = count(number * 10_000, 10)  # the bot's are between them
        path = self.board.file.project
        ref = IssueRef(1 + PROJECTS.index(path.rpartition("/")[2]), number)
        self.issue = Issue(
            ref=ref,
            id=number,
            project=path,
            title=f"{random.choice(CUSTOMERS)} demo",
            description=description,
            author=ALICE,
            created_at=self.at,
            updated_at=self.at,
            web_url=f"{url}/{path}/-/issues/{number}",
            bot=BOT,
            bots=frozenset({BOT.username}),
        )

    def told(self) -> Request | None:
        """The request, with exactly so many events and notes once all is done; None where it came out with more."""
        end = self.random.choice(self.past.ends)
        self._look()
        while self._labels_left > ROOM or self._notes_left > ROOM:
            self._pass(10)
            chance = self._notes_left / (self._labels_left + self._notes_left)
            if self.random.random() < chance and self._notes_left > self.past.kept_notes:
                self._note()
            else:
                for label in self._moves():
                    self._label(label)
            if self.random.random() < 0.2:
                self._look()
        self._end(end)
        now = self.at + (timedelta(days=6) if end == "late" and not self.past.seen_at else MOMENT)
        found: Issue | None = self.issue
        self._settle(now)
        if self.issue is found:
            found = None  # there was nothing to do
        while self._labels_left >= 0 and self._notes_left >= 0:
            if self._labels_left == self._notes_left == 0:
                return Request(now, found or self.issue, self.issue) if self._is_quiet() else None
            self._early()
            self._settle(now)
        return None

    def _is_quiet(self) -> bool:
        """Whether nothing is to be done at the instant at which all are seen, where there is one, or soon after."""
        if not (seen_at := self.past.seen_at):
            return True
        if self.issue.newest_event_at > seen_at - HOUR:
            return False
        plan = evaluate(self.issue, self.ruleset, seen_at)
        return not plan.actions and (plan.recheck_at is None or plan.recheck_at > seen_at + QUIET)

    @property
    def _labels_left(self) -> int:
        return self.past.label_events - len(self.issue.label_events)

    @property
    def _notes_left(self) -> int:
        return self.past.notes - len(self.issue.notes)

    def _early(self) -> None:
        """What is lacking still was done by an SA soon after the opening."""
        labels, notes = self._labels_left, self._notes_left
        opened, found = self.issue.created_at, self.issue
        at = [opened + timedelta(minutes=n) for n in range(1, 1 + max(labels, notes))]
        used = {event.label for event in found.label_events}
        spare = [label for label in SPARE if label not in used]
        events = [
            LabelEvent(next(self.ids), at[n], SAM, "remove" if n % 2 else "add", self.random.choice(spare))
            for n in range(labels)
        ]
        for n in range(1, labels, 2):
            events[n] = replace(events[n], label=events[n - 1].label)
        if labels % 2:  # the last one stays on
            self.issue = replace(self.issue, labels=self.issue.labels | {events[-1].label or ""})
        said = [Note(next(self.ids), at[n], SAM, words(self.random, "Acme")) for n in range(notes)]
        self.issue = replace(
            self.issue,
            label_events=tuple(sorted((*self.issue.label_events, *events), key=BY_TIME)),
            notes=tuple(sorted((*self.issue.notes, *said), key=BY_TIME)),
        )

    def _pass(self, hours: float) -> None:
        seconds = int(self.random.expovariate(1 / (hours * 3600))) + 61
        self.at += timedelta(seconds=seconds)

    def _moves(self) -> list[str]:
        """The labels that change at one instant: a move of the card, or one free label."""
        state = next((label for label in STATES if label in self.issue.labels), None)
        if self.random.random() < 0.3:
            return [self.random.choice(ATTRIBUTES)]
        target = self.random.choice([label for label in STATES if label != state])
        return [state, target] if state else [target]

    def _label(self, label: str) -> None:
        issue, on = self.issue, label in self.issue.labels
        labels = issue.labels - {label} if on else issue.labels | {label}
        who = self.random.choice((SAM, SAM, SOFIA))
        event = LabelEvent(next(self.ids), self.at, who, "remove" if on else "add", label)
        self.issue = replace(issue, labels=labels, label_events=(*issue.label_events, event))

    def _note(self) -> None:
        chance = self.random.random()
        customer = self.random.choice(CUSTOMERS)
        if chance < 0.1:
            who = self.random.choice((SAM, SOFIA))
            self._write(MARIA, f"assigned to @{who.username}", system=True)
            self.issue = replace(self.issue, assignees=(who,))
        elif chance < 0.2:
            self._write(ALICE, EDITED, system=True)
        elif chance < 0.25:
            order = self.random.choice(ORDERS).format(customer=customer)
            self._write(self.random.choice((SAM, ALICE)), order)
        else:
            self._write(self.random.choice((ALICE, ALICE, SAM, SOFIA, ROOT)), words(self.random, customer))

    def _write(self, who: User, body: str, *, system: bool = False) -> None:
        note = Note(next(self.ids), self.at, who, body, system)
        self.issue = replace(self.issue, notes=(*self.issue.notes, note))

    def _end(self, end: str) -> None:
        """The last event and the last note, and what makes it the end that it is."""
        self._pass(20)
        waits = end == "waiting" and "SA Waiting" not in self.issue.labels
        self._label("SA Waiting" if waits else self.random.choice(ATTRIBUTES))
        self._write(SAM if end in ("answered", "waiting") else ALICE, "That is all for now.")
        if end == "closed":
            self._pass(1)
            closing = StateEvent(next(self.ids), self.at, SAM, "closed")
            self.issue = replace(self.issue, state="closed", closed_at=self.at, state_events=(closing,))

    def _look(self) -> None:
        now = max(self.at, self.issue.newest_event_at)
        for action in evaluate(self.issue, self.ruleset, now).actions:
            self.issue = after(self.issue, action, now)

    def _settle(self, now: datetime) -> None:
        """The bot looks until nothing is left to do, and again whenever it wanted to before all are seen."""
        for _ in range(LOOKS):
            plan = evaluate(self.issue, self.ruleset, now)
            for action in plan.actions:
                self.issue = after(self.issue, action, now)
            if plan.actions:
                continue
            last = self.past.seen_at
            if last is None or plan.recheck_at is None or plan.recheck_at > last - HOUR:
                return
            now = plan.recheck_at
