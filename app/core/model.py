"""One issue as GitLab had it at one moment: frozen, whole, with its events and notes.

Instants are UTC-aware; tuples of events and notes are in the order in which they happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from app.core.lazily import lazily

State = Literal["opened", "closed"]

MOVING = timedelta(seconds=60)  # how long before its line about it a move to another project may begin
AT_OPENING = timedelta(seconds=5)  # labels given with a new issue have events a moment later than it
MOVED_FROM = "moved from "
# GitLab's lines about it. Source: its app/services/system_notes/issuables_service.rb, change_issue_confidentiality
CONFIDENTIAL = {True: "made the issue confidential", False: "made the issue visible to everyone"}


class IssueRef(NamedTuple):
    """The key everywhere: a project's id and the issue's number in it."""

    project_id: int
    iid: int

    def __str__(self) -> str:
        return f"{self.project_id}#{self.iid}"


@dataclass(frozen=True)
class User:
    """Somebody in GitLab. `name` is people's text: escape it before quoting."""

    id: int
    username: str
    name: str = ""


@dataclass(frozen=True)
class LabelEvent:
    """One label put on or off. `label` is None when the label has since been deleted.

    Source: https://docs.gitlab.com/api/resource_label_events/
    """

    id: int
    at: datetime
    user: User | None
    action: Literal["add", "remove"]
    label: str | None


@dataclass(frozen=True)
class StateEvent:
    """One closing or reopening. Source: https://docs.gitlab.com/api/resource_state_events/"""

    id: int
    at: datetime
    user: User | None
    state: Literal["closed", "reopened"]


@dataclass(frozen=True)
class Note:
    """One comment, or one of GitLab's own lines (`system`), such as an assignment. `threaded`: somebody answered it in
    a thread of its own, or it is such an answer."""

    id: int
    at: datetime
    author: User
    body: str
    system: bool = False
    internal: bool = False
    threaded: bool = False


@dataclass(frozen=True)
class Milestone:
    """What an issue is planned for, with its first and last day where it has them. `title` is people's text."""

    title: str
    start: date | None = None
    due: date | None = None


@dataclass(frozen=True)
class Issue:
    """One issue as fetched, with its whole history.

    `bot` is the user whose token we hold; `bots` are the usernames of all users that are "the bot", `bot` included.
    `groups` maps the group paths that the board's people name to their members' usernames, and those of the boards on
    which it was; `unseen_groups` are those of the latter that the bot may not see.
    """

    ref: IssueRef
    id: int
    project: str
    title: str
    description: str
    author: User
    created_at: datetime
    updated_at: datetime
    web_url: str = ""
    state: State = "opened"
    closed_at: datetime | None = None
    labels: frozenset[str] = frozenset()
    assignees: tuple[User, ...] = ()
    confidential: bool = False
    moved_to_id: int | None = None
    type: str = "issue"
    due_date: date | None = None
    milestone: Milestone | None = None
    weight: int | None = None
    upvotes: int = 0
    downvotes: int = 0
    label_events: tuple[LabelEvent, ...] = ()
    state_events: tuple[StateEvent, ...] = ()
    notes: tuple[Note, ...] = ()
    bot: User = User(0, "triage-bot")
    bots: frozenset[str] = frozenset({"triage-bot"})
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unseen_groups: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """How people name the issue: `group/project#iid`."""
        return f"{self.project}#{self.ref.iid}"

    @property
    def moved(self) -> bool:
        """Whether the request lives on in another project; reopened, it lives here too."""
        return self.state == "closed" and self.moved_to_id is not None

    @lazily
    def arrivals(self) -> tuple[Note, ...]:
        """GitLab's lines about moves from other projects, oldest first.

        Source: GitLab's app/services/system_notes/issuables_service.rb, noteable_moved
        """
        since = self.created_at
        return tuple([n for n in self.system_notes if n.body.startswith(MOVED_FROM) and n.at >= since])

    @lazily
    def label_history(self) -> tuple[LabelEvent, ...]:
        """The label events as they were meant.

        Labels given with the new issue were on from its opening. A label put on and taken off at one instant, as a move
        to another project writes it for one that both have, is as it was before (what people do and what the bot does
        are two things); one that the project has not is taken off by nobody. What is older than the issue happened to
        the one of which it is a clone.
        Source: GitLab's work_items/data_sync/widgets/labels.rb and issues/base_service.rb
        """
        since = self.created_at
        events = self.label_events
        if not (_in_order(events) and (not events or events[0].at >= since)):
            events = tuple(sorted([e for e in events if e.at >= since], key=_ORDER))
            bots = [event for event in events if self.is_bot(event.user)]
            people = [event for event in events if not self.is_bot(event.user)]
            events = tuple(sorted((*_without_pairs(bots), *_without_pairs(people)), key=_ORDER))
        if not self.arrivals and (not events or events[0].at > since + AT_OPENING):
            return events  # as with most: none is about the opening, none about a move
        return tuple(sorted(map(self._meant, events), key=_ORDER))

    def _meant(self, event: LabelEvent) -> LabelEvent:
        opening = event.action == "add" and event.at - self.created_at <= AT_OPENING
        if opening and event.user and event.user.username == self.author.username:
            return replace(event, at=self.created_at)
        if event.action == "remove" and self._left_behind(event):
            return replace(event, user=None)
        return event

    def _left_behind(self, event: LabelEvent) -> bool:
        """Whether the label came off because the issue moved: just before it arrived, in the name of who moved it."""
        return any(
            event.user and n.author.username == event.user.username and n.at - MOVING <= event.at <= n.at
            for n in self.arrivals
        )

    @property
    def newest_event_at(self) -> datetime:
        """The latest instant at which anything is known to have happened to the issue."""
        stamps = [self.created_at, *(e.at for e in self.label_events), *(e.at for e in self.state_events)]
        stamps.extend(n.at for n in self.notes)
        return max(stamps)

    @lazily
    def bot_names(self) -> frozenset[str]:
        """The usernames of the bot's users, as they are compared: without regard to case."""
        return _folded(self.bots)

    @lazily
    def _sides(self) -> tuple[list[LabelEvent], list[LabelEvent]]:
        bots, people, own = self.bot_names, list[LabelEvent](), list[LabelEvent]()
        for event in self.label_history:
            if event.user is not None and event.user.username.casefold() in bots:
                own.append(event)
            else:
                people.append(event)
        return people, own

    @property
    def people_label_events(self) -> list[LabelEvent]:
        """The label history, of which the bot did nothing."""
        return self._sides[0]

    @property
    def own_label_events(self) -> list[LabelEvent]:
        """What the bot did of it."""
        return self._sides[1]

    @lazily
    def events_of(self) -> dict[str, list[LabelEvent]]:
        """The label history by label, in order; events of labels that were deleted are left out."""
        found: dict[str, list[LabelEvent]] = {}
        for event in self.label_history:
            if event.label is not None:
                found.setdefault(event.label, []).append(event)
        return found

    @lazily
    def system_notes(self) -> tuple[Note, ...]:
        """GitLab's own lines."""
        return tuple([n for n in self.notes if n.system])

    @lazily
    def comments(self) -> tuple[Note, ...]:
        """What people wrote; neither GitLab's own lines nor the bot's."""
        bots = self.bot_names
        return tuple([n for n in self.notes if not n.system and n.author.username.casefold() not in bots])

    def is_bot(self, user: User | None) -> bool:
        """Whether the user is one of the bot's; GitLab's own acts (no user) are nobody's."""
        return user is not None and user.username.casefold() in self.bot_names


_ORDER = attrgetter("at", "id")


@lru_cache(maxsize=64)
def _folded(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _in_order(events: tuple[LabelEvent, ...]) -> bool:
    """Whether the events are in order, as GitLab nearly always gives them, and no two are about one label at one
    instant: then there is nothing to be done about them."""
    if not events:
        return True
    last = events[0]
    before: tuple[str | None, ...] = ()  # the labels at the last one's instant, beside its own
    for event in events[1:]:
        if event.at > last.at:
            before = ()
        else:
            before = (*before, last.label)
            if event.at < last.at or event.id < last.id or event.label in before:
                return False
        last = event
    return True


def _without_pairs(events: list[LabelEvent]) -> list[LabelEvent]:
    """The events, which are in order, without those at one instant that undo each other."""
    left: dict[tuple[datetime, str], list[LabelEvent]] = {}
    for event in events:
        if event.label is not None:
            left.setdefault((event.at, event.label), []).append(event)
    undone: set[int] = set()
    for found in left.values():
        adds = sum(1 if event.action == "add" else -1 for event in found)
        action = "add" if adds > 0 else "remove"
        last = next((e.id for e in reversed(found) if e.action == action), 0) if adds else 0
        undone |= {event.id for event in found if event.id != last} if len(found) > 1 else set()
    return [event for event in events if event.id not in undone]
