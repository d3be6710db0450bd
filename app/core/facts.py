"""What a check may look at: one issue, its board, and what people did there, at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.acts import EDITED, Act, acts, assignment
from app.core.answers import Answer, requester_zone
from app.core.board import Board, People
from app.core.calendar import Calendar, Count
from app.core.chain import Chain, Counting
from app.core.cycles import Pause
from app.core.history import StateSpan, state_spans
from app.core.keys import by_key, keyed_notes
from app.core.labels import label_since
from app.core.labels_file import LabelsFile
from app.core.lazily import lazily
from app.core.model import Issue, Note, User
from app.core.moments import Moment, moments
from app.core.orders import Order, carried_until, orders
from app.core.quarter import USUAL, Quarters
from app.core.readings import Description, Readings, part_of
from app.core.sections import heading_key
from app.core.stays import PeopleOfStays, Stay, stays
from app.core.template import Match, Template


@dataclass(frozen=True)
class Facts:
    """One issue seen at `now`. Built once per evaluation; `with_issue` follows the plan's own changes.

    The description was last written by people at `edited_at`: its last edit, or the opening.
    """

    issue: Issue
    board: Board
    labels: LabelsFile
    templates: dict[str, Template]
    now: datetime
    acts: tuple[Act, ...]
    people: People
    spans: tuple[StateSpan, ...]
    edited_at: datetime
    description: Description
    stays: tuple[Stay, ...]
    readings: Readings
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    quarters: Quarters = USUAL

    @lazily
    def moments(self) -> tuple[Moment, ...]:
        """What people's acts mean to clocks, in order."""
        claiming = frozenset(self.labels.claiming)
        return moments(self.issue, self.acts, self.spans, self.people, self.labels.states, claiming)

    @lazily
    def names_of_moments(self) -> list[frozenset[str]]:
        """The names of each of them."""
        return [moment.names for moment in self.moments]

    @lazily
    def held(self) -> dict[str, tuple[Pause, ...]]:
        """When labels held, as far as anybody asked."""
        return {}

    @lazily
    def touched(self) -> list[datetime]:
        """When a person last did something, once anybody asked (`app.core.conditions.history`); else empty."""
        return []

    @lazily
    def pauses(self) -> dict[tuple[str, ...], tuple[Pause, ...]]:
        """Where clocks stand still, by the labels while which they do, as far as anybody asked."""
        return {}

    @lazily
    def quiet(self) -> dict[str, list[Any]]:
        """What orders to be quiet came to (`app.core.quiet`), as far as anybody asked."""
        return {}

    def counting(self, count: Count, calendar: str = "", until: datetime | None = None) -> Counting:
        """How time counts for this request: by each board's calendar while it was there, or by the calendar named.

        For what was over by `until` no later move counts.
        """
        if calendar:
            return self.calendars[calendar].counting(count)
        been = self.stays
        if until is not None and len(been) > 1:
            been = tuple(stay for stay in been if stay.start < until) or been[:1]
        if len(been) == 1:
            return been[0].board.counting(count)
        return Chain(tuple((stay.start, stay.board.counting(count)) for stay in been))

    @lazily
    def requester_zone(self) -> ZoneInfo | None:
        """The requester's zone, where their own dates name exactly one."""
        return requester_zone(self.answers)

    def zone_at(self, at: datetime) -> ZoneInfo:
        """The zone of the board on which the request was then."""
        if len(self.stays) == 1:
            return self.board.calendar.zone
        before = [stay for stay in self.stays[:-1] if stay.start <= at < self.stays[-1].start]
        return before[-1].board.calendar.zone if before else self.board.calendar.zone

    @lazily
    def orders(self) -> tuple[Order, ...]:
        """What people told the bot, oldest first."""
        return orders(self.issue)

    @lazily
    def own_notes(self) -> dict[str, Note]:
        """The bot's notes on this issue by their keys."""
        return by_key(self.issue, self.keyed_notes)

    @lazily
    def keyed_notes(self) -> list[tuple[str, Note]]:
        """All of them with their keys: one that was written twice is there twice."""
        return keyed_notes(self.issue)

    @lazily
    def carried_at(self) -> datetime | None:
        """When the request came here from another board."""
        return carried_until(self.issue)

    @lazily
    def asked_since(self) -> datetime:
        """Since when this board has asked people for what it needs: the opening, or the last time that the request was
        opened again by people, came from another board or was adopted. That the bot opened it again begins nothing."""
        again = [a.at for a in self.acts if a[1] == "reopened" and not self.issue.is_bot(a.by)]
        others = (self.carried_at, label_since(self.issue, self.labels.on))
        return max([self.issue.created_at, *again, *(at for at in others if at)])

    @property
    def in_force(self) -> StateSpan:
        """The state in force now, or when the issue was closed."""
        return self.spans_that_count[-1]

    @lazily
    def state_labels(self) -> list[str]:
        """The state labels on the issue, in the board's order; of a closed issue, those not put on since."""
        closed_at = self.issue.closed_at if self.issue.state == "closed" else None
        late: set[str] = set()
        if closed_at is not None:
            late = {a.label for a in self.acts if a.kind == "label_on" and a.at > closed_at}
        return [label for label in self.labels.state if label in self.issue.labels and label not in late]

    @lazily
    def spans_that_count(self) -> tuple[StateSpan, ...]:
        """The states up to now; of a closed issue, up to its closing, since nothing that comes after it counts."""
        closed_at = self.issue.closed_at if self.issue.state == "closed" else None
        return self.spans if closed_at is None else tuple(s for s in self.spans if s.start <= closed_at)

    def with_issue(self, issue: Issue) -> "Facts":
        """The same facts after a change of the bot's: what people did stays as it was, but for what was put back."""
        done = acts(issue)
        spans = state_spans(issue, done, self.people, self.labels.states)
        return replace(self, issue=issue, acts=done, spans=spans)

    @property
    def match(self) -> Match:
        """The template that the request follows."""
        return self.description.match

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every block of that template as the description has it."""
        return self.description.answers

    @property
    def by_key(self) -> dict[str, Answer]:
        """The answers by their block's key."""
        return self.description.by_key

    def answer(self, heading: str) -> Answer | None:
        """What stands in the block of that heading; None when the template has no such block."""
        return self.by_key.get(heading_key(heading))

    def claim_at(self, at: datetime | None = None) -> StateSpan | None:
        """The first stretch since the request last was Open in which an SA put a claiming state on; as of `at`."""
        found = None
        for span in reversed(self.spans_that_count):
            if at is not None and span.start >= at:
                continue
            if span.label is None:
                break
            if span.label in self.labels.claiming and self.people.role(span.by, span.start) == "sa":
                found = span
        return found

    def let_go(self, claim: StateSpan, at: datetime | None = None) -> bool:
        """Whether a person unassigned whoever made the claim since then, up to `at`."""
        name = claim.by.username if claim.by else ""
        acts = [a for a in self._assignments if name in a.unassigned and a.at >= claim.start]
        return any(at is None or a.at < at for a in acts)

    def owners_at(self, at: datetime) -> list[str]:
        """The SAs to whom the issue belonged then."""
        return [u.username for u in self.holders_at(at) if self.people.is_sa(u, at)]

    def holders_at(self, at: datetime) -> list[User]:
        """To whom the issue belonged then, SAs or others: to those to whom people had assigned it, else to whoever had
        claimed it.

        The bot assigns whoever claims; what it did is not read, since it may have come to do it late.
        """
        owners: dict[str, User] = {}
        for act in [a for a in self._assignments if a.at < at]:
            owners |= {name: User(0, name) for name in sorted(act.assigned)}
            owners = {name: user for name, user in owners.items() if name not in act.unassigned}
        owners = {name: user for name, user in owners.items() if not self._left_behind(name, at)}
        found = [*owners.values()] or [u for u in self.issue.assignees if u.username not in self._noted]
        claim = self.claim_at(at)
        if not found and claim and claim.by and not self.let_go(claim, at):
            found = [claim.by]
        return found

    @lazily
    def _assignments(self) -> tuple[Act, ...]:
        return tuple([act for act in self.acts if act[1] == "assigned"])

    @lazily
    def _noted(self) -> frozenset[str]:
        """Whom GitLab's own lines name as assigned, by whoever."""
        return frozenset(name for n in self.issue.system_notes for name in assignment(n.body)[0])

    def _left_behind(self, name: str, at: datetime) -> bool:
        """Whether GitLab had unassigned them by then without a word: they may not see where the issue moved."""
        here = self.stays[-1].start
        if len(self.stays) == 1 or at <= here or name in {user.username for user in self.issue.assignees}:
            return False
        return not any(act.at >= here and name in act.assigned | act.unassigned for act in self.acts)


def gather(
    issue: Issue,
    board: Board,
    labels: LabelsFile,
    templates: dict[str, Template],
    now: datetime,
    *,
    boards: Mapping[str, Board] | None = None,
    calendars: Mapping[str, Calendar] | None = None,
    quarters: Quarters = USUAL,
    readings: Readings | None = None,
) -> Facts:
    """The facts of an issue: its acts, its people, its states and the template it follows.

    `boards` are all boards by their project's path, for a request that came from another one; `calendars` all
    calendars by their ids, for clocks that count by one of their own; `readings` what was read before.
    """
    done = acts(issue)
    edited_at = issue.created_at
    if EDITED in [note.body for note in issue.system_notes]:
        edited_at = max([a.at for a in done if a.kind == "edited"], default=edited_at)
    readings = Readings() if readings is None else readings
    description = readings.description(issue, board, templates, edited_at)
    been = stays(issue, description.board, boards or {})
    if len(been) > 1:
        been = tuple(replace(s, board=part_of(s.board, description.answers)) for s in been)
    people = People(description.board, issue) if len(been) == 1 else PeopleOfStays(been, issue)
    return Facts(
        issue=issue,
        board=description.board,
        labels=labels,
        templates=templates,
        now=now,
        acts=done,
        people=people,
        spans=state_spans(issue, done, people, labels.states),
        edited_at=edited_at,
        description=description,
        stays=been,
        readings=readings,
        calendars=calendars or {},
        quarters=quarters,
    )
