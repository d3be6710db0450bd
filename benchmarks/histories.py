"""Requests as boards have them, for the benchmark of deciding: made up by chance, the same for the same seed.

Each has twenty label events and ten notes once nothing is left to do, those of the bot's among them, which looks on the
way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from app.core.acts import BY_TIME, EDITED
from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef, LabelEvent, Note, StateEvent, User
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.template import Template

BOARDS = ("us-east", "us-west", "emea", "apac", "commercial-amer", "commercial-emea")
TEMPLATES = {  # each with how often it is used
    "SA Activity": 10,
    "Follow Up": 3,
    "Services Request": 2,
    "Technical Discovery": 2,
    "Product support": 1,
    "Workshop": 1,
    "": 1,  # no template at all
}
TEXTS = 200
LABEL_EVENTS, NOTES = 20, 10
ROOM = 5  # for what comes at the end, and what the bot makes of it
FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
BOT = User(90, "triage-bot", "Triage Bot")
ALICE, SAM, SOFIA, MARIA, ROOT = (
    User(i, name, name.title()) for i, name in enumerate(("alice", "sam", "sofia", "maria", "root"), 1)
)
STATES = ("SA Triaged", "SA Demo Ready", "SA Doing", "SA Waiting", "SA Followup")
ATTRIBUTES = ("SA POV", "Security Audit", "Services Request", "Expedite", "customer::large", "partner")
SPARE = ("customer::large", "partner", "language::french")  # labels that mean nothing to any rule
CUSTOMERS = ("Acme", "Initech", "Globex", "Umbrella", "Hooli", "Stark", "Wayne", "Wonka")
WORDS = (
    "They have moved the meeting to next week, and would like to see the pipelines first.",
    "I spoke with the team lead of {customer}; {number} developers would use it.",
    "Could somebody look at the questionnaire until Thursday?\n\nIt has {number} questions.",
    "Done. The slides are in the shared folder, number {number}.",
    "@sam can you say more about {customer}? I know them only from the call on the {number}th.",
    "> What do they use today?\n\nJenkins, and {number} scripts of their own.",
    "Thanks, that helps. We will come back to you because their budget is not settled yet.",
)
ORDERS = (
    "@triage-bot help",
    "@triage-bot agree",
    "@triage-bot allow late-activity because {customer} is on holiday",
)
_DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri) \d+ (?:March|April|May|June)")
ENDS = ("answered", "answered", "late", "waiting", "closed")


@dataclass(frozen=True)
class Request:
    """A request at `now`, as the bot finds it then and as it is once nothing is left to do: the same if nothing was.

    What `settled` has beside what the bot did is older than its last look, and only fills up the numbers.
    """

    now: datetime
    found: Issue
    settled: Issue


def texts(ruleset: Ruleset, random: Random) -> list[str]:
    """So many different descriptions: templates, filled in more or less."""
    names = random.choices(list(TEMPLATES), list(TEMPLATES.values()), k=TEXTS)
    return [_text(ruleset.templates.get(name), random, number) for number, name in enumerate(names)]


def _text(template: Template | None, random: Random, number: int) -> str:
    customer = random.choice(CUSTOMERS)
    last = f"Our own number for it is {number}."
    if template is None:
        return f"{_words(random, customer)}\n\n{_words(random, customer)}\n\n{last}"
    likely = {"required": 0.9, "recommended": 0.6, "advice": 0.4, "later": 0.0}
    answers = {
        block.key: _DAY.sub(lambda _: _day(random), block.example.replace("Acme", customer))
        for block in template.file.blocks
        if random.random() < likely[block.severity]
    }
    answers[heading_key(template.file.blocks[0].heading)] = f"{customer}, {number + 20} developers. {last}"
    return template.filled(answers)


def _day(random: Random) -> str:
    day = FIRST + timedelta(days=random.randrange(3, 60))
    return f"{day:%a} {day.day} {day:%B}"


def _words(random: Random, customer: str) -> str:
    return random.choice(WORDS).format(customer=customer, number=random.randrange(2, 900))


def requests(ruleset: Ruleset, number: int, seed: int = 4) -> Iterator[Request]:
    """The requests, one after another."""
    random = Random(seed)
    descriptions = texts(ruleset, random)
    for i in range(1, number + 1):
        request = None
        while request is None:
            request = _Story(ruleset, random, i, random.choice(descriptions)).told()
        yield request


class _Story:
    """One request, told deed by deed."""

    def __init__(self, ruleset: Ruleset, random: Random, number: int, description: str) -> None:
        self.ruleset, self.random = ruleset, random
        self.board = ruleset.boards[BOARDS[number % len(BOARDS)]]
        self.at = FIRST + timedelta(minutes=random.randrange(20 * 24 * 60))
        self.ids = count(number * 10_000, 10)  # the bot's are between them
        ref = IssueRef(7 + number % len(BOARDS), number)
        self.issue = Issue(
            ref=ref,
            id=number,
            project=self.board.file.project,
            title=f"{random.choice(CUSTOMERS)} demo",
            description=description,
            author=ALICE,
            created_at=self.at,
            updated_at=self.at,
            web_url=f"https://gitlab.example.com/{self.board.file.project}/-/issues/{number}",
            bot=BOT,
            bots=frozenset({BOT.username, "project-bot"}),
        )

    def told(self) -> Request | None:
        """The request, with exactly so many events and notes once all is done; None where it came out with more."""
        end = self.random.choice(ENDS)
        self._look()
        while self._labels_left > ROOM or self._notes_left > ROOM:
            self._pass(10)
            if self.random.random() < self._notes_left / (self._labels_left + self._notes_left):
                self._note()
            else:
                for label in self._moves():
                    self._label(label)
            if self.random.random() < 0.2:
                self._look()
        self._end(end)
        now = self.at + (timedelta(days=6) if end == "late" else timedelta(minutes=5))
        found: Issue | None = self.issue
        self._settle(now)
        if self.issue is found:
            found = None  # there was nothing to do
        while self._labels_left >= 0 and self._notes_left >= 0:
            if self._labels_left == self._notes_left == 0:
                return Request(now, found or self.issue, self.issue)
            self._early()
            self._settle(now)
        return None

    @property
    def _labels_left(self) -> int:
        return LABEL_EVENTS - len(self.issue.label_events)

    @property
    def _notes_left(self) -> int:
        return NOTES - len(self.issue.notes)

    def _early(self) -> None:
        """What is lacking still was done by an SA soon after the opening."""
        labels, notes = self._labels_left, self._notes_left
        opened, found = self.issue.created_at, self.issue
        at = [opened + timedelta(minutes=n) for n in range(1, 1 + max(labels, notes))]
        spare = [label for label in SPARE if label not in found.labels]
        events = [
            LabelEvent(next(self.ids), at[n], SAM, "remove" if n % 2 else "add", self.random.choice(spare))
            for n in range(labels)
        ]
        for n in range(1, labels, 2):
            events[n] = replace(events[n], label=events[n - 1].label)
        if labels % 2:  # the last one stays on
            self.issue = replace(self.issue, labels=self.issue.labels | {events[-1].label or ""})
        said = [Note(next(self.ids), at[n], SAM, _words(self.random, "Acme")) for n in range(notes)]
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
            words = self.random.choice(ORDERS).format(customer=customer)
            self._write(self.random.choice((SAM, ALICE)), words)
        else:
            self._write(self.random.choice((ALICE, ALICE, SAM, SOFIA, ROOT)), _words(self.random, customer))

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
        for _ in range(3):
            actions = evaluate(self.issue, self.ruleset, now).actions
            if not actions:
                break
            for action in actions:
                self.issue = after(self.issue, action, now)
